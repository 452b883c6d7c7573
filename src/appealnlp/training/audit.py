"""Find what is wrong with the labels of an export: rows, repeated texts, topics that overlap, rows that say nothing.

A label is doubtful if a model that has not seen the row thinks little of it: confident learning (C. Northcutt, L. Jiang,
I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021) ranked by self-confidence. If a share e of
all labels is wrong, and a wrong label is y as often as q(y), the model learns a probability p(y) that holds e q(y) of such
errors, so a label is wrong with probability e q(y) / p(y). The margin to the best topic and the thresholds per topic of the
same article order such rows far worse where half of all messages could go to several topics
(`scripts/measure_audit.py` compares them).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..classifier import Classifier, load
from ..errors import InputError
from ..text import preprocess
from ..text.lemmas import is_name
from .build import Progress
from .examples import Examples, LabelColumns, read_examples
from .names import LabelNames
from .own import learn

__all__ = ["Audit", "DoubtfulLabel", "NoMessage", "Overlap", "RepeatedText", "audit", "doubt", "look_at", "self_judged"]

DOUBTFUL_BELOW = 0.3
"""Doubt below which a label is listed: wrong in one case of three, if one in ten of all is."""
EVEN = 0.7
"""How much of the wrong labels are any topic alike; the others are as often a topic as it occurs."""
GROUP_POWER = 0.25
"""How much the probability of the label's group counts beside that of the label."""
OVERLAP_SHARE = 0.1
LEAST_CONFUSED = 3
_LEAST_LETTERS = 4
_LONGEST_FRAGMENT = 80
"""Letters and digits; a longer text says something."""
_NO_CONTENT = """
    а адрес алло без будет быть в вам вас ваш вечер видео вложение во вот все вы г где город д да далее день для до
    доброе добрый дом еще ж же за здравствовать здравствуйте и из или как кв квартира класс когда комментарий
    корпус ли мы на наш не нет но ну о область ок от ответ переулок по под подтвердить подтверждать пожалуйста
    поселок пр при привет приветствовать про проспект район с село скриншот согласный сообщение спасибо ссылка
    строение так текст то тоже у ул улица утро фото фотография хорошо что это я
"""
_WORDS_WITHOUT_CONTENT = frozenset(_NO_CONTENT.split())
"""Lemmas of greetings, confirmations, addresses and joints of a sentence."""

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DoubtfulLabel:
    """A row whose label is probably wrong.

    ``probability``: of the suggested label; ``own_probability``: of the recorded one; ``repeats``: how many further rows
    have this text and this label.
    """

    file: str
    row: int
    key: str
    text: str
    label: str
    suggested: str
    probability: float
    own_probability: float
    repeats: int


