"""The first parse alone against pymorphy3's whole list."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymorphy3.units import by_hyphen

from appealnlp.text import first_parse
from appealnlp.text.first_parse import FirstParse
from appealnlp.text.lemmas import analyzer
from appealnlp.text.tokens import iter_forms

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
PLAIN_WORDS = ["яма", "воды", "стали", "наихолоднейший", "покрасивее", "красно-белый", "кто-то", "по-нашему", "алёхина"]
UNSEEN_WORDS = [
    "бутявкать",
    "байткодами",
    "псевдокошка",
    "отоплениее",
    "недомофон",
    "наибутявее",
    "скутер-гиги",
    "ыыы",
    "бт",
]
PAIRS = ["команд-участниц", "смотри-ка", "экс-мэру", "дворы-колодцы", "жкх-услугами", "по-дворовому", "яме-то"]
ODD_WORDS = ["", "-", "а-", "-то", "ix", "12", "5-й", "wifi-точка", "ѐѓ", "а" * 64]


def plain(word: str) -> str:
    return str(analyzer().parse(word)[0].normal_form)


@pytest.fixture(scope="module")
def fast() -> FirstParse:
    """One whose memory of endings grows from example to example."""
    return FirstParse(analyzer())


@given(st.text(st.sampled_from(LETTERS + "-"), max_size=14))
@example("по")
@example("наи")
def test_any_letters(fast: FirstParse, word: str) -> None:
    assert fast.normal_form(word) == plain(word)


@pytest.mark.parametrize("word", [*PLAIN_WORDS, *UNSEEN_WORDS, *PAIRS, *ODD_WORDS])
def test_words(fast: FirstParse, word: str) -> None:
    assert fast.normal_form(word) == plain(word)


def test_the_samples_and_their_typos(fast: FirstParse, sample_texts: list[str]) -> None:
    draw = random.Random(5)
    forms = sorted({form for text in sample_texts for form, _, _ in iter_forms(text)})
    for form in forms:
        at = draw.randrange(len(form))
        typo = form[:at] + draw.choice(LETTERS) + form[at + draw.randrange(2) :]
        for word in (form, typo):
            assert fast.normal_form(word) == plain(word)


def test_endings_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_parse, "ENDINGS", 3)
    fast = FirstParse(analyzer())
    for word in UNSEEN_WORDS * 2:
        assert fast.normal_form(word) == plain(word)
        assert len(fast._endings) <= 3


def test_parts_beside_a_hyphen_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_parse, "PARTS", 3)
    fast = FirstParse(analyzer())
    for word in PAIRS * 2:
        assert fast.normal_form(word) == plain(word)
        assert len(fast._parts) <= 3


def plain_readings(word: str) -> tuple[bool, list[Any]]:
    parses = analyzer().parse(word)
    return parses[0].is_known, [(parse.tag, pytest.approx(parse.score)) for parse in parses]


@given(st.text(st.sampled_from(LETTERS + "-"), min_size=1, max_size=14))
@example("яма")
@example("наи")
def test_readings_of_any_letters(fast: FirstParse, word: str) -> None:
    known, readings = fast.readings(word)
    assert (known, list(readings)) == plain_readings(word)


@pytest.mark.parametrize("word", [*PLAIN_WORDS, *UNSEEN_WORDS, *PAIRS, *ODD_WORDS[1:]])
def test_readings_of_words(fast: FirstParse, word: str) -> None:
    for _ in range(2):  # worked out, then remembered
        known, readings = fast.readings(word)
        assert (known, list(readings)) == plain_readings(word)


def test_readings_of_the_samples_and_their_typos(fast: FirstParse, sample_texts: list[str]) -> None:
    draw = random.Random(6)
    forms = sorted({form for text in sample_texts for form, _, _ in iter_forms(text)})
    for form in draw.sample(forms, 800):
        at = draw.randrange(len(form))
        for word in (form, form[:at] + draw.choice(LETTERS) + form[at + draw.randrange(2) :]):
            known, readings = fast.readings(word)
            assert (known, list(readings)) == plain_readings(word)


def test_an_analyser_with_other_insides_is_asked_the_plain_way() -> None:
    class Other:
        def parse(self, word: str) -> Any:
            return analyzer().parse(word)

    assert FirstParse(Other()).normal_form("бутявками") == plain("бутявками")
    known, readings = FirstParse(Other()).readings("бутявками")
    assert (known, list(readings)) == plain_readings("бутявками")


@pytest.mark.parametrize("name", ["_should_parse", "_similarity_features"])
def test_what_reads_hyphens_in_another_way_is_asked_the_plain_way(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delattr(by_hyphen.HyphenatedWordsAnalyzer, name)
    assert not FirstParse(analyzer())._possible
