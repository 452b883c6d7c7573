"""How much local messages improve the default model in a region it has not seen: a learning curve on Kursk.

    python scripts/measure_base.py --corpora DIR [--model DIR]

Trains a model without Kursk as `scripts/build_default_model.py` does (or takes --model, one that was), then improves it with
100, 300 and 1,000 messages of Kursk, labels mapped by data/taxonomy/map_kursk.csv, and measures on the held-out rest, the
same messages for every size. Three draws of each size.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from appealnlp.bundle import write_bundle
from appealnlp.classifier import Classifier, load
from appealnlp.taxonomy import load_taxonomy
from appealnlp.training.build import as_files
from appealnlp.training.examples import Examples
from appealnlp.training.measure import measure
from appealnlp.training.own import improve
from appealnlp.training.split import fold_numbers
from build_default_model import ROOT, SOURCES, Row, read_corpus, read_urgency, train

SIZES = (0, 100, 300, 1000)
DRAWS = 3
FOLDS = 3
"""A third of the messages is measured on."""


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="a model trained without Kursk")
    arguments = parser.parse_args()
    csv.field_size_limit(1 << 24)
    local = [row for row in read_corpus(arguments.corpora, "kursk") if row.topic]
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.model
        if path is None:
            path = Path(folder) / "foreign"
            rows = [row for name in SOURCES if name != "kursk" for row in read_corpus(arguments.corpora, name)]
            urgency = [row for row in read_urgency(arguments.corpora) if not row.id.startswith("kursk")]
            train(load_taxonomy(ROOT / "data" / "taxonomy" / "topics.csv"), rows, urgency, path, {"name": "foreign"})
        base = load(path)
        folds = fold_numbers([row.key for row in local], FOLDS)
        measured = examples_of([row for row, fold in zip(local, folds, strict=True) if not fold])
        pool = [row for row, fold in zip(local, folds, strict=True) if fold]
        print(
            "| local messages | draw | strength | topic | group | topic macro F1 | ECE | not for review | right of these |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for size in SIZES:
            for draw in range(DRAWS if size else 1):
                model, note = base, ""
                if size:
                    chosen = np.random.default_rng(draw).permutation(len(pool))[:size]
                    learned = improve(examples_of([pool[at] for at in chosen]), base)
                    manifest, files = as_files(learned.model)
                    files["norms.csv"] = (path / "norms.csv").read_bytes()
                    write_bundle(Path(folder) / "tuned", manifest, files)
                    model, note = load(Path(folder) / "tuned"), f"{learned.strength:g}"
                print(line(size, draw, note, model, measured), flush=True)
    return 0


def examples_of(rows: Sequence[Row]) -> Examples:
    """Rows of a corpus as labelled examples."""
    examples = Examples()
    for row in rows:
        examples.add(row.text, row.topic, row.group)
    return examples


def line(size: int, draw: int, strength: str, model: Classifier, measured: Examples) -> str:
    """One row of the table."""
    figures = measure(model, measured).figures
    topic, group, routing = figures.topic, figures.group, figures.routing
    assert topic is not None
    assert group is not None
    assert routing is not None
    return (
        f"| {size} | {draw} | {strength} | {topic.accuracy:.3f} | {group.accuracy:.3f} | {topic.macro_f1:.3f} "
        f"| {topic.ece:.3f} | {routing.share:.3f} | {routing.accuracy:.3f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
