"""Train the model that ships, measure it on messages it has not seen, and write it with its card.

    python scripts/build_default_model.py --corpora DIR [--output models/default]

DIR holds perm.csv, spb.csv and kursk.csv (data/sources.toml says where they come from); the urgency labels in
data/urgency name messages of theirs by id. The card's figures come from a model trained on four
fifths of each source; near-duplicates stay on one side. The model that is written is trained on everything.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from appealnlp.bundle import read_bundle, write_bundle
from appealnlp.classifier import Classifier
from appealnlp.scores import Scorer
from appealnlp.taxonomy import Taxonomy, load_taxonomy
from appealnlp.training.build import Labelled, Recipe, UrgencyLabels, as_files, train_model
from appealnlp.training.card import Figures, write_card
from appealnlp.training.drift import profile_held_out
from appealnlp.training.evaluate import KindFigures, evaluate_kinds, evaluate_topics, evaluate_urgency
from appealnlp.training.held_out import judge_held_out
from appealnlp.training.labels import read_label_map
from appealnlp.training.network import NetworkSettings
from appealnlp.training.readers import Agreement, agreement
from appealnlp.training.split import distinct, duplicate_key, fold_numbers
from appealnlp.training.vectors import load_word_vectors
from appealnlp.urgency.concepts import CONCEPTS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {"perm": 1.0, "spb": 0.5, "kursk": 3.0}
"""How much one message of each source counts: evens out 15,700, 36,000 and 1,900 distinct messages."""
FOLDS = 5
LEAST_LETTERS = 8
"""Messages with fewer letters and digits («Да», an empty text) say nothing about their topic."""
DEFINITION_WEIGHT = 1.0
AUTHORED_WEIGHT = 2.0
"""How much a message counts that was written for the project (data/authored): they fill topics the corpora hardly have."""
STUDENT = NetworkSettings(epochs=12, learning_rate=4e-3, word_dropout=0.7, hidden_dropout=0.0)
RECIPE = Recipe(linear=1.0, student=STUDENT)
"""A network and support vector machines teach the network that is kept: right topics of Perm +.7 (docs/EXPERIMENTS.md)."""


@dataclass(frozen=True)
class Row:
    """One message of a corpus with its mapped labels; ``topic`` is "" where only the group is sure."""

    id: str
    source: str
    text: str
    topic: str
    group: str
    key: str


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--date", default=date.today().isoformat(), help="date written into the card")
    parser.add_argument("--no-figures", action="store_true", help="only train, keep the figures of the last card")
    arguments = parser.parse_args()
    csv.field_size_limit(1 << 24)
    missing = [f"{name}.csv" for name in SOURCES if not (arguments.corpora / f"{name}.csv").is_file()]
    if missing:
        print(
            f"{arguments.corpora}: no {', '.join(missing)}. data/sources.toml names where each corpus is published.",
            file=sys.stderr,
        )
        return 2
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy" / "topics.csv")
    rows = [row for name in SOURCES for row in read_corpus(arguments.corpora, name)]
    urgency = read_urgency(arguments.corpora)
    folds = fold_numbers([row.key for row in rows], FOLDS)

    figures = None
    if not arguments.no_figures:
        figures = measure(taxonomy, rows, urgency, folds, arguments.date)
    build(taxonomy, rows, urgency, arguments.output, arguments.date, figures)
    size = sum(file.stat().st_size for file in arguments.output.iterdir())
    print(f"{arguments.output}: {size / 1e6:.1f} MB")
    return 0


def read_corpus(folder: Path, name: str) -> list[Row]:
    """Messages of one corpus with a usable label, distinct, without empty fragments."""
    labels = read_label_map(ROOT / "data" / "taxonomy" / f"map_{name}.csv", by_group=name != "kursk")
    rows = []
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            label = labels.find(entry["group"], entry["topic"])
            key = duplicate_key(entry["text"])
            if label is not None and label.quality != "skip" and len(key) >= LEAST_LETTERS:
                rows.append(Row(entry["id"], name, entry["text"], label.topic, label.group, key))
    kept = distinct([row.key for row in rows], [row.topic or row.group for row in rows])
    return [rows[number] for number in kept]


@dataclass(frozen=True)
class UrgencyRow:
    """One message with its urgency labels."""

    id: str
    text: str
    level: str
    kind: str
    vulnerable: bool
    natural: bool
    key: str


def read_urgency(folder: Path) -> list[UrgencyRow]:
    """Urgency labels of data/urgency with the texts of the corpora."""
    texts: dict[str, str] = {}
    for name in SOURCES:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            texts.update((entry["id"], entry["text"]) for entry in csv.DictReader(file))
    with (ROOT / "data" / "urgency" / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            UrgencyRow(
                entry["id"],
                texts[entry["id"]],
                entry["urgency"],
                entry["kind"],
                entry["vulnerable"] == "1",
                entry["drawn"] == "random",
                duplicate_key(texts[entry["id"]]),
            )
            for entry in csv.DictReader(file)
            if entry["id"] in texts
        ]


def read_authored() -> list[dict[str, Any]]:
    """Messages written for the project."""
    with (ROOT / "data" / "authored" / "messages.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def examples_of(
    taxonomy: Taxonomy,
    rows: Sequence[Row],
    weights: Mapping[str, float] = SOURCES,
    authored_weight: float = AUTHORED_WEIGHT,
    definition_weight: float = DEFINITION_WEIGHT,
) -> Labelled:
    """What topics are learned from: messages with a topic, those written for the project, definitions of topics.

    :param weights: how much a message of each source counts; 0 leaves out what it stands for, as with the others.
    """
    parts = [(row.text, row.topic, weights[row.source], row.source) for row in rows if row.topic]
    parts += [(entry["text"], entry["topic"], authored_weight, "") for entry in read_authored()]
    parts += [
        (f"{topic.title}. {topic.definition.partition(' Не ')[0]}", topic.code, definition_weight, "")
        for topic in taxonomy.topics
        if not topic.code.endswith(".other")
    ]
    texts, topics, counts, sources = zip(*(part for part in parts if part[2]), strict=True)
    return Labelled(texts, topics, np.array(counts), sources)


def train(
    taxonomy: Taxonomy, rows: Sequence[Row], urgency: Sequence[UrgencyRow], output: Path, manifest: dict[str, object]
) -> None:
    """Train on the given rows and write the bundle."""
    authored = read_authored()
    labels = UrgencyLabels(
        [row.text for row in urgency] + [entry["text"] for entry in authored],
        [row.level for row in urgency] + [entry["urgency"] for entry in authored],
        [row.kind for row in urgency] + [entry["kind"] for entry in authored],
        [row.vulnerable for row in urgency] + [entry["vulnerable"] == 1 for entry in authored],
    )
    lemmas = sorted({word for words in CONCEPTS.values() for word in words if not word.endswith("*")})
    examples = examples_of(taxonomy, rows)
    model = train_model(taxonomy, examples, labels, load_word_vectors(), RECIPE, lemmas)
    entries, files = as_files(model)
    judged = judge_held_out(model.held_out, model.heads.topic_groups, RECIPE.accuracy, RECIPE.caution)
    scorer = Scorer(model.lexicon, model.weights, lambda lemma: 0)
    written = np.array([bool(source) for source in examples.sources or ()])  # by residents, not for the project
    reference = profile_held_out(scorer, examples.texts, judged, model.taxonomy.codes, written)
    files["norms.csv"] = (ROOT / "data" / "norms" / "norms.csv").read_bytes()
    write_bundle(output, {**entries, "reference": reference.as_dict(), **manifest}, files)


def measure(
    taxonomy: Taxonomy, rows: Sequence[Row], urgency: Sequence[UrgencyRow], folds: np.ndarray, on: str
) -> Figures:
    """Train on four fifths, measure on the last; and without Kursk, on Kursk."""
    urgency_folds = fold_numbers([row.key for row in urgency], FOLDS)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        seen = [row for row, fold in zip(rows, folds, strict=True) if fold]
        train(
            taxonomy,
            seen,
            [row for row, fold in zip(urgency, urgency_folds, strict=True) if fold],
            Path(folder) / "held-out",
            {},
        )
        print(f"trained on four fifths in {time.perf_counter() - started:.0f} s")
        model = Classifier(read_bundle(Path(folder) / "held-out"))
        held_out = [row for row, fold in zip(rows, folds, strict=True) if not fold]
        per_source = {name: topics_of(model, [row for row in held_out if row.source == name]) for name in SOURCES}
        unseen = [row for row, fold in zip(urgency, urgency_folds, strict=True) if not fold]
        all_urgency = evaluate_urgency(model, [row.text for row in unseen], [row.level for row in unseen])
        natural = [row for row in unseen if row.natural]
        natural_urgency = evaluate_urgency(model, [row.text for row in natural], [row.level for row in natural])
        kinds, natural_kinds = kinds_of(model, unseen), kinds_of(model, natural)
        readers = readers_of(model, held_out)

        elsewhere = [row for row in urgency if not row.id.startswith("kursk")]
        train(taxonomy, [row for row in rows if row.source != "kursk"], elsewhere, Path(folder) / "no-kursk", {})
        foreign = Classifier(read_bundle(Path(folder) / "no-kursk"))
        never_seen = topics_of(foreign, [row for row in rows if row.source == "kursk"])
    figures = Figures(on, per_source, never_seen, all_urgency, natural_urgency, kinds, natural_kinds, readers)
    print(json.dumps(figures.as_dict(), ensure_ascii=False, indent=1))
    return figures


def topics_of(model: Classifier, rows: Iterable[Row]) -> object:
    """Topic figures on some rows."""
    rows = list(rows)
    return evaluate_topics(model, [row.text for row in rows], [row.topic for row in rows], [row.group for row in rows])


def kinds_of(model: Classifier, rows: Sequence[UrgencyRow]) -> KindFigures:
    """Figures of kind and vulnerable flag on some rows."""
    return evaluate_kinds(
        model, [row.text for row in rows], [row.kind for row in rows], [row.vulnerable for row in rows]
    )


def readers_of(model: Classifier, rows: Sequence[Row]) -> Agreement:
    """How two readers, the recorded labels and a model agree on the rows that were read (data/readers)."""
    with (ROOT / "data" / "readers" / "topics.csv").open(encoding="utf-8", newline="") as file:
        read = {entry["id"]: (entry["first"], entry["second"]) for entry in csv.DictReader(file)}
    known = [row for row in rows if row.id in read and row.topic]
    first, second = ([read[row.id][place] for row in known] for place in range(2))
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy" / "topics.csv")
    groups = {topic.code: topic.group for topic in taxonomy.topics}
    given = model.classify_columns([row.text for row in known])["nlp_topic"]
    return agreement(groups, [row.topic for row in known], (first, second), given)


def build(
    taxonomy: Taxonomy,
    rows: Sequence[Row],
    urgency: Sequence[UrgencyRow],
    output: Path,
    on: str,
    figures: Figures | None,
) -> None:
    """Train on everything and write the model with its card."""
    counts = {name: sum(row.source == name and bool(row.topic) for row in rows) for name in SOURCES}
    old = read_bundle(output).manifest.get("figures") if figures is None else figures.as_dict()
    train(
        taxonomy, rows, urgency, output,
        {"name": "default", "date": on, "examples": counts, "urgency_examples": len(urgency), "figures": old},
    )  # fmt: skip
    write_card(output)


if __name__ == "__main__":
    sys.exit(main())
