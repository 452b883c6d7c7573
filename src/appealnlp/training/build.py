"""Put a model together: features, weights, calibration, files of the bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle import array_bytes
from ..features import Lexicon
from ..heads import KINDS, Heads
from ..scores import Sums, Weights
from ..taxonomy import Taxonomy, Topic
from ..urgency.scale import LEVELS
from .calibrate import fit_temperature, review_threshold
from .fit import ENERGY_UNIT, Columns, balanced_weights, fit_columns, inverse_document_frequency, normalize, stack
from .lexicon import build_lexicon, count_matrix
from .split import duplicate_key, fold_numbers

__all__ = ["Labelled", "Model", "Recipe", "UrgencyLabels", "as_files", "train_model"]

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """Messages with topics: equal-long columns. ``weights`` is how much each counts (1 if not given)."""

    texts: Sequence[str]
    topics: Sequence[str]
    weights: F64 | None = None


@dataclass(frozen=True)
class UrgencyLabels:
    """Messages with urgency, kind and the vulnerable flag."""

    texts: Sequence[str]
    levels: Sequence[str]
    kinds: Sequence[str]
    vulnerable: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of training; the defaults are what `scripts/` measured to be best.

    :param c: inverse strength of regularisation of the topics.
    :param balance: rare topics count more, by (mean size / own size) ** balance.
    :param folds: folds of the out-of-fold predictions that calibration is fitted on.
    :param accuracy: group accuracy that messages not marked for review must reach.
    """

    c: float = 0.3
    balance: float = 0.3
    folds: int = 3
    accuracy: float = 0.95
    urgency_c: float = 10.0
    topic_prior: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Model:
    """A trained model in memory, and what was seen out of fold: the material of its card."""

    taxonomy: Taxonomy
    lexicon: Lexicon
    weights: Weights
    heads: Heads
    out_of_fold: F64 = field(repr=False)


