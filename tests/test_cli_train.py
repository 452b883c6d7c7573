"""``appealnlp train``, ``evaluate`` and ``info``: what they say, write and return."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from appealnlp import cli
from appealnlp.bundle import FORMAT
from appealnlp.training import own
from appealnlp.training.vectors import WordVectors

LABELLED = Path(__file__).resolve().parents[1] / "data" / "samples" / "labelled.csv"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def small_default(tiny_folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "default_model", lambda: tiny_folder)
        patch.setattr(own, "load_word_vectors", lambda: WordVectors({}, np.zeros((1, 1), np.float32), []))
        yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return call


def test_train_evaluate_info(tmp_path: Path, run: Run) -> None:
    model = tmp_path / "model"
    code, out, err = run("train", LABELLED, "-o", model, "--topic-column", "group", "--auto-accuracy", "0.6")
    assert code == 0
    assert "words …" in err
    assert "18 topics" in out
    assert "cross-validation" in out
    assert "weighted F1" in out
    assert "60.0% asked" in out

    figures = tmp_path / "figures.json"
    code, out, _ = run("evaluate", LABELLED, "--model", model, "--topic-column", "group", "--json", figures)
    assert code == 0
    assert "494 rows, 494 measured" in out
    saved = json.loads(figures.read_text(encoding="utf-8"))
    assert saved["topic"]["messages"] == 494
    code, out, _ = run("evaluate", LABELLED, "--model", model, "--topic-column", "group", "--json", "-")
    assert json.loads(out) == saved

    code, out, _ = run("info", model)
    assert code == 0
    assert f"format   {FORMAT}" in out
    assert "topics   18" in out
    assert "weighted F1" in out


def test_the_model_of_the_package_has_a_card_and_can_be_measured(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("appealnlp").load()
    code, out, _ = run("info")
    assert code == 0
    assert "132 in 18 groups" in out
    columns = ("--topic-column", "topic", "--group-column", "group", "--urgency-column", "urgency")
    code, out, _ = run("evaluate", LABELLED, *columns, "--json", tmp_path / "figures.json")
    assert code == 0
    saved = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert saved["topic"]["unknown"] == saved["group"]["unknown"] == 0
    assert saved["group"]["accuracy"] > saved["topic"]["accuracy"] > 0.5
    assert saved["urgency"]["messages"] == 494


def test_titles_count_like_codes(run: Run, tmp_path: Path) -> None:
    import appealnlp

    taxonomy = appealnlp.load().taxonomy
    with LABELLED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "titles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "Тема", "Группа"])
        writer.writerows(
            [row["text"], taxonomy.topic(row["topic"]).title, taxonomy.group_title(row["group"])] for row in rows
        )
    _, out, _ = run(
        "evaluate", tmp_path / "titles.csv", "--topic-column", "Тема", "--group-column", "Группа", "--json", "-"
    )
    _, expected, _ = run("evaluate", LABELLED, "--topic-column", "topic", "--group-column", "group", "--json", "-")
    assert json.loads(out) == json.loads(expected)


def test_labels_that_the_model_does_not_know_are_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,topic\nЯма на дороге,roads.pothole\nШум,моя тема\n", encoding="utf-8")
    code, out, _ = run("evaluate", tmp_path / "a.csv", "--topic-column", "topic")
    assert code == 0
    assert "1 messages have a label that the model does not know" in out


@pytest.mark.parametrize(
    ("content", "options", "what"),
    [
        ("text,topic\nЯма,а\nСнег,б\nВода,в\n", ["--topic-column", "topic"], "3 different labelled messages"),
        ("text,topic\nЯма,а\nСнег,а\n", ["--topic-column", "topic"], "same topic"),
        ("text,topic\n,а\n ,б\n", ["--topic-column", "topic"], "2 without text"),
        ("text,topic\nЯма,\nСнег,\n", ["--topic-column", "topic"], "none of the 2 rows"),
        ("text,topic\nЯма,а\n", ["--topic-column", "label"], "Columns seen: 'text', 'topic'"),
        ("text,topic,topic\nЯма,а,б\n", ["--topic-column", "topic"], "2 columns have this heading"),
        ("text,topic\nЯма,а\n", ["--topic-column", "topic", "--auto-accuracy", "95"], "share from"),
        ("text,topic\nЯма,а\n", ["--topic-column", "topic", "--base", "нет такой"], "no model here"),
        ("", ["--topic-column", "topic"], "empty"),
    ],
)
def test_what_cannot_be_trained_is_explained(
    content: str, options: list[str], what: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    code, out, err = run("train", tmp_path / "a.csv", "-o", tmp_path / "model", *options)
    assert (code, out) == (2, "")
    assert what in err
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["evaluate", LABELLED, "--model", "."], "name the column"),
        (["evaluate", LABELLED, "--model", ".", "--topic-column", "topic"], "no model here"),
        (["evaluate", LABELLED, "--topic-column", "theme"], "there is no such column"),
        (["evaluate", LABELLED, "--topic-column", "topic", "--urgency-column", "kind"], "the levels are"),
        (["evaluate", LABELLED, "--topic-column", "topic", "--json", "/нет/такой/папки.json"], "cannot be written"),
        (["info", "."], "no model here"),
    ],
)
def test_what_cannot_be_measured_is_explained(arguments: list[object], what: str, run: Run) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert what in err


def test_ctrl_c(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(own, "train_model", stop)
    code, _, err = run("train", LABELLED, "-o", tmp_path / "model", "--topic-column", "group")
    assert code == 130
    assert "was not written" in err
    assert list(tmp_path.iterdir()) == []
