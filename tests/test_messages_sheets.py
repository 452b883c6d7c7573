from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import openpyxl
import pytest

from appealnlp.errors import OutputError
from appealnlp.messages import open_source
from appealnlp.messages.sheets import Sheet, write_sheets
from appealnlp.messages.workbook import SheetColumn

TOPICS = [f"Тема с длинным названием № {number}" for number in range(40)]
SHEETS = [
    Sheet(
        "Метки",
        [SheetColumn("Текст", 70, wrapped=True), SheetColumn("Верная метка", 20, look="heading to fill in")],
        [["=1+1", None], ["Нет воды", "Вода"]],
        {1: TOPICS},
    ),
    Sheet("Повторы", [SheetColumn("Текст", 70), SheetColumn("Строка", 10)], [["Яма", 7]], {1: ["7", "8"]}),
    Sheet("Прочее", [SheetColumn("Текст", 70)], []),
]


def test_every_sheet_is_in_the_workbook(tmp_path: Path) -> None:
    assert write_sheets(tmp_path / "a.xlsx", SHEETS) == [tmp_path / "a.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Метки", "Повторы", "Прочее", "Списки"]
    rows = list(book["Метки"].iter_rows(values_only=True))
    assert rows == [("Текст", "Верная метка"), ("=1+1", None), ("Нет воды", "Вода")]
    assert book["Метки"]["A2"].data_type == "s"
    assert book["Повторы"]["B2"].value == 7
    assert [sheet.freeze_panes for sheet in book][:3] == ["A2"] * 3
    assert book["Прочее"].max_row == 1


def test_values_are_chosen_from_a_list_of_any_length(tmp_path: Path) -> None:
    write_sheets(tmp_path / "a.xlsx", SHEETS)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book["Списки"].sheet_state == "hidden"
    (rule,) = book["Метки"].data_validations.dataValidation
    assert (rule.type, str(rule.sqref), rule.errorStyle) == ("list", "B2:B3", "warning")
    assert rule.formula1 == "'Списки'!$A$1:$A$40"
    assert [cell.value for cell in book["Списки"]["A"]] == TOPICS
    (rule,) = book["Повторы"].data_validations.dataValidation
    assert rule.formula1 == "'Списки'!$B$1:$B$2"


def test_the_first_sheet_is_read_again(tmp_path: Path) -> None:
    write_sheets(tmp_path / "a.xlsx", SHEETS)
    with open_source(tmp_path / "a.xlsx") as source:
        (batch,) = source.batches()
    assert batch.texts == ["=1+1", "Нет воды"]


def test_each_sheet_with_rows_is_a_table(tmp_path: Path) -> None:
    assert write_sheets(tmp_path / "a.csv", SHEETS) == [tmp_path / "a.csv", tmp_path / "a-Повторы.csv"]
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["Текст", "Верная метка"], ["'=1+1", ""], ["Нет воды", "Вода"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-Повторы.csv", "a.csv"]


def test_equal_sheets_make_equal_workbooks(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_sheets(tmp_path / name, SHEETS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("name", ["a.parquet", "a", "no/a.xlsx"])
def test_targets_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError):
        write_sheets(tmp_path / name, SHEETS)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sheets(tmp_path / "a.xlsx", SHEETS)
    before = (tmp_path / "a.xlsx").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OutputError, match="No space left"):
        write_sheets(tmp_path / "a.xlsx", SHEETS[:1])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]
