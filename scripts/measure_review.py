"""Whether the rows that `appealnlp review` picks teach more than rows picked at random, and how much they should count.

    python scripts/measure_review.py --corpora DIR [--start 700] [--seeds 3]

DIR holds perm.csv (data/sources.toml says where it comes from). A model of the corpus' own topics is trained on some
random rows; then it learns from further rows as well, picked by review or at random, each counted one, two or four times.
All are measured on the same held-out fifth, near-duplicates on one side.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

import appealnlp
from appealnlp.classifier import Classifier
from appealnlp.training.examples import Examples
from appealnlp.training.measure import measure
from appealnlp.training.own import learn, save, usual_recipe
from appealnlp.training.review import look_for_doubts, pick
from appealnlp.training.split import distinct, fold_numbers


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--start", type=int, default=700, help="rows of the first model")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--weights", type=float, nargs="+", default=[1, 2, 4])
    arguments = parser.parse_args()
    rows = read(arguments.corpora / "perm.csv")
    folds = fold_numbers(rows.keys, 5)
    held_out = rows.select(np.flatnonzero(folds == 0).tolist())
    results: dict[str, list[tuple[float, float]]] = {}
    for seed in range(arguments.seeds):
        order = np.random.default_rng(seed).permutation(np.flatnonzero(folds != 0)).tolist()
        start, pool = rows.select(order[: arguments.start]), rows.select(order[arguments.start :])
        first = train(start)
        results.setdefault(f"{arguments.start} rows", []).append(accuracy(first, held_out))
        doubts = look_for_doubts(first, pool.texts)
        for count in arguments.counts:
            picked = {"review": pick(first, pool.texts, doubts, count), "random": list(range(count))}
            for how, places in picked.items():
                for weight in arguments.weights:
                    further = pool.select(places)
                    further.weights = [weight] * len(places)
                    name = f"+ {count} by {how}, counted {weight:g}"
                    results.setdefault(name, []).append(accuracy(train(start.joined(further)), held_out))
        for name, found in results.items():
            topic, group = np.mean(found, axis=0)
            print(f"{name:32} topic {topic:.4f}  group {group:.4f}  ({len(found)} seeds)", flush=True)
        print(flush=True)


def read(path: Path) -> Examples:
    """The different messages of the corpus."""
    csv.field_size_limit(1 << 24)
    rows = Examples()
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            rows.add(row["text"], row["topic"], row["group"], "", path.name, number)
    return rows.select(distinct(rows.keys, rows.topics).tolist())


def train(rows: Examples) -> Classifier:
    """A model of these rows, loaded; two folds and no learning curve, because only the model itself is looked at."""
    learned = learn(rows, recipe=replace(usual_recipe(len(rows), len(set(rows.topics))), folds=2, curve=()))
    with tempfile.TemporaryDirectory() as folder:
        save(learned, Path(folder) / "model")
        return appealnlp.load(Path(folder) / "model")


def accuracy(model: Classifier, rows: Examples) -> tuple[float, float]:
    """Share of right topics and groups."""
    figures = measure(model, rows).figures
    if figures.topic is None or figures.group is None:
        raise ValueError("the corpus has topics and groups")
    return figures.topic.accuracy, figures.group.accuracy


if __name__ == "__main__":
    main()
