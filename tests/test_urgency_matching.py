"""Patterns matched on arrays against the plain patterns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.text import Document, preprocess
from appealnlp.urgency.guards import Scene
from appealnlp.urgency.hazards import RULES
from appealnlp.urgency.matching import Matcher, SlotSets, runs
from appealnlp.urgency.patterns import LEXICON, Pattern, Positions, compile_patterns

SOURCES = (
    "вода",
    "нет|нету ..2 вода",
    "нет ~1 вода|свет",
    "вода ~0 вода",
    "вода ..0 вода ..0 вода",
    "нет ~2 вода ~2 дом",
    "дом ~1 нет ..3 вода ~2 свет",
    "=света",
    "нет =света",
    "лифт&лифте,лифтах ~3 дом",
    "затоп* ~5 подвал|дом",
    "нет ~~3 вода",
    "нет ~~30 вода ~1 дом",
    "дом ~12 лифт",
    "дом дом|лифт ~9 вода",
    "вода ~2 дом ~2 вода|дом",
)
PATTERNS = compile_patterns(*SOURCES)
WORDS = [
    "нет", "нету", "вода", "воды", "водой", "свет", "света", "дом", "дома", "лифт", "лифте", "лифтах", "затопило", "подвал",
    "и", "кот", "воды.", "дома!",
]  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=45).map(" ".join), max_size=4)


def sets_of(documents: list[Document], sets: SlotSets) -> tuple[np.ndarray, np.ndarray]:
    numbers = [sets.of_word(token.lemma, token.form) for document in documents for token in document.tokens]
    bounds = np.cumsum([0, *(len(document.tokens) for document in documents)])
    return np.array(numbers, np.int64), bounds


def check(patterns: tuple[Pattern, ...], matcher: Matcher, sets: SlotSets, texts: list[str]) -> int:
    """Both ways find the same, in the same order, with and without regard to sentences; returns how many matches."""
    documents = [preprocess(text) for text in texts]
    numbers, bounds = sets_of(documents, sets)
    scenes = [Scene(document) for document in documents]
    expected = [
        (message, number, match, pattern.within_sentences(match, scenes[message].sentences))
        for message, document in enumerate(documents)
        for number, pattern in enumerate(patterns)
        for match in pattern.matches(Positions(document.tokens))
    ]
    found, crowded = matcher.find(numbers, bounds)
    assert not len(crowded)
    found = found.ordered()
    sentences = [1000 * message + number for message, scene in enumerate(scenes) for number in scene.sentences]
    within = matcher.within_sentences(found, np.array(sentences, np.int64)) if sentences else np.zeros(0, bool)
    rows = zip(found.owner, found.patterns, found.tokens, within, strict=True)
    assert [
        (message, number, tuple(int(token - bounds[message]) for token in tokens if token >= 0), whole)
        for message, number, tokens, whole in rows
    ] == expected
    return len(expected)


@given(TEXTS)
def test_as_the_plain_patterns(texts: list[str]) -> None:
    sets = SlotSets()
    check(PATTERNS, Matcher(PATTERNS, sets), sets, texts)


def test_the_patterns_of_the_rules_on_their_examples() -> None:
    patterns = tuple(p for rule in RULES for p in (*rule.patterns, *rule.unless, *rule.unless_anywhere))
    sets = SlotSets()
    matcher = Matcher(patterns, sets)
    texts = [text for rule in RULES for text in (*rule.examples, *rule.counter_examples)]
    # In parts: slot sets that are new to the tables come up again and again.
    assert sum(check(patterns, matcher, sets, texts[at : at + 40]) for at in range(0, len(texts), 40)) > 500


@pytest.mark.parametrize("source", ["вода", "вода ~~30 дом"])
def test_patterns_of_one_kind_only(source: str) -> None:
    sets, patterns = SlotSets(), compile_patterns(source)
    assert check(patterns, Matcher(patterns, sets), sets, ["", "вода " * 3 + "дом", "дом", "", "вода"]) > 1


def test_no_patterns_match_nothing() -> None:
    sets = SlotSets()
    assert check((), Matcher((), sets), sets, ["вода", ""]) == 0
    assert check(PATTERNS, Matcher(PATTERNS, sets), sets, []) == 0


def test_a_crowded_message_is_left_out() -> None:
    sets = SlotSets()
    documents = [preprocess(text) for text in ("нет воды", "нет вода " * 40_000, "нет света")]
    found, crowded = Matcher(PATTERNS, sets).find(*sets_of(documents, sets))
    assert crowded.tolist() == [1]
    assert set(found.owner.tolist()) == {0, 2}


def test_a_lemma_decides_unless_its_form_matters() -> None:
    sets = SlotSets()
    forms = [form for word in WORDS for form in [token.form for token in preprocess(word).tokens]]
    for form in forms:
        lemma = preprocess(form).lemmas[0]
        if sets.of_lemma(lemma) >= 0 and form not in LEXICON.named_forms():
            assert sets.of_word(lemma, form) == sets.of_lemma(lemma)
    assert sets.of_lemma("лифт") == -1 and sets.of_lemma("подвал") > 0 == sets.of_lemma("синхрофазотрон")
    assert "света" in LEXICON.named_forms()
    assert sets.of_word("лифт", "лифте") != sets.of_word("лифт", "лифта")
    assert len(sets.masks) == len(set(sets.masks))


def test_threads_number_slot_sets_alike() -> None:
    sets = SlotSets()
    matcher = Matcher(PATTERNS, sets)
    texts = [[" ".join(WORDS[at:] + WORDS[:at])] for at in range(len(WORDS))]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda some: check(PATTERNS, matcher, sets, some), texts * 4))
    assert len(sets.masks) == len(set(sets.masks))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=10))
def test_runs(spans: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in spans], np.int64)
    owner, numbers = runs(starts, starts + np.array([length for _, length in spans], np.int64))
    expected = [(at, start + n) for at, (start, length) in enumerate(spans) for n in range(length)]
    assert list(zip(owner.tolist(), numbers.tolist(), strict=True)) == expected