@dataclass(frozen=True, slots=True)
class RepeatedText:
    """A row whose text stands in other rows too, with different labels; rows of one text have one ``number``.

    ``usual``: the label of most rows of this text, "" if none has more than another; ``share``: of the rows with it.
    """

    number: int
    file: str
    row: int
    text: str
    label: str
    usual: str
    share: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two topics that are taken for each other: the share of the rows of each that goes to the other."""

    topic: str
    other: str
    rows: int
    other_rows: int
    to_other: float
    from_other: float


@dataclass(frozen=True, slots=True)
class NoMessage:
    """A row that teaches nothing. ``reason`` is ``empty``, ``fragment`` or ``repeats`` (text and label of
    an earlier row, ``of_file`` and ``of_row``)."""

    file: str
    row: int
    text: str
    label: str
    reason: str
    of_file: str = ""
    of_row: int | None = None


@dataclass(frozen=True)
class Audit:
    """All findings of an audit.

    ``topics``: labels to choose from; ``unjudged``: labels that the model does not know, with their number of rows;
    ``seen``: whether rows may be among those that the model was trained on, so that errors hide.
    """

    labels: tuple[DoubtfulLabel, ...]
    repeated: tuple[RepeatedText, ...]
    overlaps: tuple[Overlap, ...]
    no_messages: tuple[NoMessage, ...]
    topics: tuple[str, ...]
    rows: int
    judged: int
    unjudged: dict[str, int]
    seen: bool


@dataclass(frozen=True)
class Opinions:
    """What a model that has not seen the rows thinks of their labels.

    ``positions``: the judged examples; ``truth``: number of the recorded topic of each; ``probabilities``: shape
    ``(positions, topics)``; ``topic_groups``: number of the group of each topic; ``names``: what the export calls each
    topic.
    """

    positions: I64
    truth: I64
    probabilities: npt.NDArray[np.float32]
    topic_groups: I64
    names: tuple[str, ...]


def audit(
    files: str | Path | Sequence[str | Path],
    *,
    topic_column: str,
    text_column: str | None = None,
    group_column: str | None = None,
    model: str | Path | Classifier | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Audit:
    """Look for wrong labels in exports.

    :param files: one or more files of any format that is read.
    :param topic_column: heading of the column with the labels; ``group_column`` of their groups.
    :param model: folder of a model, or a loaded one, that was trained on other rows with the same topics; without it the
        rows are judged by cross-validation of a model of their own, each by one that has not seen it.
    :param progress: called with what is being done, how much of it is done, and of how much.
    :raises AppealError: a file or the model cannot be used; the error says why.
    """
    columns = LabelColumns(topic_column, text_column, group_column)
    examples = read_examples([files] if isinstance(files, (str, Path)) else files, columns)
    if model is None:
        return look_at(examples, self_judged(examples, progress), seen=False)
    loaded = model if isinstance(model, Classifier) else load(model)
    return look_at(examples, judged_by(loaded, examples), seen=True)


def self_judged(examples: Examples, progress: Progress = lambda what, done, total: None) -> Opinions:
    """Opinions of models trained on the other rows of the same export.

    :raises InputError: there is nothing to learn from.
    """
    learned = learn(examples, curve=False, progress=progress)
    return Opinions(
        learned.choice.positions,
        learned.model.held_out.truth,
        learned.judged.probabilities,
        learned.model.heads.topic_groups,
        learned.model.taxonomy.codes,
    )


def judged_by(model: Classifier, examples: Examples) -> Opinions:
    """Opinions of a model trained on other rows.

    :raises InputError: none of the labels is a topic of the model.
    """
    names = LabelNames(model.taxonomy)
    numbers = {code: number for number, code in enumerate(model.taxonomy.codes)}
    found = [
        numbers.get(names.topic(topic, group) or "", -1) if topic else -1
        for topic, group in zip(examples.topics, examples.groups, strict=True)
    ]
    truth = np.array(found, np.int64)
    positions = np.flatnonzero(truth >= 0)
    if not len(positions):
        raise InputError("none of the labels is a topic of this model; `appealnlp topics --model DIR` lists them")
    groups = {group: number for number, group in enumerate(model.taxonomy.groups)}
    topics = model.taxonomy.topics
    topic_groups = [groups[topic.group] for topic in topics] if len(groups) > 1 else range(len(topics))
    written: dict[int, Counter[str]] = defaultdict(Counter)
    for at in positions.tolist():
        written[int(truth[at])][examples.topics[at]] += 1
    return Opinions(
        positions,
        truth[positions],
        model.probabilities([examples.texts[at] for at in positions.tolist()]),
        np.array(topic_groups, np.int64),
        tuple(
            written[number].most_common(1)[0][0] if number in written else topic.title
            for number, topic in enumerate(topics)
        ),
    )


def doubt(probabilities: npt.NDArray[np.floating[Any]], truth: I64, topic_groups: I64) -> F64:
    """How far a label is believed, against how often it would be there by mistake: the lower, the more doubtful.

    :param probabilities: of models that have not seen the rows, calibrated, shape ``(rows, topics)``.
    :param truth: number of the recorded topic of each row.
    :param topic_groups: number of the group of each topic.
    """
    rows, topics = np.arange(len(truth)), probabilities.shape[1]
    own = probabilities[rows, truth].astype(np.float64)
    group = (probabilities * (topic_groups[None, :] == topic_groups[truth][:, None])).sum(axis=1, dtype=np.float64)
    by_mistake = EVEN / topics + (1 - EVEN) * np.bincount(truth, minlength=topics) / len(truth)
    return np.asarray(own * group**GROUP_POWER / by_mistake[truth])


def look_at(examples: Examples, opinions: Opinions, *, seen: bool) -> Audit:
    """All findings for some rows, from what a model thinks of them.

    :param seen: whether the model may have been trained on them.
    """
    judged = {examples.topics[at] for at in opinions.positions.tolist()}
    unjudged = Counter(topic for topic in examples.topics if topic and topic not in judged)
    return Audit(
        labels=tuple(_doubtful(examples, opinions)),
        repeated=tuple(_repeated(examples)),
        overlaps=tuple(_overlaps(opinions)),
        no_messages=tuple(_no_messages(examples)),
        topics=tuple(sorted({*opinions.names, *unjudged})),
        rows=examples.read,
        judged=len(opinions.positions),
        unjudged=dict(unjudged.most_common()),
        seen=seen,
    )


def _doubtful(examples: Examples, opinions: Opinions) -> list[DoubtfulLabel]:
    """Rows whose label is probably wrong, surest first; a text with its label only once."""
    probabilities, truth = opinions.probabilities, opinions.truth
    doubts = doubt(probabilities, truth, opinions.topic_groups)
    best = probabilities.argmax(axis=1)
    repeats = Counter(zip(examples.keys, examples.topics, strict=True))
    told: set[tuple[str, str]] = set()
    found = []
    listed = np.flatnonzero((doubts < DOUBTFUL_BELOW) & (best != truth))
    for number in listed[np.argsort(doubts[listed], kind="stable")].tolist():
        at = int(opinions.positions[number])
        pair = (examples.keys[at], examples.topics[at])
        if pair in told:
            continue
        told.add(pair)
        found.append(
            DoubtfulLabel(
                examples.files[at],
                examples.rows[at],
                examples.keys[at],
                examples.texts[at],
                examples.topics[at],
                opinions.names[best[number]],
                float(probabilities[number, best[number]]),
                float(probabilities[number, truth[number]]),
                repeats[pair] - 1,
            )
        )
    return found


def _repeated(examples: Examples) -> list[RepeatedText]:
    """Texts with different labels, those with most rows first, rows of a text side by side."""
    found = []
    by_key = _by(examples.keys)
    texts = [rows for key, rows in by_key.items() if key and len({examples.topics[at] for at in rows} - {""}) > 1]
    for number, rows in enumerate(sorted(texts, key=lambda rows: -len(rows)), 1):
        counts = Counter(examples.topics[at] for at in rows if examples.topics[at])
        (label, most), (_, second) = counts.most_common(2)
        found += [
            RepeatedText(
                number,
                examples.files[at],
                examples.rows[at],
                examples.texts[at],
                examples.topics[at],
                label if most > second else "",
                most / len(rows),
            )
            for at in sorted(rows, key=lambda at: (-counts[examples.topics[at]], examples.topics[at], at))
        ]
    return found


def _overlaps(opinions: Opinions) -> list[Overlap]:
    """Pairs of topics that are taken for each other both ways, the worst first."""
    topics = len(opinions.names)
    counts = np.zeros((topics, topics), np.int64)
    np.add.at(counts, (opinions.truth, opinions.probabilities.argmax(axis=1)), 1)
    size = counts.sum(axis=1)
    share = counts / np.maximum(size, 1)[:, None]
    both = (np.minimum(share, share.T) >= OVERLAP_SHARE) & (counts + counts.T >= LEAST_CONFUSED)
    pairs = [(int(one), int(other)) for one, other in np.argwhere(np.triu(both, 1))]
    pairs.sort(key=lambda pair: -float(share[pair] + share[pair[::-1]]))
    return [
        Overlap(
            opinions.names[one],
            opinions.names[other],
            int(size[one]),
            int(size[other]),
            float(share[one, other]),
            float(share[other, one]),
        )
        for one, other in pairs
    ]


def _no_messages(examples: Examples) -> list[NoMessage]:
    """Rows without text, fragments, and rows that repeat an earlier one with its label."""
    found = [NoMessage(file, row, "", label, "empty") for file, row, label in examples.empty]
    first: dict[tuple[str, str], int] = {}
    for at, (text, key, topic) in enumerate(zip(examples.texts, examples.keys, examples.topics, strict=True)):
        earlier = first.setdefault((key, topic), at)
        if says_nothing(text, key):
            found.append(NoMessage(examples.files[at], examples.rows[at], text, topic, "fragment"))
        elif earlier != at:
            of = examples.files[earlier], examples.rows[earlier]
            found.append(NoMessage(examples.files[at], examples.rows[at], text, topic, "repeats", *of))
    return found


def says_nothing(text: str, key: str) -> bool:
    """Whether a message is a fragment: a few letters, or nothing but greetings, confirmations, names and numbers.

    :param key: its letters and digits, see `split.duplicate_key`.
    """
    if len(key) < _LEAST_LETTERS:
        return True
    if len(key) > _LONGEST_FRAGMENT:
        return False
    return all(
        token.lemma in _WORDS_WITHOUT_CONTENT or not token.lemma.isalpha() or is_name(token.form)
        for token in preprocess(text).tokens
    )


def _by(keys: Sequence[str]) -> dict[str, list[int]]:
    """Positions of each key, in order of appearance."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        places[key].append(at)
    return places
