"""How often `appealnlp evaluate --reference` raises an alarm for nothing, and whether it does for another region.

    python scripts/measure_drift.py --corpora DIR [--model DIR]

DIR holds perm.csv, spb.csv and kursk.csv (data/sources.toml says where they come from). A hundred times the first messages of
Perm are cut in two at random and a sample of one half is compared with the other; then samples of the other regions are.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np

import appealnlp
from appealnlp.training.drift import compare, profile

SAMPLES = (60, 300, 1000)
ROUNDS = 100
MOST = 5000


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    model = appealnlp.load(arguments.model)
    home = read(arguments.corpora / "perm.csv")
    for size in SAMPLES:
        verdicts: Counter[str] = Counter()
        for seed in range(arguments.rounds):
            mixed = [home[at] for at in np.random.default_rng(seed).permutation(len(home))]
            before, now = (profile(model, texts) for texts in (mixed[: len(mixed) // 2], mixed[-size:]))
            verdicts[compare(before, now, {}).verdict] += 1
        print(f"perm, {size} of the other half: {dict(verdicts)}", flush=True)
    before = profile(model, home)
    for name in ("spb", "kursk"):
        away = read(arguments.corpora / f"{name}.csv")
        for size in SAMPLES[1:]:
            draws = [np.random.default_rng(seed).permutation(len(away))[:size] for seed in range(20)]
            verdicts = Counter(compare(before, profile(model, [away[at] for at in rows]), {}).verdict for rows in draws)
            print(f"{name}, {size} messages: {dict(verdicts)}", flush=True)


def read(path: Path) -> list[str]:
    """Messages of a corpus, at most so many from its beginning."""
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file) if row["text"].strip()][:MOST]


if __name__ == "__main__":
    main()
