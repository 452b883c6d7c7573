"""Rerun the table of what was tried to make topics more accurate.

    python scripts/experiments.py --corpora DIR [--seeds N] [NAME ...]

Without a name all experiments are run; `--list` names them. Each trains as `scripts/build_default_model.py` does, with one
thing changed. The figures are cross-fitted: every message is judged by a network that saw neither it nor a near-duplicate
of it, with a calibration fitted on the other folds. Kursk is judged once more by a network that saw no message of Kursk.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from appealnlp.scores import Scorer
from appealnlp.taxonomy import Taxonomy, load_taxonomy
from appealnlp.training.build import Labelled, Model, Recipe, UrgencyLabels, train_model
from appealnlp.training.calibrate import expected_calibration_error
from appealnlp.training.held_out import judge_held_out
from appealnlp.training.network import NetworkSettings
from appealnlp.training.vectors import WordVectors, load_word_vectors
from build_default_model import (
    AUTHORED_WEIGHT,
    DEFINITION_WEIGHT,
    RECIPE,
    ROOT,
    SOURCES,
    STUDENT,
    Row,
    examples_of,
    read_corpus,
)

BEFORE = NetworkSettings(epochs=12, learning_rate=4e-3, batch=256, word_dropout=0.3, hidden_dropout=0.3)


@dataclass(frozen=True)
class Experiment:
    """One change against the defaults."""

    recipe: Recipe = RECIPE
    sources: Mapping[str, float] = field(default_factory=lambda: SOURCES)
    authored: float = AUTHORED_WEIGHT
    definitions: float = DEFINITION_WEIGHT
    vectors: bool = True


def network(**changes: object) -> Experiment:
    """One network that learns from labels alone, with other settings."""
    return Experiment(Recipe(network=replace(NetworkSettings(), **changes)))


def student(linear: float = RECIPE.linear, **changes: object) -> Experiment:
    """The defaults with a student of the network and of support vector machines that count so much."""
    return Experiment(replace(RECIPE, linear=linear, student=replace(STUDENT, **changes)))


EXPERIMENTS = {
    "defaults": Experiment(),
    "network alone": network(),
    "network and machines, no student": Experiment(Recipe(linear=3.0)),
    "student of the network alone": student(0.0),
    "student, machines count 2": student(2.0),
    "student, machines count 3": student(3.0),
    "student, 6 epochs": student(epochs=6),
    "student, 24 epochs": student(epochs=24),
    "student, rate of the network": student(learning_rate=8e-3),
    "student, word dropout 0.5": student(word_dropout=0.5),
    "student, unit dropout 0.3": student(hidden_dropout=0.3),
    "no doubtful labels": Experiment(replace(RECIPE, doubtful=0.01)),
    "no balance": Experiment(replace(RECIPE, balance=0.0)),
    "more balance": Experiment(replace(RECIPE, balance=0.5)),
    "equal weights": Experiment(sources=dict.fromkeys(SOURCES, 1.0)),
    "network alone, equal weights": Experiment(Recipe(), sources=dict.fromkeys(SOURCES, 1.0)),
    "network alone, without word vectors": Experiment(Recipe(), vectors=False),
    "network alone, authored count half": Experiment(Recipe(), authored=AUTHORED_WEIGHT / 2),
    "network alone, without authored": Experiment(Recipe(), authored=0.0),
    "without authored": Experiment(authored=0.0),
    "without definitions": Experiment(definitions=0.0),
    "without word vectors": Experiment(vectors=False),
    "64 units": network(hidden=64),
    "256 units": network(hidden=256),
    "8 epochs": network(epochs=8),
    "24 epochs": network(epochs=24),
    "dropout 0.3": network(word_dropout=0.3, hidden_dropout=0.3),
    "batches of 256": network(batch=256, learning_rate=4e-3),
}


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=1, help="runs of each experiment; figures are their means")
    parser.add_argument("--list", action="store_true", help="name the experiments and stop")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in EXPERIMENTS]
    if arguments.list or unknown:
        print("\n".join([*(f"no experiment {name!r}; there are:" for name in unknown), *EXPERIMENTS]))
        return 2 if unknown else 0
    csv.field_size_limit(1 << 24)
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy" / "topics.csv")
    rows = [row for name in SOURCES for row in read_corpus(arguments.corpora, name)]
    vectors = load_word_vectors()
    columns = [*SOURCES, "Kursk unseen"]
    print("Group right / topic right / topic macro F1 / ECE of topic.\n")
    print(f"| experiment | {' | '.join(columns)} | seconds |\n|---|{'---|' * len(columns)}---|", flush=True)
    for name in arguments.names or EXPERIMENTS:
        started = time.perf_counter()
        runs = [figures(taxonomy, rows, vectors, EXPERIMENTS[name], seed) for seed in range(arguments.seeds)]
        cells = [" / ".join(f"{value:.3f}" for value in column) for column in np.mean(runs, axis=0)]
        print(f"| {name} | {' | '.join(cells)} | {time.perf_counter() - started:.0f} |", flush=True)
    return 0


def figures(
    taxonomy: Taxonomy, rows: Sequence[Row], vectors: WordVectors, experiment: Experiment, seed: int
) -> np.ndarray:
    """Group and topic accuracy, macro F1 and ECE of each source, and of Kursk unseen: shape ``(sources + 1, 4)``."""
    examples = examples_with(taxonomy, rows, experiment)
    model = run(taxonomy, examples, vectors, experiment, seed)
    judged = judge_held_out(model.held_out, model.heads.topic_groups, experiment.recipe.accuracy, 0.0)
    source = np.array(examples.sources)
    table = []
    for name in SOURCES:
        part = np.flatnonzero(source == name)
        table.append(scores(model, judged.topic[part], judged.confidence[part], model.held_out.truth[part]))

    foreign = run(taxonomy, examples_with(taxonomy, [row for row in rows if row.source != "kursk"], experiment),
                  vectors, experiment, seed)  # fmt: skip
    unseen = [row for row in rows if row.source == "kursk" and row.topic]
    scorer = Scorer(foreign.lexicon, foreign.weights, lambda lemma: 0)
    decisions = [foreign.heads.decide(chunk.sums) for chunk in scorer.score_many([row.text for row in unseen])]
    codes = foreign.taxonomy.codes
    truth = np.array([codes.index(row.topic) if row.topic in codes else -1 for row in unseen])
    topic = np.concatenate([one.topic for one in decisions])
    table.append(scores(foreign, topic, np.concatenate([one.confidence for one in decisions]), truth))
    return np.array(table)


def examples_with(taxonomy: Taxonomy, rows: Sequence[Row], experiment: Experiment) -> Labelled:
    """What an experiment learns from."""
    return examples_of(taxonomy, rows, experiment.sources, experiment.authored, experiment.definitions)


def run(taxonomy: Taxonomy, examples: Labelled, vectors: WordVectors, experiment: Experiment, seed: int) -> Model:
    """Train; urgency is not looked at."""
    nothing = UrgencyLabels(["вода"], ["routine"], ["problem"], [False])
    recipe = experiment.recipe
    recipe = replace(
        recipe,
        network=replace(recipe.network, seed=seed),
        student=None if recipe.student is None else replace(recipe.student, seed=seed),
    )
    known = vectors if experiment.vectors else WordVectors({}, np.zeros((1, 1), np.float32), [])
    return train_model(taxonomy, examples, nothing, known, recipe)


def scores(model: Model, topic: np.ndarray, confidence: np.ndarray, truth: np.ndarray) -> tuple[float, ...]:
    """Group accuracy, topic accuracy, macro F1, ECE; a truth of -1 is a topic that the model does not know."""
    group = model.heads.topic_groups
    right, known = topic == truth, truth >= 0
    return (
        float((known & (group[topic] == group[truth])).mean()),
        float(right.mean()),
        float(f1_score(truth, topic, labels=np.unique(truth), average="macro", zero_division=0)),
        expected_calibration_error(confidence.astype(np.float64), right),
    )


if __name__ == "__main__":
    sys.exit(main())
