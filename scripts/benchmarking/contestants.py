"""Who is measured: appealnlp, the ways people classify Russian messages without it, and the floor.

All peers learn from the same messages and topics. Each gets the text as it came and gives one topic for each; whatever
it needs in between (lower-casing, tokens, lemmas) is part of its time. appealnlp gives its full result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .corpus import Message

__all__ = ["CONTESTANTS", "FLOOR", "OURS", "Contestant"]

Classify = Callable[[list[str]], Sequence[Any]]
Learn = Callable[[Sequence[Message], Path], None]

_WORD = re.compile("[а-яё]+(?:-[а-яё]+)*")
FLOOR = "floor"
OURS = "appealnlp"


@dataclass(frozen=True)
class Contestant:
    """One way to classify.

    :param name: for files and options; ``title`` is for people.
    :param learn: makes its model in a folder from messages with topics.
    :param load: reads the model of the folder; what it returns classifies a list of messages.
    :param packages: importable name -> what to install, of packages that are not part of every installation.
    :param most: at most so many messages are given to it, because it is slow.
    """

    name: str
    title: str
    learn: Learn
    load: Callable[[Path], Classify]
    packages: tuple[tuple[str, str], ...] = ()
    most: int = 100_000

    @property
    def missing(self) -> str:
        """The command that brings the packages which are not there; empty if none is missing."""
        lacking = [package for module, package in self.packages if find_spec(module) is None]
        return f"pip install {' '.join(lacking)}" if lacking else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


# appealnlp: it comes with its model


def _learn_nothing(messages: Sequence[Message], folder: Path) -> None:
    """There is nothing to learn."""


def _load_ours(folder: Path) -> Classify:
    import appealnlp

    model = appealnlp.load()
    return lambda texts: model.classify_columns(texts)["nlp_topic"]


# TF-IDF of something and a linear model


def _same(tokens: list[str]) -> list[str]:
    return tokens


def _fit(folder: Path, name: str, vectorizer: Any, documents: Iterable[Any], topics: Sequence[str]) -> None:
    import joblib
    from sklearn.svm import LinearSVC

    features = vectorizer.fit_transform(documents)
    joblib.dump((vectorizer, LinearSVC().fit(features, topics)), folder / f"{name}.joblib")


def _load_fitted(folder: Path, name: str) -> Callable[[Iterable[Any]], Sequence[Any]]:
    import joblib

    vectorizer, linear = joblib.load(folder / f"{name}.joblib")

    def classify(documents: Iterable[Any]) -> Sequence[Any]:
        topics: Sequence[Any] = linear.predict(vectorizer.transform(documents))
        return topics

    return classify


def _learn_lemmas(messages: Sequence[Message], folder: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if (folder / "lemmas.joblib").exists():
        return  # made for another contestant that uses lemmas
    lemma = _cached(_lemma())
    documents = [[lemma(word) for word in _words(text)] for text, _ in messages]
    _fit(folder, "lemmas", TfidfVectorizer(analyzer=_same), documents, [topic for _, topic in messages])


def _lemma() -> Callable[[str], str]:
    import pymorphy3

    parse = pymorphy3.MorphAnalyzer().parse

    def lemma(word: str) -> str:
        normal_form: str = parse(word)[0].normal_form
        return normal_form

    return lemma


def _cached(lemma: Callable[[str], str]) -> Callable[[str], str]:
    return lru_cache(maxsize=None)(lemma)


def _load_plain(folder: Path) -> Classify:
    predict, lemma = _load_fitted(folder, "lemmas"), _lemma()
    return lambda texts: predict([lemma(word) for word in _words(text)] for text in texts)


def _load_cached(folder: Path) -> Classify:
    predict, lemma = _load_fitted(folder, "lemmas"), _cached(_lemma())
    return lambda texts: predict([lemma(word) for word in _words(text)] for text in texts)


def _load_spacy(folder: Path) -> Classify:
    import spacy

    predict, pipeline = _load_fitted(folder, "lemmas"), spacy.blank("ru")
    pipeline.add_pipe("lemmatizer", config={"mode": "pymorphy3_lookup"})
    pipeline.initialize()
    return lambda texts: predict([token.lemma_.lower() for token in document] for document in pipeline.pipe(texts))


def _learn_raw(messages: Sequence[Message], folder: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, topics = zip(*messages, strict=True)
    _fit(folder, "raw", TfidfVectorizer(token_pattern=_WORD.pattern), texts, topics)


def _load_raw(folder: Path) -> Classify:
    return _load_fitted(folder, "raw")


# fastText: it takes tokens joined by blanks, so lower-casing and finding the words is in its time, too


def _learn_fasttext(name: str, **settings: int) -> Learn:
    def learn(messages: Sequence[Message], folder: Path) -> None:
        import fasttext

        lines = [f"__label__{'_'.join(topic.split())} {' '.join(_words(text))}\n" for text, topic in messages]
        (folder / "fasttext.txt").write_text("".join(lines), encoding="utf-8")
        source, buckets = str(folder / "fasttext.txt"), min(2_000_000, 100 * len(messages))  # 2,000,000 is its default
        common = {"dim": 100, "epoch": 5, "wordNgrams": 2, "bucket": buckets, "thread": 1, "verbose": 0}
        for rate in (0.5, 0.2, 0.05):  # now and then training meets a number that is none; a lower rate helps
            try:
                model = fasttext.train_supervised(input=source, lr=rate, **common, **settings)
            except RuntimeError:
                continue
            model.save_model(str(folder / f"{name}.bin"))
            return
        raise SystemExit("fastText could not be trained on these messages")

    return learn


def _load_fasttext(name: str) -> Callable[[Path], Classify]:
    def load(folder: Path) -> Classify:
        import fasttext

        fasttext.FastText.eprint = lambda *words, **settings: None  # no advice on standard error
        model = fasttext.load_model(str(folder / f"{name}.bin"))
        return lambda texts: model.predict([" ".join(_words(text)) for text in texts])[0]

    return load


# The floor


def _load_floor(folder: Path) -> Classify:
    return lambda texts: [text.lower() for text in texts]


_FASTTEXT = (("fasttext", "fasttext-numpy2"),)
_SPACY = (("spacy", "spacy"),)
_NO_LIMIT = 10**9
_PAIRS, _SUBWORDS = "fasttext", "subwords"
CONTESTANTS = (
    Contestant(OURS, "appealnlp, full result", _learn_nothing, _load_ours, most=_NO_LIMIT),
    Contestant(
        _PAIRS, "fastText, words and pairs", _learn_fasttext(_PAIRS), _load_fasttext(_PAIRS), _FASTTEXT, _NO_LIMIT
    ),
    Contestant(
        _SUBWORDS,
        "fastText, subwords 3 to 5",
        _learn_fasttext(_SUBWORDS, minn=3, maxn=5),
        _load_fasttext(_SUBWORDS),
        _FASTTEXT,
    ),
    Contestant("raw", "scikit-learn, raw words", _learn_raw, _load_raw),
    Contestant("cached", "pymorphy3 with a cache, scikit-learn", _learn_lemmas, _load_cached),
    Contestant("plain", "pymorphy3, scikit-learn", _learn_lemmas, _load_plain, most=3_000),
    Contestant("spacy", "spaCy with pymorphy3, scikit-learn", _learn_lemmas, _load_spacy, _SPACY, most=3_000),
    Contestant(FLOOR, "floor: read the file, lower-case", _learn_nothing, _load_floor, most=_NO_LIMIT),
)
