from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp import Document, preprocess
from appealnlp.text.lemmas import Lemmatizer
from appealnlp.text.tokens import iter_forms
from test_text_markup import NOISE


@pytest.mark.parametrize(
    ("text", "lemmas"),
    [
        ("Нет воды третий день", ["нет", "вода", "третий", "день"]),
        ("[club1|Город], <b>прорвало</b> трубу!", ["прорвать", "труба"]),
        ("&#1053;ет&nbsp;света", ["нет", "свет"]),
        ("под\"езд 3, об'явление", ["подъезд", "3", "объявление"]),
        ("горячеи\u0306 во\u00adды", ["горячий", "вода"]),
        ("те\u200bпла", ["тепло"]),
        ("сроооочно!!! помогиииите 🙏🙏", ["срочно", "помочь"]),
        ("вoды нeт", ["вода", "нет"]),  # Latin o and e
        ("#ямынадорогах https://vk.com/wall1 яма", ["ямынадорога", "яма"]),
        ("пишите a.b@mail.ru\\nждём", ["писать", "ждать"]),
        ("Ёлка ещё растёт", ["елка", "еще", "расти"]),
        ("звоните [PHONE] кв 15", ["звонить", "кв", "15"]),
        ("🙂🙃", []),
        ("", []),
    ],
)
def test_lemmas(text: str, lemmas: list[str]) -> None:
    assert preprocess(text).lemmas == lemmas


@pytest.mark.parametrize(
    ("text", "shown", "forms"),
    [
        ("&#1053;ет воды", ["&#1053;ет", "воды"], ["нет", "воды"]),
        ("во\u00adда", ["во\u00adда"], ["вода"]),
        ("мои\u0306 дом", ["мои\u0306", "дом"], ["мой", "дом"]),
        ("😡 под\"езд", ["под\"езд"], ["подъезд"]),
        ("Вoдыыыы!", ["Вoдыыыы"], ["воды"]),
        ("ул.&nbsp;Мира,5", ["ул", "Мира", "5"], ["ул", "мира", "5"]),
    ],
)  # fmt: skip
def test_a_token_shows_the_original_and_carries_the_mended_form(text: str, shown: list[str], forms: list[str]) -> None:
    tokens = preprocess(text).tokens
    assert [token.text for token in tokens] == shown
    assert [token.form for token in tokens] == forms


def check_spans(document: Document) -> None:
    at = 0
    for token in document.tokens:
        assert at <= token.start < token.end <= len(document.text)
        assert document.text[token.start : token.end] == token.text
        assert token.form
        assert token.lemma
        at = token.end


@given(st.one_of(st.text(st.characters()), NOISE))
def test_spans_stand_in_the_text(text: str) -> None:
    check_spans(preprocess(text))


def test_spans_of_the_samples(sample_texts: list[str]) -> None:
    for text in sample_texts:
        check_spans(preprocess(text))


def test_without_markup_the_tokens_are_those_of_the_text(sample_texts: list[str]) -> None:
    for text in sample_texts:
        if not set(text) & set("<&[@\\_/'\"*\u0306\u0308\u200b\u200d\ufe0f") and "www" not in text.lower():
            assert [(token.start, token.end) for token in preprocess(text).tokens] == [
                (s, e) for _, s, e in iter_forms(text)
            ]


def test_a_given_lemmatizer_is_used() -> None:
    assert preprocess("нет воды", Lemmatizer({"воды": "H2O"}.get)).lemmas == ["нет", "H2O"]
