from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

import appealnlp
from appealnlp.cli import main
from appealnlp.errors import InputError
from appealnlp.training.corrections import CORRECTED, add_corrections, read_corrections
from appealnlp.training.examples import Examples
from appealnlp.training.review import Doubts, ReviewRow, look_for_doubts, pick, review
from appealnlp.training.review_sheet import write_review
from appealnlp.training.split import duplicate_key


def doubts_of(of_topic: list[float], of_alarm: list[float] | None = None, topic: list[int] | None = None) -> Doubts:
    count = len(of_topic)
    return Doubts(
        np.array(of_topic),
        np.zeros(count),
        np.array(of_alarm or [0.0] * count),
        np.array(topic or list(range(count)), np.int64),
    )


TEXTS = [
    "Третий день нет отопления в доме, батареи холодные",
    "Третий день нет отопления в доме, батареи опять холодные",
    "Яма на дороге возле школы, разбитый асфальт",
    "Мусор не вывозят неделю, контейнеры полные",
    "Фонари не горят во дворе, темно вечером",
]


def test_the_most_uncertain_rows_are_picked(tiny_model: Any) -> None:
    assert pick(tiny_model, TEXTS[1:], doubts_of([0.1, 0.9, 0.5, 0.7]), 2) == [1, 3]


def test_of_rows_that_are_alike_one_is_picked(tiny_model: Any) -> None:
    assert pick(tiny_model, TEXTS, doubts_of([0.9, 0.8, 0.3, 0.2, 0.1]), 3) == [0, 2, 3]


def test_a_topic_does_not_fill_the_sheet_while_others_have_rows(tiny_model: Any, sample_texts: list[str]) -> None:
    texts = list(dict.fromkeys(sample_texts))[:100]
    of_topic = np.linspace(1, 0.2, 100).tolist()
    topic = [0] * 60 + [1] * 40
    picked = pick(tiny_model, texts, doubts_of(of_topic, topic=topic), 10)
    assert {topic[at] for at in picked} == {0, 1}


def test_a_fifth_of_the_rows_are_doubtful_alarms(tiny_model: Any, sample_texts: list[str]) -> None:
    texts = list(dict.fromkeys(sample_texts))[:60]
    of_alarm = [0.0] * 40 + [0.4] * 10 + [0.9] * 10
    picked = pick(tiny_model, texts, doubts_of([0.8] * 40 + [0.1] * 20, of_alarm), 10)
    assert sum(at >= 50 for at in picked) == 2
    assert not any(40 <= at < 50 for at in picked)


def test_doubts_are_those_of_the_decision(tiny_model: Any, sample_texts: list[str]) -> None:
    texts = sample_texts[:50]
    doubts, decided = look_for_doubts(tiny_model, texts), tiny_model.decide(texts)
    best = np.sort(tiny_model.probabilities(texts), axis=1)
    assert doubts.topic.tolist() == decided.topic.tolist()
    assert doubts.of_topic == pytest.approx(1 - (best[:, -1] - best[:, -2]), abs=1e-6)
    assert doubts.of_group == pytest.approx(1 - decided.group_confidence, abs=1e-6)
    assert ((doubts.of_alarm >= 0) & (doubts.of_alarm <= 1)).all()


def test_a_doubtful_alarm_lies_between_two_levels(tiny_model: Any, sample_texts: list[str]) -> None:
    doubts, decided = look_for_doubts(tiny_model, sample_texts), tiny_model.decide(sample_texts)
    sure = doubts.of_alarm < 0.1
    assert sure.any()
    assert (doubts.of_alarm[~sure] > doubts.of_alarm[sure].max()).all()
    assert decided.urgency[doubts.of_alarm.argmax()] >= 1


@pytest.fixture
def export(tmp_path: Path) -> Path:
    lines = [*TEXTS, TEXTS[2] + "!", "да", ""]
    (tmp_path / "new.csv").write_text("text\n" + "".join(f'"{line}"\n' for line in lines), encoding="utf-8")
    return tmp_path / "new.csv"


def test_repetitions_and_fragments_are_not_picked(tiny_model: Any, export: Path) -> None:
    rows = review(export, model=tiny_model, count=100)
    assert len(rows) == 4  # of the first two, which are alike, one
    assert {row.row for row in rows} <= {2, 3, 4, 5, 6}
    result = tiny_model.classify(rows[0].text)
    assert (rows[0].topic, rows[0].confidence, rows[0].urgency) == (result.topic, result.confidence, result.urgency)
    assert rows[0].key == duplicate_key(rows[0].text)


