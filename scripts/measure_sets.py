"""How often the sets of topics hold the recorded one, in each source: held-out rows of the sources of the default model.

    python scripts/measure_sets.py --corpora DIR

Trains on four fifths of each source as `scripts/build_default_model.py` does and looks at the last fifth.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

import numpy as np

from appealnlp.classifier import load
from appealnlp.conformal import mass_before, quantile_for
from appealnlp.taxonomy import load_taxonomy
from appealnlp.training.split import fold_numbers
from build_default_model import FOLDS, ROOT, SOURCES, read_corpus, read_urgency, train

ASKED = (0.8, 0.9, 0.95)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    arguments = parser.parse_args()
    csv.field_size_limit(1 << 24)
    rows = [row for name in SOURCES for row in read_corpus(arguments.corpora, name)]
    folds = fold_numbers([row.key for row in rows], FOLDS)
    urgency = read_urgency(arguments.corpora)
    urgency_folds = fold_numbers([row.key for row in urgency], FOLDS)
    with tempfile.TemporaryDirectory() as folder:
        train(
            load_taxonomy(ROOT / "data" / "taxonomy" / "topics.csv"),
            [row for row, fold in zip(rows, folds, strict=True) if fold],
            [row for row, fold in zip(urgency, urgency_folds, strict=True) if fold],
            Path(folder) / "model",
            {},
        )
        model = load(Path(folder) / "model")
    numbers = {code: number for number, code in enumerate(model.taxonomy.codes)}
    print("| source | messages | asked | held | topics in a set, mean |")
    print("|---|---|---|---|---|")
    for name in SOURCES:
        some = [
            row
            for row, fold in zip(rows, folds, strict=True)
            if not fold and row.source == name and row.topic in numbers
        ]
        probabilities = model.probabilities([row.text for row in some])
        scores = mass_before(probabilities, np.array([numbers[row.topic] for row in some]))
        before = np.cumsum(-np.sort(-probabilities, axis=1), axis=1) + np.sort(-probabilities, axis=1)
        for asked in ASKED:
            quantile = quantile_for(model.manifest["set_quantiles"], asked)
            size = (before <= quantile).sum(axis=1).mean()
            print(f"| {name} | {len(some)} | {asked} | {np.mean(scores <= quantile):.3f} | {size:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
