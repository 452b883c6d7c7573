from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import appealnlp
from appealnlp import classifier
from appealnlp.cli import main
from appealnlp.cli.headings import CLASSIFIED, INCIDENT
from conftest import NORMS

Run = Callable[..., tuple[int, str, str]]


class FakeClassifier:
    """Finds no water wherever «воды» is written, at what follows «на»."""

    context_columns = ()

    def classify_columns(
        self, texts: Sequence[str], *, months: Sequence[int | None], context: None
    ) -> dict[str, list[object]]:
        columns: dict[str, list[object]] = {key: [None] * len(texts) for key in CLASSIFIED}
        for at, text in enumerate(texts):
            columns["nlp_error"][at] = "" if text.strip() else "пустое сообщение"
            if text.strip():
                dry = "воды" in text
                columns["nlp_topic"][at] = "utilities.no_cold_water" if dry else "roads.pothole"
                columns["nlp_topic_title"][at] = "Нет холодной воды" if dry else "Ямы"
                columns["nlp_kind"][at] = "problem"
                columns["nlp_urgency"][at] = "urgent" if dry else "routine"
                columns["nlp_urgency_title"][at] = "Срочная" if dry else "Плановая"
                columns["nlp_urgency_reason"][at] = "Срочная: «воды»" if dry else ""
                columns["nlp_places"][at] = text.partition(" на ")[2]
        return columns


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "norms.csv").write_text(NORMS, encoding="utf-8")
    monkeypatch.setitem(vars(appealnlp), "load", lambda path=None, norms=None: FakeClassifier())
    monkeypatch.setattr(classifier, "default_model", lambda: tmp_path / "model")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(str(left.value.code or 0)), out, err

    return call


def write(path: Path, texts: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["Текст", "Дата"], *([text, "2025-03-01 10:00"] for text in texts)])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


TEXTS = ["нет воды на Лесной", "яма на Полевой", "", *["воды нет на ул. Лесная"] * 4, "яма на Садовой"]


def test_columns_come_after_the_others_and_rows_stay(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("classify", write(tmp_path / "in.csv", TEXTS), "-o", tmp_path / "out.csv", "--incidents")
    rows = read(tmp_path / "out.csv")
    assert code == 1  # a message is empty
    assert list(rows[0]) == ["Текст", "Дата", *CLASSIFIED, *INCIDENT]
    assert [row["Текст"] for row in rows] == TEXTS
    assert [row["nlp_incident"] for row in rows] == ["1", "", "", "1", "1", "1", "1", ""]
    assert [row["nlp_incident_size"] for row in rows] == ["5", "", "", "5", "5", "5", "5", ""]
    assert [row["nlp_urgency"] for row in rows] == ["critical", "routine", "", *["critical"] * 4, "routine"]
    assert rows[0]["nlp_urgency_title"] == "Аварийная"
    assert rows[0]["nlp_urgency_reason"] == "Аварийная, массовое: 5 сообщений, ул. Лесная; Срочная: «воды»"
    assert rows[0]["nlp_react_hours"] == "24"
    assert rows[2]["nlp_error"] == "пустое сообщение"
    assert out.splitlines()[-3:] == [
        "incidents: 1",
        "rows  in 24 h  urgency    dates       topic              place",
        "   5        5  Аварийная  01.03.2025  Нет холодной воды  ул. Лесная",
    ]


def test_without_dates_nothing_is_raised_and_it_says_so(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in.csv").write_text("Текст\n" + "нет воды на Лесной\n" * 5, encoding="utf-8")
    _, out, _ = run("classify", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--incidents")
    assert [(row["nlp_incident_size"], row["nlp_urgency"]) for row in read(tmp_path / "out.csv")] == [
        ("5", "urgent")
    ] * 5
    assert out.splitlines()[-1] == "No dates: the whole run counts as one time, and no urgency was raised."


def test_without_the_option_nothing_changes(tmp_path: Path, run: Run) -> None:
    run("classify", write(tmp_path / "in.csv", TEXTS), "-o", tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert list(rows[0]) == ["Текст", "Дата", *CLASSIFIED]
    assert rows[0]["nlp_urgency"] == "urgent"


def test_incidents_go_across_files_and_outputs(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.csv", TEXTS[:4])
    write(tmp_path / "b.csv", TEXTS[4:])
    run("classify", tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "out.csv", "--incidents")
    together = read(tmp_path / "out.csv")
    (tmp_path / "out").mkdir()
    run("classify", tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "out", "--incidents")
    apart = [*read(tmp_path / "out" / "a.csv"), *read(tmp_path / "out" / "b.csv")]
    numbers = [(row["nlp_incident"], row["nlp_incident_size"]) for row in together]
    assert numbers == [(row["nlp_incident"], row["nlp_incident_size"]) for row in apart]
    assert numbers.count(("1", "5")) == 5


def test_standard_input_is_read_twice(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with write(tmp_path / "in.csv", TEXTS).open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        run("classify", "-", "-o", tmp_path / "out.jsonl", "--incidents", "--columns", "ru")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["Авто: инцидент"] for row in rows] == [1, None, None, 1, 1, 1, 1, None]


def test_with_masks(tmp_path: Path, run: Run) -> None:
    texts = [f"нет воды на Лесной, кв. {number}" for number in range(5)]
    run("classify", write(tmp_path / "in.csv", texts), "-o", tmp_path / "out.csv", "--incidents", "--mask")
    rows = read(tmp_path / "out.csv")
    assert {row["Текст"] for row in rows} == {"нет воды на Лесной, кв. [КВАРТИРА]"}
    assert {row["nlp_incident_size"] for row in rows} == {"5"}


def test_a_failure_leaves_no_output(tmp_path: Path, run: Run) -> None:
    (tmp_path / "model" / "norms.csv").unlink()
    code, _, err = run("classify", write(tmp_path / "in.csv", TEXTS), "-o", tmp_path / "out.csv", "--incidents")
    assert code == 2
    assert "norms.csv" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "model"]


def test_one_message_is_no_incident(run: Run) -> None:
    assert run("classify", "--message", "нет воды", "--incidents")[0] == 2
