"""Fixtures shared by all tests: the sample messages, a small model trained on them, the model that ships."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appealnlp.bundle import read_bundle, write_bundle
from appealnlp.scores import Scorer
from appealnlp.taxonomy import Taxonomy, load_taxonomy
from appealnlp.text import preprocess
from appealnlp.text.lemmas import is_name
from appealnlp.training.build import Labelled, Model, Recipe, UrgencyLabels, as_files, train_model
from appealnlp.training.network import NetworkSettings
from appealnlp.training.vectors import WordVectors
from appealnlp.urgency.concepts import CONCEPTS, concept_mask

DATA = Path(__file__).resolve().parents[1] / "data"
NORMS = (
    "code,kind,level,hours,title_ru,topics\n"
    "heat,norm,critical,16,Отопление: перерыв не более 16 часов,utilities.no_heating\n"
    "class_critical,class,critical,24,Аварийная: сутки,\n"
    "class_urgent,class,urgent,72,Срочная: трое суток,\n"
)
"""A table of our own, so that these tests do not hang on the figures of the one that ships."""


def read_samples() -> list[dict[str, Any]]:
    """The sample messages with their labels."""
    lines = (DATA / "samples" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def make_word_vectors(texts: Sequence[str]) -> WordVectors:
    """Random vectors of the lemmas of every third text, a few of them "common"."""
    lemmas = sorted({lemma for text in texts[::3] for lemma in preprocess(text).lemmas if lemma.isalpha()})
    matrix = np.random.default_rng(5).standard_normal((len(lemmas), 12)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    common = [lemma for lemma in lemmas[::20] if not is_name(lemma)]
    return WordVectors({lemma: row for row, lemma in enumerate(lemmas)}, matrix, common)


def coarse_topic(taxonomy: Taxonomy, code: str) -> str:
    """One of two topics of the group: the samples are too few to learn all of them."""
    codes = [topic.code for topic in taxonomy.in_group(taxonomy.group_of(code))]
    return codes[codes.index(code) * 2 // len(codes)]


def train_small() -> Model:
    """Train a small model on the sample messages: a few seconds, the same model each time."""
    samples, taxonomy = read_samples(), load_taxonomy(DATA / "taxonomy" / "topics.csv")
    texts = [sample["text"] for sample in samples]
    examples = Labelled(texts, [coarse_topic(taxonomy, sample["topic"]) for sample in samples])
    urgency = UrgencyLabels(
        texts,
        [sample["urgency"] for sample in samples],
        [sample["kind"] for sample in samples],
        [bool(sample["vulnerable"]) for sample in samples],
    )
    network = NetworkSettings(hidden=24, epochs=20, batch=64, learning_rate=0.02, word_dropout=0.1, hidden_dropout=0.0)
    further = sorted({lemma for lemmas in CONCEPTS.values() for lemma in lemmas if not lemma.endswith("*")})
    recipe = Recipe(network=network, urgency_c=10.0, accuracy=0.5, folds=2, doubtful=0.0)
    from sklearn import linear_model  # noqa: F401  (loads the libraries whose threads are limited)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # these matrices are too small for threads to help
        return train_model(taxonomy, examples, urgency, make_word_vectors(texts), recipe, further)


@pytest.fixture(scope="session")
def samples() -> list[dict[str, Any]]:
    """The sample messages with their labels."""
    return read_samples()


@pytest.fixture(scope="session")
def sample_texts(samples: list[dict[str, Any]]) -> list[str]:
    """The texts of the sample messages."""
    return [sample["text"] for sample in samples]


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    """The taxonomy that ships."""
    return load_taxonomy(DATA / "taxonomy" / "topics.csv")


@pytest.fixture(scope="session")
def tiny_trained() -> Model:
    """The small model in memory."""
    return train_small()


@pytest.fixture(scope="session")
def tiny_parts(tiny_trained: Model) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
    """Manifest entries and files of the small model; copy them before changing anything."""
    manifest, files = as_files(tiny_trained)
    return manifest, {**files, "norms.csv": NORMS.encode("utf-8")}


@pytest.fixture(scope="session")
def tiny_folder(
    tiny_parts: tuple[Mapping[str, Any], Mapping[str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small model as a folder."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_bundle(folder, *tiny_parts)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_folder: Path) -> Any:
    """The small model, loaded."""
    from appealnlp.classifier import Classifier

    return Classifier(read_bundle(tiny_folder))


@pytest.fixture(scope="session")
def default_model() -> Any:
    """The model that ships, if it has been built."""
    import appealnlp

    try:
        return appealnlp.load()
    except appealnlp.ModelNotFoundError:
        pytest.skip("models/default has not been built yet")


@pytest.fixture
def scorer(tiny_trained: Model) -> Scorer:
    """A scorer of the small model that has met no word yet."""
    return Scorer(tiny_trained.lexicon, tiny_trained.weights, concept_mask)
