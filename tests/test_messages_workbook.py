from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.messages.workbook import Look, WorkbookFile, day_number, escaped

LOOKS = [Look(), Look(wrap=True, fill="FF0000"), Look(number="dd.mm.yyyy"), Look(bold=True)]


def write(path: Path, rows: list[list[object]], look: int = 1) -> Path:
    book = WorkbookFile(path, LOOKS)
    book.start_sheet("Лист & «1»", [10] * len(rows[0]))
    book.add_rows([book.row([(value, look) for value in row]) for row in rows])
    book.close()
    return path


def read(path: Path) -> list[list[object]]:
    book = python_calamine.load_workbook(str(path))
    return [list(row) for row in book.get_sheet_by_index(0).iter_rows()]


def test_values(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["текст", 5, -0.25, True, None, " пробелы \n строки "]])
    assert read(path) == [["текст", 5.0, -0.25, True, "", " пробелы \n строки "]]


def test_looks(tmp_path: Path) -> None:
    for number, look in enumerate(LOOKS, 1):
        cell = openpyxl.load_workbook(write(tmp_path / "a.xlsx", [[5.5]], number)).active["A1"]
        assert cell.alignment.vertical == "top"
        assert cell.alignment.wrap_text == look.wrap
        assert cell.font.bold == look.bold
        assert (cell.border.bottom.style == "thin") == look.bold
        assert cell.fill.fgColor.rgb == (f"FF{look.fill}" if look.fill else "00000000")
        assert cell.number_format == (look.number or "General")


def test_sheets_names_and_filters(tmp_path: Path) -> None:
    book = WorkbookFile(tmp_path / "a.xlsx", LOOKS)
    for name in ("Лист & «1»", "Второй"):
        book.start_sheet(name, [10] * 30)
        book.add_rows([book.row([(name, 1)] * 30)])
    book.close()
    made = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert made.sheetnames == ["Лист & «1»", "Второй"]
    assert [sheet.auto_filter.ref for sheet in made] == ["A1:AD2"] * 2
    assert [sheet.freeze_panes for sheet in made] == ["A2"] * 2
    assert made.active["AD1"].value == "Лист & «1»"


def test_every_part_is_named_in_the_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path / "a.xlsx", [["x"]])) as archive:
        names = set(archive.namelist())
        for name in names:
            ElementTree.fromstring(archive.read(name))
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
    parts = {part.get("PartName", "").lstrip("/") for part in types if part.get("PartName")}
    assert parts == {name for name in names if name.startswith("xl/") and not name.endswith(".rels")}


@pytest.mark.parametrize(
    ("text", "xml"),
    [
        ("a & <b>", "a &amp; &lt;b&gt;"),
        ("\x00\x1f", "_x0000__x001F_"),
        ("_x000D_", "_x005F_x000D_"),
        ("\ud800", "\ufffd"),
        ("\uffff", "_xFFFF_"),
        ("ёж\t\n😀", "ёж\t\n😀"),
    ],
)
def test_escaped(text: str, xml: str) -> None:
    assert escaped(text) == xml


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40, alphabet=st.characters(codec="utf-8")), min_size=1, max_size=5))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    assert read(write(tmp_path_factory.mktemp("any") / "a.xlsx", [["x", *texts]])) == [["x", *texts]]


@pytest.mark.parametrize(
    ("value", "days"),
    [
        (date(2024, 1, 1), 45292.0),
        (datetime(2024, 1, 1, 12), 45292.5),
        (date(1900, 3, 1), 61.0),
        (time(6), 0.25),
        (timedelta(hours=36), 1.5),
        (date(1900, 2, 28), None),
        (timedelta(-1), None),
        (datetime(2024, 1, 1, tzinfo=timezone.utc), None),
    ],
)
def test_day_number(value: date | time | timedelta, days: float | None) -> None:
    assert day_number(value) == days
