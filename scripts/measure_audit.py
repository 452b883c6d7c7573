"""How well `appealnlp audit` finds wrong labels: flip some labels of a corpus and look for them.

    python scripts/measure_audit.py --corpora DIR [--seed 0] [--share 0.1]

DIR holds perm.csv (data/sources.toml says where it comes from). That share of the labels is replaced by another label
drawn at random: each label alike (uniform), or as often as it occurs (usual). Recall counts all flipped rows with a text.
The corpus has wrong labels of its own; those found count against the precision.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from appealnlp.training.audit import DOUBTFUL_BELOW, Opinions, doubt, look_at, self_judged
from appealnlp.training.examples import Examples

RECALLS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--draw", choices=("uniform", "usual"), nargs="+", default=["uniform", "usual"])
    arguments = parser.parse_args()
    csv.field_size_limit(1 << 24)
    with (arguments.corpora / "perm.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for draw in arguments.draw:
        examples, flipped = flip(rows, draw, arguments.share, arguments.seed)
        opinions = self_judged(examples)
        print(f"\n{draw}: {flipped.sum():,} of {len(examples):,} labels flipped, seed {arguments.seed}")
        wrong = flipped[opinions.positions]
        for name, score in SCORES.items():
            print(f"{name:18}" + curve(score(opinions), wrong, int(flipped.sum())))
        listed = {(one.file, one.row) for one in look_at(examples, opinions, seen=False).labels}
        hits = sum(
            flag
            for flag, place in zip(flipped, zip(examples.files, examples.rows, strict=True), strict=True)
            if place in listed
        )
        print(
            f"listed (doubt below {DOUBTFUL_BELOW}): {len(listed):,} rows, precision {hits / len(listed):.3f}, "
            f"recall {hits / flipped.sum():.3f}"
        )


def flip(rows: list[dict[str, str]], draw: str, share: float, seed: int) -> tuple[Examples, Any]:
    """The corpus with some labels replaced, and which."""
    generator = np.random.default_rng(seed)
    group = {row["topic"]: row["group"] for row in rows}
    labels = sorted(group) if draw == "uniform" else [row["topic"] for row in rows]
    chosen = generator.random(len(rows)) < share
    examples, flipped = Examples(), []
    for number, (row, change) in enumerate(zip(rows, chosen.tolist(), strict=True), 2):
        topic = row["topic"]
        while change and topic == row["topic"]:
            topic = labels[generator.integers(len(labels))]
        before = len(examples)
        examples.add(row["text"], topic, group[topic], "", "perm.csv", number)
        flipped += [change] * (len(examples) - before)
    return examples, np.array(flipped)


def _own(opinions: Opinions) -> Any:
    return opinions.probabilities[np.arange(len(opinions.truth)), opinions.truth]


def _per_topic(opinions: Opinions) -> Any:
    """Self-confidence against the mean one of its topic: the threshold of confident learning."""
    own = _own(opinions)
    sums, counts = np.bincount(opinions.truth, own), np.bincount(opinions.truth)
    return own / np.maximum(sums / np.maximum(counts, 1), 1e-9)[opinions.truth]


SCORES: dict[str, Callable[[Opinions], Any]] = {
    "doubt (ours)": lambda opinions: doubt(opinions.probabilities, opinions.truth, opinions.topic_groups),
    "self-confidence": _own,
    "margin": lambda opinions: _own(opinions) - opinions.probabilities.max(axis=1),
    "per topic": _per_topic,
}
"""Lower is more doubtful."""


def curve(score: Any, wrong: Any, total: int) -> str:
    """Precision at some recalls, and where both are equal."""
    found = np.cumsum(wrong[np.argsort(score, kind="stable")])
    cells = []
    for recall in RECALLS:
        rows = int(np.searchsorted(found, recall * total)) + 1
        cells.append(
            f"R {recall:.1f} P {found[rows - 1] / rows:.3f}" if rows <= len(found) else f"R {recall:.1f} never"
        )
    return "  ".join([*cells, f"P=R {found[min(total, len(found)) - 1] / total:.3f}"])


if __name__ == "__main__":
    main()
