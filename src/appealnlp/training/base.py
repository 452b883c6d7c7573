"""Improve a model with local messages: its words and hidden units stay, its topic layer moves, held back by its weights.

The new layer maximises the likelihood of the local labels under a normal prior around the old one, so a few hundred
messages shift it a little and ten thousand as far as they can tell (C. Chelba, A. Acero, "Adaptation of Maximum Entropy
Capitalizer: Little Data Can Help a Lot", 2004). How strong the prior is, is chosen by cross-validation; one of the
candidates is the old layer itself, and it stays unless another is better beyond noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..classifier import Classifier
from ..conformal import set_quantiles
from ..heads import HIGHEST_UNIT, HIGHEST_WEIGHT, Calibration, TopicLayer
from .build import HeldOut, Model, Progress, Recipe
from .calibrate import fit_calibration, review_threshold
from .split import duplicate_key, fold_numbers

__all__ = ["FineTuned", "fine_tune"]

STRENGTHS = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
"""How strongly the old layer holds the new one."""
BEYOND_NOISE = 2.0
"""By how many standard errors the log loss must fall before the old layer is left."""

ENOUGH_TO_CHOOSE = 1000
"""With fewer messages the review threshold of the base stays."""

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FineTuned:
    """A model with a new topic layer.

    ``strength``: the one chosen, ``inf`` if the old layer stays; ``base_right``: share of the messages with the right
    topic before.
    """

    model: Model
    strength: float
    base_right: float


@dataclass(frozen=True)
class _Layer:
    """Calibrated scores of the topics from hidden units, beside what the words give directly."""

    weights: F64
    bias: F64

    def logits(self, units: F64, given: F64) -> F64:
        return np.asarray(units @ self.weights + self.bias + given)


def fine_tune(
    base: Classifier, texts: Sequence[str], truth: I64, sample_weight: F64, recipe: Recipe, progress: Progress
) -> FineTuned:
    """Fit the topic layer of a model to labelled messages of its own topics.

    :param truth: number of the right topic of each message in ``base.taxonomy``.
    :param sample_weight: how much each message counts.
    :param recipe: folds of the cross-validation, accuracy of messages not for review.
    """
    heads, scorer = base._heads, base._scorer
    step = heads.layer.unit_step
    outputs = np.concatenate([heads.outputs(chunk.sums) for chunk in scorer.score_many(texts)])
    units = np.rint(outputs[:, : heads.hidden] / step).clip(0, HIGHEST_UNIT).astype(np.float64) * step
    # What the words say of the doubt stays as it is: scores are calibrated as it leaves them.
    end = heads.hidden + heads.direct
    colder = np.exp(-outputs[:, end : heads.first_level].sum(axis=1, keepdims=True))
    temperature = heads.calibration.of(0.5)  # an ordinary message's
    direct = slice(heads.hidden, end)
    given = outputs[:, direct].astype(np.float64) / temperature if heads.direct else np.zeros((len(truth), 1))
    old = _Layer(
        heads.layer.weights.astype(np.float64) * heads.layer.weight_steps / temperature,
        heads.layer.bias.astype(np.float64) / temperature,
    )
    folds = fold_numbers([duplicate_key(text) for text in texts], recipe.folds)
    present = np.unique(folds).tolist()
    before = old.logits(units, given)
    tried = {np.inf: before}
    for number, strength in enumerate(STRENGTHS):
        held_out = np.zeros_like(before)
        for place, fold in enumerate(present):
            progress("topics", number * len(present) + place, len(STRENGTHS) * len(present) + 1)
            inside, outside = folds != fold, folds == fold
            new = _moved(old, units[inside], given[inside], truth[inside], sample_weight[inside], strength)
            held_out[outside] = new.logits(units[outside], given[outside])
        tried[strength] = held_out
    strength = _best({one: logits * colder for one, logits in tried.items()}, truth, sample_weight)
    new = old if np.isinf(strength) else _moved(old, units, given, truth, sample_weight, strength)
    progress("topics", 1, 1)
    logits = tried[strength].astype(np.float32)
    calibration = _calibrated(logits * colder, truth, sample_weight)
    probabilities = calibration.probabilities(logits * colder)
    threshold = heads.review_below
    if len(truth) >= ENOUGH_TO_CHOOSE:
        groups = heads.topic_groups
        threshold = review_threshold(probabilities, groups, groups[truth], recipe.accuracy, recipe.caution)
    steps = np.abs(new.weights).max(axis=0) / HIGHEST_WEIGHT
    steps[steps == 0] = 1.0
    layer = TopicLayer(
        np.rint(new.weights / steps).astype(np.float32), step, steps.astype(np.float32), new.bias.astype(np.float32)
    )
    scale, bias = heads.scale.copy(), heads.bias.copy()
    scale[direct] /= np.float32(temperature)
    bias[direct] /= np.float32(temperature)
    everything = np.arange(len(truth))
    model = Model(
        base.taxonomy,
        scorer.lexicon,
        scorer.weights,
        replace(heads, scale=scale, bias=bias, layer=layer, calibration=calibration, review_below=threshold),
        HeldOut(logits, probabilities, truth, folds, np.full(len(truth), -1)),
        set_quantiles(probabilities, truth, [everything]),
    )
    return FineTuned(model, strength, float((before.argmax(axis=1) == truth).mean()))


def _moved(old: _Layer, units: F64, given: F64, truth: I64, sample_weight: F64, strength: float) -> _Layer:
    """The most probable layer, given the messages and a normal prior of this precision around the old one."""
    from scipy.optimize import minimize

    size = float(np.sqrt((units**2).sum(axis=1).mean())) or 1.0  # a whole message weighs about as much as the bias
    shape, rows = old.weights.shape, np.arange(len(truth))
    scaled = units / size

    def loss(change: F64) -> tuple[float, F64]:
        weights, bias = change[: old.weights.size].reshape(shape), change[old.weights.size :]
        scores = old.logits(units, given) + scaled @ weights + bias
        scores -= scores.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scores).sum(axis=1))
        slope = np.exp(scores - log_sum[:, None])
        slope[rows, truth] -= 1
        slope *= sample_weight[:, None]
        total = float(sample_weight @ (log_sum - scores[rows, truth])) + strength / 2 * float(change @ change)
        return total, np.concatenate([(scaled.T @ slope).ravel(), slope.sum(axis=0)]) + strength * change

    found = minimize(
        loss, np.zeros(old.weights.size + len(old.bias)), jac=True, method="L-BFGS-B", options={"maxiter": 60}
    )
    return _Layer(
        old.weights + found.x[: old.weights.size].reshape(shape) / size, old.bias + found.x[old.weights.size :]
    )


def _calibrated(scores: npt.NDArray[np.float32], truth: I64, sample_weight: F64) -> Calibration:
    """A calibration by the scores alone."""
    from scipy.sparse import csr_matrix

    return fit_calibration(scores, truth, sample_weight, csr_matrix((len(truth), 0)))[0]


def _best(tried: dict[float, F64], truth: I64, sample_weight: F64) -> float:
    """The strength with the least log loss, if it is better than the old layer beyond noise and errs no more often.

    Each is calibrated first: what a temperature alone can mend is no reason to leave the old layer.
    """
    rows = np.arange(len(truth))
    losses = {}
    for strength, logits in tried.items():
        scores = logits.astype(np.float32)
        probabilities = _calibrated(scores, truth, sample_weight).probabilities(scores)
        losses[strength] = -np.log(probabilities[rows, truth].astype(np.float64) + 1e-12)
    best = min(losses, key=lambda strength: (float(losses[strength].mean()), -strength))
    gain = losses[np.inf] - losses[best]
    error = float(gain.std()) / np.sqrt(len(gain))
    right = {strength: (tried[strength].argmax(axis=1) == truth).mean() for strength in (np.inf, best)}
    return best if gain.mean() > BEYOND_NOISE * error and right[best] >= right[np.inf] else np.inf
