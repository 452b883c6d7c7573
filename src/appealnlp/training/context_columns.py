"""Learn what columns of an export say of the topics beside the text (`appealnlp.export_context`).

A multinomial logistic regression whose offset is what the text says, by models that had not seen the message: so text and
column do not count the same evidence twice, and a column that only repeats the text learns next to nothing. A ridge holds
the weights of rare values near 0. Lemmas of a column count only if they help with values that were never met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..conformal import set_quantiles
from ..errors import InputError
from ..export_context import ExportContext, Values, key_of, parts_of, text_scores
from ..heads import Calibration, softmax
from ..text.lemmas import Lemmatizer, is_name
from .build import HeldOut, Model, Progress, Recipe
from .calibrate import fit_calibration, review_threshold
from .held_out import Judged, judge_held_out
from .lexicon import MINIMUM_MESSAGES, is_long_number

__all__ = ["WithContext", "context_parts", "learn_context"]

RIDGES = (4.0, 16.0)
"""Penalties of half the squared weights to choose from."""
RIDGE_OF_TEXT = 10.0
"""The same for the logarithm of what the text counts beside the columns."""
BEYOND_NOISE = 2.0
"""By how many standard errors the log loss must fall before columns count at all."""
VALUE_FOLDS = 5
"""Parts into which the values of a column are split, to see whether their words tell anything of other values."""
MOST_WEIGHTS = 500_000
"""So many numbers (1 MB) are kept for all topics together; the most frequent parts of values are."""
TOLERANCE = 1e-6
"""Relative fall of the loss at which the fit ends; a finer one moves no figure."""
MOST_SCORES = 12_000_000
"""Learned from at most so many messages times topics: more cost time and memory and say nothing new."""

Bools = npt.NDArray[np.bool_]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class WithContext:
    """What columns add to a model: parameters, and held-out answers with them.

    ``judged``: every message as the model answers it, by its columns too where they say anything; ``note``: what they
    bring, for a person.
    """

    context: ExportContext
    held_out: HeldOut
    judged: Judged
    note: str


def context_parts(columns: Mapping[str, Sequence[str]], topics: int, lemmatizer: Lemmatizer) -> ExportContext:
    """Which parts of values can be learned, all with weight 0: those that enough messages have.

    A lemma that is first of all a name or a long number is left out, as it is among the words of messages.

    :param columns: heading -> value of each message.
    :raises InputError: a column has no such part.
    """
    counts: Counter[int] = Counter()
    for column, (name, given) in enumerate(columns.items()):
        values = Counter(given)
        here: Counter[int] = Counter()
        for value, count in values.items():
            whole, lemmas = parts_of(value, lemmatizer)
            keys = [key_of(column, "value", whole)] if whole else []
            keys += [key_of(column, "lemma", one) for one in lemmas if not (is_name(one) or is_long_number(one))]
            here.update(dict.fromkeys(keys, count))
        frequent = {key: count for key, count in here.items() if count >= MINIMUM_MESSAGES}
        if not frequent:
            filled = sum(count for value, count in values.items() if value)
            raise InputError(
                f"{filled:,} of {len(given):,} different labelled messages have a value here, and no value or word of "
                f"one is in at least {MINIMUM_MESSAGES} of them: there is nothing to learn from this column",
                column=name,
            )
        counts.update(frequent)
    kept = sorted(counts, key=lambda key: (-counts[key], key))[: max(MOST_WEIGHTS // topics, 1)]
    sorted_keys = np.array(sorted(kept), np.uint64)
    nothing = np.zeros((len(kept), topics), np.float16)
    return ExportContext(tuple(columns), sorted_keys, nothing, Calibration(1.0), 1.0, {})


def learn_context(
    model: Model,
    parts: ExportContext,
    columns: Mapping[str, Sequence[str]],
    sample_weight: F64,
    by_text: Judged,
    recipe: Recipe,
    progress: Progress,
) -> WithContext:
    """Learn the weights of parts of values, and calibrate topics with them.

    Held-out answers are those of weights learned on the other folds, the ones the text was held out in.

    :param model: learned from the texts.
    :param parts: see `context_parts`.
    :param columns: heading -> value of each message.
    :param sample_weight: how much each message counts.
    :param by_text: held-out answers by the text alone.
    """
    held_out, groups = model.held_out, model.heads.topic_groups
    truth = held_out.truth
    told, data = _told(parts, columns, model, sample_weight)
    idle = _idle_lemmas(parts, columns, told, data, model.lexicon.lemmatizer)
    if idle.any():
        parts = replace(parts, keys=parts.keys[~idle], weights=parts.weights[~idle])
        told, data = _told(parts, columns, model, sample_weight)
    if not len(told):
        return WithContext(_silent(parts), held_out, by_text, _note(parts.columns, told, truth, groups, by_text, None))
    folds = held_out.folds[told]
    steps = 1 + len(RIDGES)
    tried = {}
    for place, ridge in enumerate((np.inf, *RIDGES)):
        progress("columns", place, steps + 1)
        tried[ridge] = _held_out(data, folds, ridge)
    ridge = _best({ridge: losses for ridge, (_, losses) in tried.items()})
    progress("columns", steps, steps + 1)
    if np.isinf(ridge):
        return WithContext(_silent(parts), held_out, by_text, _note(parts.columns, told, truth, groups, by_text, None))
    scores = tried[ridge][0]
    probabilities = held_out.probabilities.copy()
    for fold in np.unique(folds).tolist():
        inside, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        probabilities[told[inside]] = _calibrated(scores, data, others).probabilities(scores[inside])
    weights, _ = _fit(data, ridge)
    # Threshold and quantiles are those of all messages as the model answers them: few may have a value.
    context = replace(
        parts,
        weights=weights.astype(np.float16),
        calibration=_calibrated(scores, data, np.arange(len(told))),
        review_below=review_threshold(probabilities, groups, groups[truth], recipe.accuracy, recipe.caution),
        set_quantiles=set_quantiles(probabilities, truth, [np.arange(len(truth))]),
    )
    progress("columns", steps + 1, steps + 1)
    with_columns = replace(held_out, probabilities=probabilities)
    judged = judge_held_out(with_columns, groups, recipe.accuracy, recipe.caution)
    review = by_text.review.copy()
    review[told] = judged.review[told]
    judged = replace(judged, review=review)
    return WithContext(context, with_columns, judged, _note(parts.columns, told, truth, groups, by_text, judged))


def _told(
    parts: ExportContext, columns: Mapping[str, Sequence[str]], model: Model, sample_weight: F64
) -> tuple[I64, _Data]:
    """Numbers of the messages that have a part, and what is known of them."""
    held_out = model.held_out
    matrix = _matrix(parts.read(columns, len(held_out.truth), model.lexicon.lemmatizer))
    told = np.flatnonzero(np.diff(matrix.indptr))
    text = text_scores(held_out.probabilities[told])
    return told, _Data(matrix[told], text, held_out.truth[told], sample_weight[told], model.heads.topic_groups)


def _idle_lemmas(
    parts: ExportContext, columns: Mapping[str, Sequence[str]], told: I64, data: _Data, lemmatizer: Lemmatizer
) -> Bools:
    """Which parts are lemmas of a column whose lemmas tell nothing of the topics behind values never met.

    The words of a thread's title stand for that thread and no other: learned, they would make new threads look known. So
    lemmas of a column are kept only if they help, beyond noise, where all messages with the same value are held out together.
    """
    idle = np.zeros(len(parts.keys), bool)
    for column, given in enumerate(columns.values()):
        known = {value: parts_of(value, lemmatizer) for value in set(given)}
        keys = {key_of(column, "lemma", one) for _, lemmas in known.values() for one in lemmas}
        lemmas = np.array([key in keys for key in parts.keys.tolist()], bool)
        matrix = data.matrix[:, np.flatnonzero(lemmas)]
        rows = np.flatnonzero(np.diff(matrix.indptr))
        if not len(rows):
            continue
        wholes = [known[given[at]][0] for at in told[rows].tolist()]
        _, values = np.unique(wholes, return_inverse=True)
        folds = np.array([key_of(column, "fold", whole) % VALUE_FOLDS for whole in wholes])
        some = replace(data, matrix=matrix).select(rows)
        # Messages with the same value are one observation: what holds for one of them holds for all.
        losses = {
            ridge: np.bincount(values, _held_out(some, folds, ridge)[1]).astype(np.float64)
            for ridge in (np.inf, *RIDGES)
        }
        if np.isinf(_best(losses)):
            idle |= lemmas
    return idle


@dataclass(frozen=True)
class _Data:
    """Messages that have a value: how much each part counts in them, what the text says, the topics, their weights.

    ``groups``: number of the group of each topic.
    """

    matrix: Any
    text: F32
    truth: I64
    weight: F64
    groups: I64

    def select(self, rows: I64) -> _Data:
        return _Data(self.matrix[rows], self.text[rows], self.truth[rows], self.weight[rows], self.groups)

    def scores(self, weights: F32) -> F32:
        """What text and columns say together."""
        return np.asarray(self.text + self.matrix @ weights, np.float32)

    def losses(self, scores: F32, size: float) -> F64:
        """Log loss of each message."""
        chances = softmax(size * scores.astype(np.float64))
        return np.asarray(-np.log(chances[np.arange(len(self.truth)), self.truth] + 1e-12))


def _matrix(values: Values) -> Any:
    """How much each part counts in each message: CSR, shape ``(messages, parts)``, float32."""
    from scipy.sparse import csr_matrix

    indices: list[int] = []
    sizes: list[float] = []
    bounds = [0]
    for message in values.numbers.T.tolist():
        for number in message:
            if number >= 0:
                known, size = values.learned[number]
                indices += known
                sizes += size
        bounds.append(len(indices))
    shape = len(bounds) - 1, len(values.context.keys)
    return csr_matrix((np.array(sizes, np.float32), indices, bounds), shape=shape)


def _held_out(data: _Data, folds: I64, ridge: float) -> tuple[F32, F64]:
    """Scores and log losses of messages by what was learned on the other folds."""
    scores, losses = data.text.copy(), np.zeros(len(folds))
    for fold in np.unique(folds).tolist():
        inside = np.flatnonzero(folds == fold)
        weights, size = _fit(data.select(np.flatnonzero(folds != fold)), ridge)
        part = data.select(inside)
        scores[inside] = part.scores(weights)
        losses[inside] = part.losses(scores[inside], size)
    return scores, losses


def _best(losses: Mapping[float, F64]) -> float:
    """The ridge with the least log loss; infinite, so that columns do not count, unless it is better beyond noise.

    :param losses: of each ridge, a number for each message, or for whatever else is an observation.
    """
    best = min(losses, key=lambda ridge: (float(losses[ridge].mean()), -ridge))
    gain = losses[np.inf] - losses[best]
    return best if gain.mean() > BEYOND_NOISE * float(gain.std()) / np.sqrt(len(gain)) else np.inf


def _fit(data: _Data, ridge: float) -> tuple[F32, float]:
    """Weights of the parts, shape ``(parts, topics)``, on the scale of the text's scores, and what that scale counts.

    A part has a weight for each group of topics and one for each topic, each held near 0: what it says of a whole group is
    learned from all its messages. An infinite ridge leaves the weights at 0.
    """
    from scipy.optimize import minimize

    parts, topics = data.matrix.shape[1], data.text.shape[1]
    if not len(data.truth):
        return np.zeros((parts, topics), np.float32), 1.0
    data = data.select(np.unique(np.linspace(0, len(data.truth) - 1, max(MOST_SCORES // topics, 1)).astype(np.int64)))
    matrix = data.matrix[:, :0] if np.isinf(ridge) else data.matrix
    several = int(data.groups[-1]) + 1 < topics  # otherwise each topic stands alone
    starts = np.searchsorted(data.groups, np.arange(data.groups[-1] + 1)) if several else np.zeros(0, np.int64)
    shape = matrix.shape[1], topics + len(starts)
    weight = (data.weight / data.weight.mean()).astype(np.float32)
    rows, turned, text = np.arange(len(data.truth)), matrix.T.tocsr(), data.text

    def whole(parameters: F64) -> F32:
        table = parameters[1:].reshape(shape).astype(np.float32)
        return table[:, :topics] + table[:, topics:][:, data.groups] if several else table

    def loss(parameters: F64) -> tuple[float, F64]:
        size = np.float32(np.exp(parameters[0]))
        chances = matrix @ whole(parameters) + size * text
        chances -= chances.max(axis=1, keepdims=True)
        own = chances[rows, data.truth]
        np.exp(chances, out=chances)
        total = chances.sum(axis=1)
        value = float(np.dot(weight, np.log(total) - own)) + float(penalties @ parameters**2) / 2
        chances /= total[:, None]
        chances[rows, data.truth] -= 1
        chances *= weight[:, None]
        slope = turned @ chances
        if several:
            slope = np.hstack([slope, np.add.reduceat(slope, starts, axis=1)])
        return value, np.append(size * np.vdot(chances, text), slope) + penalties * parameters

    penalties = np.append(RIDGE_OF_TEXT, np.full(shape[0] * shape[1], ridge if shape[0] else 0.0))
    options = {"maxiter": 100, "ftol": TOLERANCE}
    found = minimize(loss, np.zeros(len(penalties)), jac=True, method="L-BFGS-B", options=options).x
    size = float(np.exp(found[0]))
    weights = whole(found) / size if shape[0] else np.zeros((parts, topics), np.float32)
    return weights.astype(np.float32), size


def _calibrated(scores: F32, data: _Data, rows: I64) -> Calibration:
    """A calibration of some messages by the scores alone: the words have had their say."""
    from scipy.sparse import csr_matrix

    if not len(rows):
        return Calibration(1.0)
    return fit_calibration(scores[rows], data.truth[rows], data.weight[rows], csr_matrix((len(rows), 0)))[0]


def _silent(parts: ExportContext) -> ExportContext:
    """Columns that say nothing: every message is judged by its text."""
    return replace(parts, keys=parts.keys[:0], weights=parts.weights[:0])


def _note(columns: Sequence[str], told: I64, truth: I64, groups: I64, by_text: Judged, judged: Judged | None) -> str:
    """What columns bring, for a person.

    :param told: numbers of the messages of which they say anything.
    :param judged: held-out answers with them, ``None`` if they do not count.
    """
    named = f"column{'s' if len(columns) > 1 else ''} {', '.join(map(repr, columns))}"
    if judged is None:
        return f"{named}: tells no more of the topics than the text does, beyond noise, and does not count"
    levels = [("topic", truth[told], judged.topic[told], by_text.topic[told])]
    if int(groups[-1]) + 1 < len(groups):
        levels.append(("group", groups[truth[told]], judged.group[told], by_text.group[told]))
    right = "; ".join(
        f"{level} right in {float((after == true).mean()):.1%}, by the text alone in {float((before == true).mean()):.1%}"
        for level, true, after, before in levels
    )
    return f"{named}, {len(told):,} messages with a value it knows: {right}"
