from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.errors import InputError
from appealnlp.messages.columns import describe, find_date, find_named, find_text

FOUND = [
    (["id", "text"], 1),
    (["ID", "TEXT"], 1),
    (["№", "Дата", "Текст обращения"], 2),
    (["№", "  текст  Обращения "], 1),
    (["№", "Текст_сообщения"], 1),
    (["Комментарий", "Текст"], 1),
    (["Группа тем", "Тема", "Текст инцидента", "Текст"], 2),
    (["Текст", "Текст"], 0),
    (["", "Message"], 1),
    (["Тема обращения", "Обращение"], 1),
]
NOT_FOUND = [[], ["id"], ["Тема", "Группа тем", "Дата"], ["context", "texture"], ["", ""]]


@pytest.mark.parametrize(("columns", "position"), FOUND)
def test_usual_names_are_found(columns: list[str], position: int) -> None:
    assert find_text(columns) == position


@pytest.mark.parametrize("columns", NOT_FOUND)
def test_without_a_usual_name_the_columns_are_listed(columns: list[str]) -> None:
    with pytest.raises(InputError, match="--text-column") as caught:
        find_text(columns, file="export.csv", row=1)
    assert caught.value.file == "export.csv"
    for column in columns:
        assert column in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "wanted", "position"),
    [
        (["text", "Отзыв клиента"], "Отзыв клиента", 1),
        (["text", "Отзыв клиента"], "отзыв  КЛИЕНТА", 1),
        (["Ещё текст", "text"], "еще текст", 0),
        (["TEXT", "text"], "text", 1),
        (["text", "№"], "№", 1),
    ],
)
def test_a_wanted_name_is_found(columns: list[str], wanted: str, position: int) -> None:
    assert find_text(columns, wanted) == position


def test_a_wanted_name_that_is_missing_is_an_error_even_if_a_usual_one_is_there() -> None:
    with pytest.raises(InputError) as caught:
        find_text(["text", "id"], "body")
    assert caught.value.column == "body"
    assert "'text'" in str(caught.value)


def test_a_file_without_header_does_not_spill_messages() -> None:
    message = "Третий день нет воды в нашем доме, помогите пожалуйста"
    with pytest.raises(InputError, match="header row missing") as caught:
        find_text(["17", message])
    assert message not in str(caught.value)


def test_many_columns_are_cut() -> None:
    assert describe([f"c{n}" for n in range(300)]).endswith("and 260 more")


@pytest.mark.parametrize(
    ("columns", "position"), [(["text", "Дата создания"], 1), (["date", "text"], 0), (["Дата окончания", "text"], None)]
)
def test_the_date_column(columns: list[str], position: int | None) -> None:
    assert find_date(columns) == position


@given(st.lists(st.text(max_size=20)), st.text(max_size=20))
def test_what_is_found_is_a_position(columns: list[str], wanted: str) -> None:
    found = find_named(columns, wanted)
    assert found is None or 0 <= found < len(columns)
    assert found is not None or wanted not in columns
