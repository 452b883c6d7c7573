from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from appealnlp.errors import InputError
from appealnlp.messages.sheets import Sheet, write_sheets
from appealnlp.training.corrections import fix_labels
from appealnlp.training.examples import Examples
from appealnlp.training.sheet_words import FILE, KEY, RIGHT_LABEL, ROW, TEXT, column, row_key
from appealnlp.training.split import duplicate_key

ROWS = [
    ("Нет воды в доме", "вода", "ЖКХ"),
    ("Нет воды в доме!", "дороги", "Дороги"),
    ("Яма на дороге", "дороги", "Дороги"),
    ("Нет воды - в доме", "дороги", "Дороги"),
    ("Фонарь погас", "дороги", "Дороги"),
]


@pytest.fixture
def examples() -> Examples:
    found = Examples()
    for number, (text, topic, group) in enumerate(ROWS, 2):
        found.add(text, topic, group, "", "папка/in.csv", number)
    return found


def write_fixed(path: Path, right: Mapping[int, str], language: int = 1, file: str = "папка/in.csv") -> Path:
    """A sheet of an audit with right labels filled in: position in `ROWS` -> label."""
    columns = [column(names, language, 20) for names in (FILE, ROW, TEXT, RIGHT_LABEL, KEY)]
    rows = [[file, at + 2, ROWS[at][0], label, row_key(duplicate_key(ROWS[at][0]))] for at, label in right.items()]
    write_sheets(path, [Sheet("Метки", columns, rows)])
    return path


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize("file", ["папка/in.csv", "in.csv", "C:\\other\\in.csv"])
def test_a_right_label_goes_to_its_row(examples: Examples, tmp_path: Path, name: str, language: int, file: str) -> None:
    fixed, fixes = fix_labels(examples, write_fixed(tmp_path / name, {4: "вода"}, language, file))
    assert fixed.topics == ["вода", "дороги", "дороги", "дороги", "вода"]
    assert fixed.groups[4] == "ЖКХ"
    assert fixed.texts == examples.texts
    assert (fixes.relabelled, fixes.dropped, fixes.same, fixes.unmatched, fixes.new) == (1, 0, 0, (), {})


def test_a_right_label_goes_to_all_rows_with_that_text_and_label(examples: Examples, tmp_path: Path) -> None:
    fixed, fixes = fix_labels(examples, write_fixed(tmp_path / "a.xlsx", {1: "вода"}))
    assert fixed.topics == ["вода", "вода", "дороги", "вода", "дороги"]
    assert fixes.relabelled == 2


@pytest.mark.parametrize("word", ["удалить", "Удалить ", "delete"])
def test_a_row_can_be_dropped(examples: Examples, tmp_path: Path, word: str) -> None:
    fixed, fixes = fix_labels(examples, write_fixed(tmp_path / "a.xlsx", {1: word}))
    assert fixed.rows == [2, 4, 6]
    assert fixed.topics == ["вода", "дороги", "дороги"]
    assert len(fixed.keys) == len(fixed.weights) == len(fixed.files) == 3
    assert (fixes.relabelled, fixes.dropped) == (0, 2)


def test_an_empty_cell_leaves_the_label(examples: Examples, tmp_path: Path) -> None:
    fixed, fixes = fix_labels(examples, write_fixed(tmp_path / "a.xlsx", {0: "", 4: "дороги"}))
    assert fixed.topics == examples.topics
    assert (fixes.relabelled, fixes.same) == (0, 1)


def test_a_new_label_is_used_and_named(examples: Examples, tmp_path: Path) -> None:
    fixed, fixes = fix_labels(examples, write_fixed(tmp_path / "a.xlsx", {4: "свет"}))
    assert (fixed.topics[4], fixed.groups[4]) == ("свет", "")
    assert fixes.new == {"свет": 1}
    assert any("свет (1)" in line for line in fixes.lines())


@pytest.mark.parametrize(("cell", "value"), [("A2", "other.csv"), ("B2", 3), ("B2", "x"), ("E2", "k0"), ("E2", None)])
def test_a_correction_of_another_row_is_not_used(examples: Examples, tmp_path: Path, cell: str, value: object) -> None:
    path = write_fixed(tmp_path / "a.xlsx", {4: "вода"})
    book = openpyxl.load_workbook(path)
    book.active[cell] = value
    book.save(path)
    fixed, fixes = fix_labels(examples, path)
    assert fixed.topics == examples.topics
    assert len(fixes.unmatched) == 1
    assert "row 2" in fixes.unmatched[0]
    assert any("1 of the sheet are not in the files" in line for line in fixes.lines())


def test_the_rows_given_are_left_alone(examples: Examples, tmp_path: Path) -> None:
    fix_labels(examples, write_fixed(tmp_path / "a.xlsx", {1: "вода", 4: "удалить"}))
    assert examples.topics == [topic for _, topic, _ in ROWS]


def test_a_sheet_of_something_else_is_refused(examples: Examples, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Файл,Текст\nin.csv,Нет воды\n", encoding="utf-8")
    with pytest.raises(InputError, match="a sheet that appealnlp wrote") as caught:
        fix_labels(examples, tmp_path / "a.csv")
    assert caught.value.column == "row"


def test_a_message_is_no_label(examples: Examples, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a label of 250 characters") as caught:
        fix_labels(examples, write_fixed(tmp_path / "a.xlsx", {4: "ы" * 250}))
    assert (caught.value.row, caught.value.column) == (2, "Верная метка")


def test_a_sheet_that_is_not_there(examples: Examples, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        fix_labels(examples, tmp_path / "a.xlsx")
