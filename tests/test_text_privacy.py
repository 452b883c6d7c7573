from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import appealnlp
from appealnlp.text import ner
from appealnlp.text.privacy import MASKS, find_personal, mask, mask_many, mask_place, mask_quotes, without_masks

ROOT = Path(__file__).resolve().parents[1]
PIECES = [
    "Иванова", "Мария", "Петровна", "мария", "А.", "А.А.", "Петров", "ул.", "Гагарина", "5", "кв.", "12", "[ИМЯ]", "[",
    "]", "ИМЯ", "+7", "900", "000-67-89", "@", "id12345", "vk.com/", "\n", ",", ".", "<b>", "&amp;", "[id1|", "|",
    "а@б.рф", "карта", "2200000000000004", "СНИЛС", "112-233-445 95", "меня зовут", "й", "\u0306", "[КВАРТИРА]", "🙂",
    "\ud800", "Ё.", "на", "«", "»", "\x00",
]  # fmt: skip
ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
)


@pytest.fixture(scope="module")
def cases() -> list[tuple[str, list[tuple[int, int, str]]]]:
    spec = importlib.util.spec_from_file_location("measure_masking", ROOT / "scripts" / "measure_masking.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    read: list[tuple[str, list[tuple[int, int, str]]]] = module.read(ROOT / "data" / "samples" / "masking.txt")
    return read


def recall(cases: list[tuple[str, list[tuple[int, int, str]]]]) -> tuple[float, int]:
    """Share of the marked pieces that are masked whole, and number of masks on what is not marked."""
    marked = whole = false = 0
    for (_, spans), hits in zip(cases, find_personal([text for text, _ in cases]), strict=True):
        covered = {at for start, end, _ in hits for at in range(start, end)}
        wanted = {at for start, end, _ in spans for at in range(start, end)}
        marked += len(spans)
        whole += sum(covered.issuperset(range(start, end)) for start, end, _ in spans)
        false += sum(wanted.isdisjoint(range(start, end)) for start, end, _ in hits)
    return whole / marked, false


def test_the_samples_are_masked(cases: list[tuple[str, list[tuple[int, int, str]]]]) -> None:
    found, false = recall(cases)
    assert len(cases) >= 150
    assert found >= 0.98
    assert false == 0


def test_rules_alone_find_nearly_as_much(
    cases: list[tuple[str, list[tuple[int, int, str]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ner, "_network", lambda: None)
    found, false = recall(cases)
    assert found >= 0.95
    assert false == 0


def test_what_comes_out() -> None:
    text = "Иванова Мария Петровна, ул. Гагарина, д. 5, кв. 12, тел. 8 900 000-67-89, ivanova@example.ru"
    assert appealnlp.mask(text) == "[ИМЯ], ул. Гагарина, д. 5, кв. [КВАРТИРА], тел. [ТЕЛЕФОН], [ПОЧТА]"


@pytest.mark.parametrize("text", ["", " \n", "Нет воды на Ленина 5", "[ИМЯ], кв. [КВАРТИРА]", "\ud800"])
def test_what_is_left_alone(text: str) -> None:
    assert mask(text) == text


def test_many_are_masked_as_one_by_one(sample_texts: list[str]) -> None:
    texts = sample_texts[:120]
    assert mask_many(texts) == [mask(text) for text in texts]


@settings(deadline=None, max_examples=300)
@given(ANY_TEXT)
def test_masking_again_changes_nothing(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked


@settings(deadline=None, max_examples=200)
@given(ANY_TEXT)
def test_found_pieces_are_in_order_and_touch_no_mask(text: str) -> None:
    (found,) = find_personal([text])
    bounds = [0, *(at for start, end, _ in found for at in (start, end)), len(text)]
    assert bounds == sorted(bounds)
    assert all(text[start:end] and text[start:end] not in MASKS for start, end, _ in found)


def test_words_of_a_masked_message() -> None:
    assert without_masks("[ИМЯ], кв. [КВАРТИРА] течёт").split() == [",", "кв.", "течёт"]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("ул. Гагарина, д. 5, кв. 12", "ул. Гагарина, д. 5, кв. [КВАРТИРА]"),
        ("Гагарина", "Гагарина"),
        ("г. Пермь", "г. Пермь"),
        ("Мария Петровна 5", "[ИМЯ] 5"),
    ],
)
def test_places_keep_their_streets(place: str, shown: str) -> None:
    assert mask_place(place) == shown


def test_quotes_lose_what_the_message_lost() -> None:
    text = "у Марии Петровны в кв. 12 третий день нет тепла"
    said = "Аварийная: «у Марии Петровны в кв. 12 … нет тепла»; ПП РФ № 354 — до 4 ч"
    assert mask_quotes(said, text, mask(text)) == (
        "Аварийная: «у [ИМЯ] в кв. [КВАРТИРА] … нет тепла»; ПП РФ № 354 — до 4 ч"
    )
    assert mask_quotes(said, text, text) == said