@pytest.mark.parametrize(("content", "count", "error"), [
    ("text\nда\n", 5, "no message"), ("text\nНет воды второй день\n", 0, "at least one"), ("a\nб\n", 5, "--text-column"),
])  # fmt: skip
def test_what_cannot_be_reviewed(tiny_model: Any, tmp_path: Path, content: str, count: int, error: str) -> None:
    (tmp_path / "in.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=error):
        appealnlp.review(tmp_path / "in.csv", model=tiny_model, count=count)


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(str(left.value.code or 0))


def test_the_command(tiny_folder: Path, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.xlsx"
    assert call("review", export, "--model", tiny_folder, "--count", 3, "-o", out, "--columns", "ru") == 0
    assert "3 rows to label" in capsys.readouterr().out
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["На проверку", "Списки"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][8:] == ("Верная тема", "Верная срочность", "Ключ")
    assert len(rows) == 4
    rules = {str(rule.sqref) for rule in book.worksheets[0].data_validations.dataValidation}
    assert rules == {"I2:I4", "J2:J4"}
    assert "Аварийная" in {cell.value for cell in book["Списки"]["A"]}


@pytest.mark.parametrize("name", ["a.parquet", "no/a.xlsx"])
def test_the_command_looks_at_the_output_first(export: Path, tmp_path: Path, name: str) -> None:
    assert call("review", export, "-o", tmp_path / name) == 2


# What a person filled in


def sheet(path: Path, tiny_model: Any, filled: list[tuple[str, str, str]], *, russian: bool = True) -> Path:
    """A sheet of a review: text, right topic, right urgency."""
    rows = [
        ReviewRow("new.csv", number, duplicate_key(text), text, "", "", 0.5, "", "routine", "Плановая", "topic")
        for number, (text, _, _) in enumerate(filled, 2)
    ]
    write_review(rows, tiny_model.taxonomy, path, russian=russian)
    book = openpyxl.load_workbook(path)
    for number, (_, topic, level) in enumerate(filled, 2):
        book.worksheets[0].cell(number, 9).value = topic or None
        book.worksheets[0].cell(number, 10).value = level or None
    book.save(path)
    return path


FILLED = [
    (TEXTS[0], "тепло", "Аварийная"),
    (TEXTS[2], "", ""),
    (TEXTS[3], "удалить", ""),
    (TEXTS[4], "", "urgent"),
    ("=1+1 не вывозят мусор", " мусор ", ""),
]


@pytest.mark.parametrize("russian", [True, False])
def test_what_was_filled_in_is_read(tiny_model: Any, tmp_path: Path, russian: bool) -> None:
    read = read_corrections(sheet(tmp_path / "a.xlsx", tiny_model, FILLED, russian=russian))
    assert read.examples.texts == [TEXTS[0], "=1+1 не вывозят мусор"]
    assert read.examples.topics == ["тепло", "мусор"]
    assert read.examples.levels == ["critical", ""]
    assert read.examples.weights == [CORRECTED] * 2
    assert (read.dropped, read.empty, read.urgency_alone) == ({duplicate_key(TEXTS[3])}, 1, 1)


def test_corrected_texts_take_the_place_of_recorded_ones(tiny_model: Any, tmp_path: Path) -> None:
    examples = Examples()
    for text, topic in ((TEXTS[0] + "!", "дороги"), (TEXTS[3], "тепло"), ("Батареи холодные", "тепло")):
        examples.add(text, topic, "ЖКХ" if topic == "тепло" else "Дороги", "routine", "old.csv", 2)
    read = read_corrections(sheet(tmp_path / "a.xlsx", tiny_model, FILLED))
    others, corrected = add_corrections(examples, read, urgency=True)
    assert others.texts == ["Батареи холодные"]
    assert corrected.groups == ["ЖКХ", ""]
    assert corrected.levels == ["critical", ""]
    assert len(others.joined(corrected)) == 3


def test_a_corrected_urgency_is_used_only_where_the_urgency_is_learned(tiny_model: Any, tmp_path: Path) -> None:
    read = read_corrections(sheet(tmp_path / "a.xlsx", tiny_model, FILLED))
    _, corrected = add_corrections(Examples(), read, urgency=False)
    assert corrected.levels == ["", ""]
    assert any("--urgency-column" in line for line in read.lines(urgency=False))
    assert not any("--urgency-column" in line for line in read.lines(urgency=True))


@pytest.mark.parametrize(
    ("filled", "error"),
    [
        ([(TEXTS[0], "", "")], "no right topic is filled in"),
        ([(TEXTS[0], "тепло", "срочно-срочно")], "срочно-срочно"),
        ([(TEXTS[0], "ы" * 300, "")], "a label of 300 characters"),
    ],
)
def test_sheets_that_cannot_be_used(
    tiny_model: Any, tmp_path: Path, filled: list[tuple[str, str, str]], error: str
) -> None:
    with pytest.raises(InputError, match=error):
        read_corrections(sheet(tmp_path / "a.xlsx", tiny_model, filled))


def test_a_sheet_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,topic\nНет воды,вода\n", encoding="utf-8")
    with pytest.raises(InputError, match="a sheet that appealnlp wrote"):
        read_corrections(tmp_path / "a.csv")
