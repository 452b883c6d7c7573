from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.text.tokens import FOLD, iter_forms

WORD_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяѐђѓєѕіїјљњћќѝўџ")


def forms(text: str) -> list[str]:
    return [form for form, _, _ in iter_forms(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("!!! 😡 — …", []),
        ("Нет воды", ["нет", "воды"]),
        ("ЁЛКА ещё", ["елка", "еще"]),
        ("кто-то где‑нибудь по‐моему", ["кто-то", "где-нибудь", "по-моему"]),
        ("-дом- свет--нет", ["дом", "свет", "нет"]),
        ("д.5к2 кв12", ["д", "5", "к", "2", "кв", "12"]),
        ("5-й 10-летний 2-3", ["5", "й", "10", "летний", "2", "3"]),
        ("вторник—среда", ["вторник", "среда"]),
        ("#нетводы #хештег_два", ["нетводы", "хештег", "два"]),
        ("Wi-Fi SOS", ["wi-fi", "sos"]),
        ("вoда", ["вoда"]),  # the Latin o is mended by the lemmatiser, not here
        ("Їжа Ўсё", ["їжа", "ўсе"]),
        ("１２ ٣ ²", []),  # only ASCII digits are numbers
        ("\u017f \u212a ß İ", []),
        ("вода\0свет", ["вода", "свет"]),
        ("\ud83dяма\ude00", ["яма"]),
    ],
)
def test_forms(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_places_are_counted_in_characters_of_the_text() -> None:
    assert list(iter_forms("😡 Яма-то 7")) == [("яма-то", 2, 8), ("7", 9, 10)]


@given(st.text(st.characters()))
def test_a_form_is_its_piece_of_the_text_folded_and_nothing_is_left_between(text: str) -> None:
    at = 0
    for form, start, end in iter_forms(text):
        assert start < end <= len(text)
        assert form == text[start:end].translate(FOLD)
        assert form.isdigit() or (set(form) <= WORD_LETTERS | {"-"} and "-" not in (form[0], form[-1]))
        between = text[at:start].translate(FOLD)
        assert not set(between) & (WORD_LETTERS | set("0123456789"))
        at = end
    assert not set(text[at:].translate(FOLD)) & (WORD_LETTERS | set("0123456789"))


@given(st.text(st.characters()))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(text.translate(FOLD)) == len(text)
    assert text.translate(FOLD).translate(FOLD) == text.translate(FOLD)