def train_model(
    taxonomy: Taxonomy, examples: Labelled, urgency: UrgencyLabels, recipe: Recipe, further_lemmas: Sequence[str] = ()
) -> Model:
    """Train on all examples; calibrate on out-of-fold predictions with near-duplicates on one side.

    :param taxonomy: topics; those without an example keep their place but are never chosen.
    :param further_lemmas: lemmas the urgency rules ask for.
    """
    order = {group: number for number, group in enumerate(taxonomy.groups)}
    present = set(examples.topics)
    topics = sorted((t for t in taxonomy.topics if t.code in present), key=lambda t: order[t.group])
    learned = Taxonomy(tuple(topics))
    codes = list(learned.codes)
    groups = {group: number for number, group in enumerate(learned.groups)}
    topic_groups = np.array([groups[topic.group] for topic in topics], np.int64)

    lexicon = build_lexicon([*examples.texts, *urgency.texts], further_lemmas)
    counts = count_matrix(lexicon, examples.texts)
    idf = inverse_document_frequency(counts)
    matrix = normalize(counts, idf)
    sample_weight = balanced_weights(examples.topics, examples.weights, recipe.balance)
    labels = np.asarray(examples.topics, dtype=object)

    folds = fold_numbers([duplicate_key(text) for text in examples.texts], recipe.folds)
    logits = np.zeros((len(labels), len(codes)))
    for fold in range(recipe.folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        part = fit_columns(matrix[inside], labels[inside], codes, sample_weight[inside], recipe.c)
        logits[outside] = matrix[outside] @ part.weights + part.bias
    truth = np.array([codes.index(label) for label in labels])
    temperature = fit_temperature(logits, truth, sample_weight)
    threshold = review_threshold(logits / temperature, topic_groups, topic_groups[truth], recipe.accuracy)

    whole = fit_columns(matrix, labels, codes, sample_weight, recipe.c)
    further, by_topic = _urgency_columns(lexicon, idf, urgency, whole, recipe)
    weights, scale, bias = stack([whole, *further], idf)
    heads = Heads(scale, bias, topic_groups, temperature, threshold, by_topic)
    return Model(learned, lexicon, weights, heads, logits / temperature)


def _urgency_columns(
    lexicon: Lexicon, idf: npt.NDArray[np.float32], urgency: UrgencyLabels, topics: Columns, recipe: Recipe
) -> tuple[list[Columns], F64]:
    """Outputs for urgency, kind and the vulnerable flag, and what the decided topic adds to the urgency."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    matrix = normalize(count_matrix(lexicon, urgency.texts), idf)
    decided = (matrix @ topics.weights + topics.bias).argmax(axis=1)
    rows = np.arange(len(decided))
    one_hot = csr_matrix(
        (np.full(len(rows), recipe.topic_prior), (rows, decided)), shape=(len(rows), len(topics.bias))
    )
    level = LogisticRegression(C=recipe.urgency_c, max_iter=1000).fit(hstack([matrix, one_hot]).tocsr(), urgency.levels)
    levels = _placed(level.classes_, level.coef_[:, : matrix.shape[1]], level.intercept_, LEVELS)
    by_topic = np.zeros((len(topics.bias), len(LEVELS)))
    for row, name in enumerate(level.classes_):
        by_topic[:, LEVELS.index(name)] = level.coef_[row, matrix.shape[1] :] * recipe.topic_prior
    kind = LogisticRegression(C=recipe.urgency_c, max_iter=1000).fit(matrix, urgency.kinds)
    flag = LogisticRegression(C=recipe.urgency_c, max_iter=1000, class_weight={False: 1.0, True: 2.5})
    flag.fit(matrix, urgency.vulnerable)
    return [
        levels,
        _placed(kind.classes_, kind.coef_, kind.intercept_, KINDS),
        Columns(flag.coef_.T.copy(), flag.intercept_),
    ], by_topic


def _placed(names: Sequence[str], coefficients: F64, intercepts: F64, order: Sequence[str]) -> Columns:
    weights = np.zeros((coefficients.shape[1], len(order)))
    bias = np.full(len(order), -10.0)
    for name, row, intercept in zip(names, coefficients, intercepts, strict=True):
        weights[:, order.index(name)] = row
        bias[order.index(name)] = intercept
    return Columns(weights, bias)


def held_out_sums(counts: Any, weights: Weights) -> Sums:
    """Sums of messages from their feature counts, for evaluation inside training."""
    whole = counts.astype(np.int64)
    totals = whole @ (weights.values.astype(np.int64) << weights.shifts.astype(np.int64)[:, None])
    known = np.diff(whole.indptr)
    return Sums(totals.astype(np.int32), whole @ weights.energy.astype(np.int64), known, np.zeros(len(known), np.uint64))


def as_files(model: Model) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest entries and files of a bundle (see `appealnlp.bundle`)."""
    heads, lexicon = model.heads, model.lexicon
    manifest: dict[str, Any] = {
        "topics": [_topic_entry(topic) for topic in model.taxonomy.topics],
        "levels": list(LEVELS),
        "kinds": list(KINDS),
        "energy_unit": ENERGY_UNIT,
        "temperature": round(heads.temperature, 6),
        "review_below": round(heads.review_below, 6),
    }
    lemma_type = np.uint16 if len(lexicon.lemmas) <= 1 << 16 else np.uint32
    files = {
        "lemmas.txt": _text(lexicon.lemmas),
        "prefixes.txt": _text(lexicon.prefixes),
        "pairs.npy": array_bytes(lexicon.pairs.astype(np.int32)),
        "form_keys.npy": array_bytes(lexicon.form_keys),
        "form_lemmas.npy": array_bytes(lexicon.form_lemmas.astype(lemma_type)),
        "weights.npy": array_bytes(model.weights.values),
        "shifts.npy": array_bytes(model.weights.shifts),
        "energy.npy": array_bytes(model.weights.energy),
        "scale.npy": array_bytes(heads.scale),
        "bias.npy": array_bytes(heads.bias),
        "urgency_by_topic.npy": array_bytes(heads.urgency_by_topic),
    }
    return manifest, files


def _topic_entry(topic: Topic) -> Mapping[str, str]:
    return {
        "code": topic.code,
        "title": topic.title,
        "group": topic.group,
        "group_title": topic.group_title,
        "definition": topic.definition,
        "default_urgency": topic.default_urgency,
    }


def _text(lines: Sequence[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode("utf-8")
