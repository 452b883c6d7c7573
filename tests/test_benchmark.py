"""The benchmark runs, measures every contestant that is there, and loses no row. No figure is judged here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))
from benchmarking.contestants import CONTESTANTS  # noqa: E402
from benchmarking.corpus import blocks, make_corpus, more_messages, read_messages  # noqa: E402

GOALS = [
    "cold, 100 messages: times fastText, words and pairs",
    "warm, 100 messages: times fastText, words and pairs",
    "cold, 100 messages: times pymorphy3 and scikit-learn",
    "csv to csv, 100 rows: seconds, against 3 x polars + 1.5 s",
    "csv to csv, 100 rows: peak MB",
    "classify --message: seconds",
    "import appealnlp: seconds",
    "model.classify: microseconds",
    "cold, 100 messages: times the floor",
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    command = [sys.executable, str(SCRIPTS / "benchmark.py"), "--quick", "-o", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith((folder / "report.md").read_text(encoding="utf-8") + "\n")
    return folder


def row(text: str, heading: str) -> list[str]:
    """The cells of a row of a table of the report."""
    found = re.search(rf"^\| {re.escape(heading)} \|.*$", text, re.MULTILINE)
    assert found is not None, heading
    return [cell.strip() for cell in found[0].strip("|").split("|")]


def test_every_contestant_is_measured_or_named_as_missing(written: Path) -> None:
    text = (written / "report.md").read_text(encoding="utf-8")
    for contestant in CONTESTANTS:
        if contestant.missing:
            assert f"- {contestant.title}: pip install " in text
        else:
            figures = row(text, contestant.title)[1:]
            assert len(figures) == 9
            assert all(float(figure.replace(",", "")) >= 0 for figure in figures)


def test_every_goal_has_its_row(written: Path) -> None:
    text = (written / "report.md").read_text(encoding="utf-8")
    for goal in GOALS:
        _, measured, _, verdict = row(text, goal)
        assert verdict in {"yes", "no", "", "not measured"}
        assert (measured == "-") == (verdict == "not measured")
    assert row(text, "cold, 100 messages: times pymorphy3 and scikit-learn")[3] in {"yes", "no"}


def test_all_rows_and_messages_are_classified(written: Path) -> None:
    text = (written / "report.md").read_text(encoding="utf-8")
    assert "classified files: 100 of 100 rows, 100 judged." in text
    results = json.loads((written / "results.json").read_text(encoding="utf-8"))
    for _, size, answers in results["speeds"]:
        for answer in answers:
            for which in ("cold", "warm", "steady"):
                assert answer[which]["messages"] == answer[which]["verdicts"] == size
    assert {line["kind"] for line in results["lines"]} == {"cold", "file"}


def test_more_messages_begin_with_the_given_ones_and_never_end() -> None:
    messages = read_messages(None)
    many = list(islice(more_messages(messages, 1), 3 * len(messages)))
    assert sorted(many[: len(messages)]) == sorted(messages)
    assert many == list(islice(more_messages(messages, 1), 3 * len(messages)))
    assert len({text for text, _ in many}) > 2.5 * len(messages)
    assert {topic for _, topic in many} == {topic for _, topic in messages}


def test_a_corpus_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("text,topic\nНет воды,вода\n,вода\nЯма на дороге,дороги\n", encoding="utf-8")
    said = make_corpus(tmp_path, tmp_path / "own.csv", [1, 3], 2, 10)
    assert said.startswith("2 messages of own.csv")
    pool = [text for block in blocks(tmp_path / "pool.csv", 0, 9, 2) for text in block]
    assert len(pool) == 5
    assert sorted(pool[:2]) == ["Нет воды", "Яма на дороге"]
    assert [text for block in blocks(tmp_path / "3.csv", 0, 9, 2) for text in block] == pool[:3]
    assert [text for block in blocks(tmp_path / "pool.csv", 3, 1, 9) for text in block] == pool[3:4]


def test_a_corpus_without_topics_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("text\nНет воды\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="columns text and topic"):
        read_messages(tmp_path / "own.csv")
