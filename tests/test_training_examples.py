"""Labelled exports: every format, several files, and what is wrong with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from appealnlp.errors import InputError
from appealnlp.training import examples as module
from appealnlp.training.examples import Examples, LabelColumns, read_examples

HEADER = ["id", "Текст", "Тема", "Группа", "Срочность"]
ROWS = [
    ["1", "Яма на дороге", " Дороги ", "Город", "Плановая"],
    ["2", "", "Дороги", "Город", ""],
    ["3", "Нет воды", "", "", ""],
    ["4", "!!!", "Дороги", "Город", ""],
    ["5", "Нет света", "", "Сети", "urgent"],
    ["6", "Снег  во дворе", "Уборка\n снега", "'Город", ""],
]
COLUMNS = LabelColumns("Тема", "Текст", "Группа", "Срочность")


def write(path: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_rows_are_read_counted_and_located(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", ROWS)
    found = read_examples([file], COLUMNS)
    assert found.texts == ["Яма на дороге", "!!!", "Нет света", "Снег  во дворе"]
    assert found.topics == ["Дороги", "Дороги", "", "Уборка снега"]
    assert found.groups == ["Город", "Город", "Сети", "Город"]
    assert found.levels == ["Плановая", "", "urgent", ""]
    assert found.rows == [2, 5, 6, 7]
    assert set(found.files) == {str(file)}
    assert (found.read, found.without_text, found.without_label, found.unreadable) == (6, 1, 1, 0)


def test_several_files_one_after_the_other_in_any_format(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", ROWS[:1])
    lines = tmp_path / "b.jsonl"
    lines.write_text(json.dumps({"text": "Темно", "Тема": 7}, ensure_ascii=False) + "\n", encoding="utf-8")
    found = read_examples([table], COLUMNS)
    assert found.topics == ["Дороги"]
    both = read_examples([table, lines], LabelColumns("Тема"))
    assert both.topics == ["Дороги", "7"]
    assert both.files == [str(table), str(lines)]


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (LabelColumns("Тематика", "Текст"), "Columns seen: 'id', 'Текст', 'Тема', 'Группа', 'Срочность'"),
        (LabelColumns("Тема", "Текст", "Раздел"), "there is no such column"),
        (LabelColumns("Тема", "Письмо"), "there is no such column"),
        (LabelColumns("Текст", "Текст"), "column with the message"),
    ],
)
def test_a_column_that_is_not_there(tmp_path: Path, columns: LabelColumns, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read_examples([write(tmp_path / "a.csv", ROWS)], columns)
    assert caught.value.file == str(tmp_path / "a.csv")


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", ROWS, ["id", "Текст", "Тема", "Тема", "Срочность"])
    with pytest.raises(InputError, match="2 columns have this heading"):
        read_examples([file], LabelColumns("Тема", "Текст"))
    assert read_examples([file], LabelColumns("Срочность", "Текст")).topics == ["Плановая", "urgent"]


def test_a_message_in_the_column_of_labels(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [["1", "Яма", "слово " * 50, "", ""]])
    with pytest.raises(InputError, match="299 characters") as caught:
        read_examples([file], LabelColumns("Тема", "Текст"))
    assert (caught.value.row, caught.value.column) == (2, "Тема")
    assert "слово" not in str(caught.value)


def test_more_text_than_can_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARACTERS", 10_000)
    file = write(tmp_path / "a.csv", [[str(n), f"Яма номер {n} на дороге", "Дороги", "", ""] for n in range(9_000)])
    kept: list[int] = []
    add = Examples.add

    def count(self: Examples, *arguments: object) -> None:
        kept.append(1)
        add(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Examples, "add", count)
    with pytest.raises(InputError, match=r"10,000 characters.*part of the rows"):
        read_examples([file], COLUMNS)
    assert len(kept) < 9_000  # it stopped while reading


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_examples([tmp_path / "gone.csv"], COLUMNS)
