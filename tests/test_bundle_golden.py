"""Models of every format that was ever written are still read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import appealnlp
from appealnlp.bundle import FORMAT, read_bundle

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("format_", range(1, FORMAT))
def test_an_older_model_says_what_it_said(format_: int) -> None:
    folder = GOLDEN / f"format_{format_}"
    assert read_bundle(folder / "model").manifest["format"] == format_ <= FORMAT
    model = appealnlp.load(folder / "model")
    lines = (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [json.loads(line) for line in lines]
    columns = model.classify_columns([entry["text"] for entry in expected])
    decision = model.decide([entry["text"] for entry in expected])  # without rules, which may change
    assert decision.urgency.tolist() == [entry["urgency_by_words"] for entry in expected]
    assert decision.vulnerable.tolist() == [bool(entry["vulnerable_by_words"]) for entry in expected]
    for row, entry in enumerate(expected):
        for name in ("nlp_topic", "nlp_kind", "nlp_needs_review"):
            assert columns[name][row] == entry[name], (row, name)
        assert columns["nlp_confidence"][row] == pytest.approx(entry["nlp_confidence"], abs=2e-4)
