"""Where a place can begin: the table is that of the grammar, and stops no place."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from appealnlp.places.classes import CLASSES
from appealnlp.places.grammar import grammar
from appealnlp.places.starts import TABLE, may_begin
from appealnlp.places.symbols import GAPS, token_symbol

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from build_place_starts import table

TOKENS = [token_symbol(number, capital) for number in range(1, len(CLASSES) + 1) for capital in (0, 1)]


def test_the_table_is_that_of_the_grammar() -> None:
    with np.load(TABLE) as kept:
        for name, made in zip(("plane", "planes", "before"), table(), strict=True):
            assert np.array_equal(kept[name], made), "the grammar has changed: run scripts/build_place_starts.py"


@pytest.mark.parametrize("seed", range(12))
def test_no_place_begins_elsewhere(seed: int) -> None:
    draw = np.random.default_rng(seed)
    kinds = [*GAPS.values()]
    often = np.array([8.0 if name in ("blank", "none", "comma") else 1.0 for name in GAPS])
    gaps = draw.choice(kinds, 4000, p=often / often.sum())
    tokens = draw.choice(TOKENS, 4000)
    read = "".join(gap + token for gap, token in zip(gaps, tokens, strict=True)) + GAPS["start"]
    found = [match.start() for match in grammar()[0].finditer(read)]
    assert len(found) > 100
    assert set(found) <= set(may_begin(read.encode("latin-1")).tolist())


def test_most_tokens_begin_nothing() -> None:
    words = token_symbol(CLASSES.index("word") + 1, 0)
    assert may_begin((GAPS["blank"] + words).encode("latin-1") * 9 + GAPS["start"].encode()).tolist() == []


@pytest.mark.parametrize("before", ["", GAPS["start"] + token_symbol(CLASSES.index("word") + 1, 0)])
def test_at_the_edges_of_a_text(before: str) -> None:
    """«Кирова» ends a text, or is all of it."""
    name = token_symbol(CLASSES.index("city_surname") + 1, 1)
    read = f"{before}{GAPS['blank'] if before else GAPS['start']}{name}{GAPS['start']}"
    assert may_begin(read.encode("latin-1")).tolist() == [len(before) + 1]
