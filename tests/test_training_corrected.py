from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import appealnlp
from appealnlp.training import own
from appealnlp.training.corrected import Change

SAID = {
    "тепло": ["Батареи холодные", "Нет отопления", "В подъезде холодно", "Дали тепло, а батареи ледяные"],
    "дороги": ["Яма на дороге", "Разбитый асфальт", "Дорога в ямах", "Асфальт провалился"],
    "мусор": ["Мусор не вывозят", "Контейнеры переполнены", "Свалка за гаражами", "Баки с мусором полные"],
}
ENDS = ["на Садовой", "у дома 5", "с понедельника", "возле парка", "третий раз пишу", "утром", "опять"]
NEW = ["Фонарь погас", "Темно во дворе", "Лампы не горят", "Нет освещения"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "STEPS", 120)
    monkeypatch.setattr(own, "FOLDS", 2)
    monkeypatch.setattr(own, "CURVE", ())


@pytest.fixture
def export(tmp_path: Path) -> Path:
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "topic"])
        rows = [(f"{begin} {end}", topic) for topic, begins in SAID.items() for begin in begins for end in ENDS]
        writer.writerows((text, "дороги" if number == 4 else topic) for number, (text, topic) in enumerate(rows))
    return tmp_path / "in.csv"


def fill_in(path: Path, column: int, values: dict[int, str]) -> None:
    book = openpyxl.load_workbook(path)
    for row, value in values.items():
        book.worksheets[0].cell(row, column).value = value
    book.save(path)


def test_from_audit_to_review_to_a_better_model(quick: None, export: Path, tmp_path: Path, tiny_folder: Path) -> None:
    from appealnlp.cli import main

    def call(*arguments: object) -> None:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        assert left.value.code in (0, None)

    call("audit", export, "--topic-column", "topic", "-o", tmp_path / "fixed.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "fixed.xlsx").worksheets[0]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [6]
    fill_in(tmp_path / "fixed.xlsx", 9, {2: "тепло"})
    (tmp_path / "new.csv").write_text("text\n" + "".join(f"{text} {end}\n" for text in NEW for end in ENDS), "utf-8")
    call("review", tmp_path / "new.csv", "--model", tiny_folder, "-o", tmp_path / "corrected.xlsx", "--count", 40)
    rows = openpyxl.load_workbook(tmp_path / "corrected.xlsx").worksheets[0].max_row
    fill_in(tmp_path / "corrected.xlsx", 9, dict.fromkeys(range(2, rows + 1), "свет"))

    trained = appealnlp.train(
        export,
        tmp_path / "model",
        topic_column="topic",
        labels_fixed=tmp_path / "fixed.xlsx",
        corrections=tmp_path / "corrected.xlsx",
    )
    notes = trained.notes()
    assert notes[0] == "labels fixed: 1 rows have another label, 0 rows dropped"
    assert f"{rows - 1} corrected rows, each counted 2 times; 0 not filled in" in notes
    changes = [note for note in trained.learned.evaluation.figures.notes if "after correcting" in note]
    assert changes[0].startswith(f"corrected messages ({rows - 1}): topic right 0.0% before, ")
    assert changes[1].startswith("all other messages (84): ")
    model = appealnlp.load(tmp_path / "model")
    assert model.classify("Фонарь погас, темно во дворе").topic == "свет"
    assert appealnlp.drift(export, reference=model).verdict == "stable"
    notes_kept: Any = model.manifest["figures"]
    assert changes[0] in notes_kept["notes"]


def test_a_change_in_words() -> None:
    said = str(Change("corrected messages", 1200, 0.5, 0.625))
    assert said == "corrected messages (1,200): topic right 50.0% before, 62.5% after correcting"
