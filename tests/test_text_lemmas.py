from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.text.lemmas import FORM_LENGTH_LIMIT, Lemmatizer, is_name, lexeme, mend


@pytest.mark.parametrize(
    ("form", "mended"),
    [
        ("вода", "вода"),
        ("пожааалуйста", "пожалуйста"),
        ("ууужас", "ужас"),
        ("длинный", "длинный"),  # two are no drawing out
        ("аааа", "а"),
        ("вoды", "воды"),  # a Latin o
        ("bода", "вода"),
        ("мaрт", "март"),
        ("wifi", "wifi"),
        ("вwда", "вwда"),  # w looks like no Cyrillic letter
        ("wооoк", "wооoк"),
        ("1000", "1000"),
        ("3333333", "3333333"),
        ("кто-тоооо", "кто-то"),
        ("а" * (FORM_LENGTH_LIMIT + 1), "а" * (FORM_LENGTH_LIMIT + 1)),
    ],
)
def test_mend(form: str, mended: str) -> None:
    assert mend(form) == mended


@given(st.text(st.sampled_from("абвгеоaboxw-"), min_size=1))
def test_mending_twice_changes_nothing_more(form: str) -> None:
    assert mend(mend(form)) == mend(form)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("воды", "вода"),
        ("отопления", "отопление"),
        ("лед", "лед"),
        ("льда", "лед"),
        ("елки", "елка"),
        ("замерзаем", "замерзать"),
        ("сроооочно", "срочно"),
        ("вoды", "вода"),
        ("112", "112"),
        ("sos", "sos"),
        ("кто-то", "кто-то"),
        ("ж" * 5000, "ж" * 5000),
    ],
)
def test_lemma(form: str, lemma: str) -> None:
    assert Lemmatizer().lemma(form) == lemma


@given(st.text(st.sampled_from("абвгдежзиклмнопрстуыья"), min_size=1, max_size=14))
def test_every_form_has_a_lemma_without_yo(form: str) -> None:
    lemma = Lemmatizer().lemma(form)
    assert lemma
    assert "ё" not in lemma


def test_the_table_comes_first_for_the_form_as_written_then_for_the_mended_one() -> None:
    asked: list[str] = []

    def table(form: str) -> str | None:
        asked.append(form)
        return {"воды": "ВОДА", "светт": "СВЕТ"}.get(form)

    lemmatizer = Lemmatizer(table)
    assert [lemmatizer.lemma(form) for form in ("воды", "вoды", "светт", "дома")] == ["ВОДА", "ВОДА", "СВЕТ", "дом"]
    assert asked == ["воды", "вoды", "воды", "светт", "дома"]


def test_memory_is_bounded_and_does_not_change_answers() -> None:
    asked: list[str] = []

    def table(form: str) -> str:
        asked.append(form)
        return form.upper()

    lemmatizer = Lemmatizer(table, size=2)
    assert [lemmatizer.lemma(form) for form in "аабвгвагг"] == list("ААБВГВАГГ")
    assert asked == list("абвгаг")  # emptied before «в» and before the second «а»; the repeats were remembered
    assert len(lemmatizer._known) <= 2


def test_many_threads_get_the_same_lemmas() -> None:
    forms = [f"{stem}{end}" for stem in ("вод", "дорог", "крыш", "снег") for end in ("", "а", "и", "у", "ом")] * 20
    plain = Lemmatizer()
    expected = [plain.lemma(form) for form in forms]
    shared = Lemmatizer(size=7)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shared.lemma, forms)) == expected


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("смирновой", True),
        ("сергеевич", True),
        ("наталья", True),
        ("вода", False),
        ("вера", False),  # a word too
        ("юревич", True),  # not in the dictionary
        ("sasha", False),
        ("15", False),
        ("иванов", True),  # a possessive adjective too, but no ordinary word
        ("петрова", True),
        ("попова", True),
    ],
)
def test_is_name(form: str, name: bool) -> None:
    assert is_name(form) is name


def test_lexeme_holds_all_forms_folded_and_only_of_this_lemma() -> None:
    assert {"лед", "льда", "льду", "льдом"} <= lexeme("лед")
    assert {"мерзну", "мерз", "мерзли"} <= lexeme("мерзнуть")
    assert "воды" not in lexeme("водный")
    assert lexeme("абырвалгус") == set()
    assert not any("ё" in form for form in lexeme("лед"))


def test_the_analyser_is_not_loaded_for_forms_that_the_table_knows() -> None:
    code = (
        "import sys; from appealnlp.text.lemmas import Lemmatizer\n"
        "lemmatizer = Lemmatizer({'воды': 'вода'}.get)\n"
        "lemmatizer.lemma('воды'); lemmatizer.lemma('15'); lemmatizer.lemma('wifi')\n"
        "assert 'pymorphy3' not in sys.modules, 'loaded too early'\n"
        "assert lemmatizer.lemma('дома') == 'дом' and 'pymorphy3' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
