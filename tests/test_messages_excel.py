from __future__ import annotations

import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from appealnlp.errors import InputError
from appealnlp.messages import excel
from appealnlp.messages.excel import check_archive, open_excel

TABLE = [
    ["№", "Дата создания", "Текст инцидента", "Долг", "Решено", "Дата"],
    [1, datetime(2024, 2, 1, 10, 30), "Нет воды", 10.5, True, date(2024, 2, 1)],
    [2, datetime(2024, 2, 2, 0, 0, 1), None, 7, False, date(2024, 2, 2)],
    [None, None, None, None, None, None],
    [4, None, "'-5 в квартире", 12345678901, None, None],
]


def workbook(path: Path, *sheets: list[list[object]], above: int = 0) -> Path:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for _ in range(above):
            sheet.append([])
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_values_keep_their_types_and_rows_their_order(tmp_path: Path) -> None:
    source = open_excel(workbook(tmp_path / "a.xlsx", TABLE))
    (batch,) = source.batches()
    assert source.columns == TABLE[0]
    assert batch.rows == TABLE[1:]
    assert [type(value) for value in batch.rows[0]] == [int, datetime, str, float, bool, date]
    assert source.layout.kinds == ("integer", "datetime", "text", "number", "boolean", "date")
    assert batch.texts == ["Нет воды", "", "", "-5 в квартире"]
    assert batch.dates[0] == "2024-02-01 10:30:00"
    assert (source.row_count, batch.first_row) == (4, 2)


def test_the_first_row_with_something_in_it_is_the_header(tmp_path: Path) -> None:
    source = open_excel(workbook(tmp_path / "a.xlsx", TABLE, above=3))
    assert source.columns == TABLE[0]
    assert next(iter(source.batches())).first_row == 5


def test_the_sheet_with_the_messages_is_read(tmp_path: Path) -> None:
    source = open_excel(workbook(tmp_path / "a.xlsx", [], [["Итого", "Всего"], [1, 2]], TABLE))
    assert source.columns == TABLE[0]
    assert any("other sheets" in notice for notice in source.notices)


def test_headings_that_repeat_or_are_missing_survive(tmp_path: Path) -> None:
    assert open_excel(workbook(tmp_path / "a.xlsx", [["a", None, "a", "text"], [1, 2, 3, "x"]])).columns == [
        "a",
        "",
        "a",
        "text",
    ]


def test_without_a_message_column_the_columns_are_listed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'Итого', 'Всего'"):
        open_excel(workbook(tmp_path / "a.xlsx", [["Итого", "Всего"], [1, 2]]))


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        open_excel(workbook(tmp_path / "a.xlsx", []))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_a_workbook_cut_short(tmp_path: Path, share: float) -> None:
    path = workbook(tmp_path / "a.xlsx", TABLE)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match="cut short or damaged"):
        open_excel(path)


def test_a_workbook_with_a_changed_byte(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", TABLE)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content = bytearray(path.read_bytes())
    content[start + 120] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        open_excel(path)


def test_a_workbook_without_its_sheet(tmp_path: Path) -> None:
    whole, path = workbook(tmp_path / "whole.xlsx", TABLE), tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(path, "w") as copy:
        for name in archive.namelist():
            if "sheet1" not in name:
                copy.writestr(name, archive.read(name))
    with pytest.raises(InputError, match="damaged"):
        open_excel(path)


@pytest.mark.parametrize("limit", ["size", "ratio"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 3_000_000)
    monkeypatch.setattr(excel, "_SMALL", 1_000_000)
    if limit == "size":
        monkeypatch.setattr(excel, "MAX_RATIO", 10**9)
        monkeypatch.setattr(excel, "MAX_UNPACKED", 2_999_999)
    with pytest.raises(InputError, match="unpack"):
        check_archive(path)


@pytest.mark.parametrize("claimed", [0, 1000, 1_000_000_000])
def test_a_bomb_that_lies_about_its_size_never_reaches_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claimed: int
) -> None:
    path, sheet = workbook(tmp_path / "a.xlsx", TABLE), b" " * 5_000_000
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", sheet)
        member = archive.getinfo("xl/worksheets/sheet2.xml")
        member.file_size, member.CRC = claimed, zlib.crc32(sheet[:claimed])
    monkeypatch.setattr(python_calamine, "load_workbook", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(InputError, match=r"damaged|unpack"):
        open_excel(path)


def test_a_cell_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MAX_CELL", 100)
    with pytest.raises(InputError) as caught:
        open_excel(workbook(tmp_path / "a.xlsx", [["id", "text"], [1, "x"], [2, "y" * 101]]))
    assert (caught.value.row, caught.value.column) == (3, "text")
