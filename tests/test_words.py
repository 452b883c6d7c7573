"""Words of a chunk against the plain document: tokens, places, sentences, slot sets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.scores import Scorer
from appealnlp.text import preprocess
from appealnlp.urgency.concepts import concept_mask
from appealnlp.urgency.guards import Scene
from appealnlp.urgency.many import hint
from appealnlp.urgency.matching import SLOT_SETS
from appealnlp.urgency.patterns import Positions
from appealnlp.words import ChunkWords
from test_text_markup import NOISE

GAPS = [
    " ", "  ", ", ", ". ", ".", "..", "…", "… ", "! ", "!", "?", "?!", "\n", "\r\n", " \n", " - ", ".) ", ". \n", ".\u00a0",
    "<br>", "<BR/> ", "</p>", "<b>", " 😡 ", "😡", "!😡", "\u200b", " \u200b", "!\u200b", ".\u200b", "&nbsp;", "&#33;", "\\n",
    " https://a.b/c. ", "\ud83d", "\ude00 ", "\0", "-", ".Ул", ":",
]  # fmt: skip
FORMS = [
    "да",
    "ул",
    "ул",
    "г",
    "м-н",
    "кто-м",
    "нет",
    "воды",
    "не",
    "если",
    "сроооочно",
    "вoды",
    "и\u0306",
    "во\u00adды",
    "5",
    'под"езд',
]
TEXT = st.lists(st.one_of(st.sampled_from(FORMS), st.sampled_from(GAPS)), max_size=25).map("".join)


@pytest.fixture(scope="module")
def shared(tiny_trained: Any) -> Scorer:
    return Scorer(tiny_trained.lexicon, tiny_trained.weights, concept_mask)


def check(scorer: Scorer, texts: list[str]) -> None:
    lemmatizer = scorer.lexicon.lemmatizer
    for chunk in scorer.score_many(texts):
        count = len(chunk.tokens.bounds) - 1
        own = texts[chunk.first : chunk.first + count]
        words = ChunkWords(chunk, own, scorer.lexicon)
        documents = [preprocess(text, lemmatizer) for text in own]
        asked = np.arange(count)[::2]
        sentences = words.sentences(asked)
        assert (np.diff(sentences) >= 0).all()
        for message, document in enumerate(documents):
            first, end = words.bounds[message : message + 2].tolist()
            here = np.arange(first, end)
            places = words.spans(np.full(end - first, message), here)
            assert places == [(token.start, token.end) for token in document.tokens]
            assert words.document(message) == document
            assert words.words(first, end) == [(token.form, token.lemma) for token in document.tokens]
            assert words.hints(here).tolist() == [hint(token.form, token.lemma) for token in document.tokens]
            masks = [SLOT_SETS.masks[number] for number in words.slot_sets[first:end].tolist()]
            positions = Positions(document.tokens)
            for slot in {slot for mask in masks for slot in range(mask.bit_length()) if mask >> slot & 1}:
                assert positions.of(slot) == [number for number, mask in enumerate(masks) if mask >> slot & 1]
            own_sentences = (sentences[first:end] - sentences[first : first + 1]).tolist()
            if message % 2:
                assert own_sentences == [0] * len(own_sentences)
            else:
                numbers = Scene(document).sentences
                assert own_sentences == [number - numbers[0] for number in numbers]
            assert message == 0 or first in (0, end) or sentences[first] > sentences[first - 1]


@settings(deadline=None)
@given(st.lists(st.one_of(TEXT, NOISE, st.text(max_size=30)), min_size=1, max_size=6))
def test_any_text(shared: Scorer, texts: list[str]) -> None:
    check(shared, texts)


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("form", ["ул", "воды", "м-н"])
def test_gaps(shared: Scorer, form: str, gap: str) -> None:
    check(
        shared, [f"а {form}{gap}нет{gap}да", "", f"😡 {form}{gap}нет", "", f"\u00ad{form}{gap}Нет", "", f"{form}{gap}"]
    )


def test_the_samples(scorer: Scorer, sample_texts: list[str]) -> None:
    check(scorer, ["", *sample_texts, ""])
