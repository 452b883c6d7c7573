from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import appealnlp
from appealnlp.cli import COMMANDS, main, make_app
from appealnlp.cli.headings import CLASSIFIED, LEMMATIZED, Language, added_columns
from appealnlp.cli.summary import Summary
from appealnlp.taxonomy import Taxonomy, Topic


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(str(left.value.code or 0))


def test_lemmatize_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("lemmatize", "--message", "Нет горячей воды!") == 0
    assert capsys.readouterr().out.split() == ["нет", "горячий", "вода"]


def test_lemmatize_a_file(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nНет воды\n \nфонари горят\n", encoding="utf-8")
    assert call("lemmatize", tmp_path / "in.csv", "-o", tmp_path / "out.csv") == 1
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["text", *LEMMATIZED]
    assert [row[1] for row in rows[1:]] == ["нет вода", "", "фонарь гореть"]
    assert [row[2] for row in rows[1:]] == ["", "пустое сообщение", ""]


@pytest.mark.parametrize("arguments", [[], ["in.csv"], ["--message", "x", "-o", "out.csv"]])
def test_lemmatize_wants_input_and_output(arguments: list[str]) -> None:
    assert call("lemmatize", *arguments) == 2


@dataclass
class _Model:
    taxonomy: Taxonomy


def test_topics_are_listed_by_group(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    listed = (
        Topic("water.none", "Нет воды", "water", "Вода", "…", "critical"),
        Topic("water.bad", "Плохая вода", "water", "Вода", "…", "urgent"),
        Topic("roads.pits", "Ямы", "roads", "Дороги", "…", "routine"),
    )
    monkeypatch.setitem(vars(appealnlp), "load", lambda path=None, norms=None: _Model(Taxonomy(listed)))
    assert call("topics") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Вода",
        "  water.none  critical  Нет воды",
        "  water.bad   urgent    Плохая вода",
        "Дороги",
        "  roads.pits  routine   Ямы",
    ]


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "appealnlp", "--help"], capture_output=True, check=True)
    for name in (b"classify", b"lemmatize", b"topics"):
        assert name in done.stdout


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert call() == 2
    assert "classify" in "".join(capsys.readouterr())


def test_the_columns_are_those_of_the_contract() -> None:
    assert [column.heading for column in added_columns(CLASSIFIED, Language.en)] == [
        "nlp_topic",
        "nlp_topic_title",
        "nlp_group",
        "nlp_group_title",
        "nlp_confidence",
        "nlp_alternatives",
        "nlp_urgency",
        "nlp_urgency_title",
        "nlp_urgency_reason",
        "nlp_react_hours",
        "nlp_kind",
        "nlp_vulnerable",
        "nlp_places",
        "nlp_needs_review",
        "nlp_error",
    ]
    russian = [column.heading for column in added_columns(CLASSIFIED, Language.ru)]
    assert len(set(russian)) == len(CLASSIFIED)
    assert all(heading.startswith("Авто: ") for heading in russian)


def test_the_closing_table() -> None:
    columns: dict[str, list[object]] = {key: [None] * 4 for key in CLASSIFIED}
    columns["nlp_topic"] = ["a", "b", "b", None]
    columns["nlp_topic_title"] = ["А", "Б", "Б", None]
    columns["nlp_group_title"] = ["Вода", "", "", None]
    columns["nlp_urgency"] = ["routine", "own", "emergency", None]
    columns["nlp_urgency_title"] = ["Обычная", None, "Авария", None]
    columns["nlp_needs_review"] = [1, 0, 0, None]
    columns["nlp_error"] = ["", "", "", "пустое сообщение"]
    summary = Summary()
    summary.add(columns)
    assert summary.lines(0.5, Language.en) == [
        "rows: 4 · with an error: 1 · for review: 1 (25.0%) · 8 rows/s",
        "",
        "group        rows    share",
        "Б               2    50.0%",
        "Вода            1    25.0%",
        "",
        "urgency      rows    share",
        "Авария          1    25.0%",
        "Обычная         1    25.0%",
        "own             1    25.0%",
    ]


@pytest.mark.parametrize("asked", [*COMMANDS, None, "nonsense", "--version"])
def test_only_the_command_that_is_asked_for_is_made(asked: str | None) -> None:
    made = [command.callback.__name__ for command in make_app(asked).registered_commands if command.callback]
    assert made == ([asked] if asked in COMMANDS else list(COMMANDS))


def test_a_mistyped_command_is_told_with_the_others_in_view(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["clasify"])
    assert left.value.code == 2
    assert "clasify" in capsys.readouterr().err
