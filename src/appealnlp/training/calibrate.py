"""Make a confidence a probability, and choose the threshold below which a person should look."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..heads import LOG_TEMPERATURES, Calibration, softmax

__all__ = ["choose_topics", "expected_calibration_error", "fit_calibration", "review_threshold"]

RIDGE, RIDGE_OF_WORDS = 0.3, 90.0
"""Penalties of squared coefficients against the summed log loss: few messages say little about single words."""
MOST_MESSAGES = 60_000
"""More messages make a calibration slower and not better."""

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def fit_calibration(
    logits: npt.NDArray[np.floating], truth: I64, sample_weight: F64, matrix: Any
) -> tuple[Calibration, F64]:
    """The calibration that tells best on held-out messages whether the highest score is right.

    What is least is the weighted log loss of «the first topic is right», not that of all probabilities: labels are recorded
    wrongly among neighbours, and a temperature that suits the neighbours leaves the first topic too sure.

    :param logits: shape ``(messages, topics)``.
    :param truth: number of the right topic of each message.
    :return: the calibration, and what each feature adds to the doubt.
    :param matrix: normalised features, CSR, shape ``(messages, features)``. Its product with the returned weights is what
        the words of a message add to the logarithm of its temperature.
    """
    from scipy.optimize import minimize

    used = np.unique(np.linspace(0, len(truth) - 1, MOST_MESSAGES).astype(np.int64))
    words = matrix[used]
    scores = logits[used] - logits[used].max(axis=1, keepdims=True)
    right = scores.argmax(axis=1) == truth[used]
    highest = softmax(scores).max(axis=1).astype(np.float64)
    moves = np.stack([np.ones(len(used)), highest, highest**2], axis=1)
    weight = sample_weight[used] / sample_weight[used].sum()
    ridge = np.concatenate([np.full(3, RIDGE), np.full(words.shape[1], RIDGE_OF_WORDS)]) / len(used)

    def loss(coefficients: F64) -> tuple[float, F64]:
        exponent = moves @ coefficients[:3] + words @ coefficients[3:]
        inside = np.clip(exponent, *LOG_TEMPERATURES)
        cold = scores * np.exp(-inside)[:, None].astype(np.float32)
        chance = np.exp(cold)
        total = chance.sum(axis=1)
        # The first score is 0 now, so its probability is one by the sum of all, and moves with the mean score.
        first = np.clip(1 / total.astype(np.float64), 1e-6, 1 - 1e-6)
        mean = (chance * cold).sum(axis=1) / total
        slope = weight * np.where(right, -1.0, first / (1 - first)) * mean * (exponent == inside)
        value = -float(weight @ np.log(np.where(right, first, 1 - first))) + float(ridge @ coefficients**2)
        return value, np.concatenate([moves.T @ slope, words.T @ slope]) + 2 * ridge * coefficients

    found = minimize(loss, np.zeros(len(ridge)), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
    temperature, slope, curve = found[:3].tolist()
    return Calibration(float(np.exp(temperature)), slope, curve), found[3:]


def review_threshold(
    probabilities: npt.NDArray[np.floating], topic_groups: I64, true_groups: I64, accuracy: float, caution: float = 0.0
) -> float:
    """The least group probability at which messages at or above it have their group right often enough.

    :param probabilities: of held-out messages, calibrated, shape ``(messages, topics)``.
    :param true_groups: number of the right group of each message.
    :param accuracy: the share of right groups to reach, 0..1.
    :param caution: by how many standard errors of the share it must be reached.
    """
    starts = np.searchsorted(topic_groups, np.arange(topic_groups[-1] + 1))
    groups = np.add.reduceat(probabilities, starts, axis=1)
    confidence = groups.max(axis=1)
    right = groups.argmax(axis=1) == true_groups
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(np.diff(confidence[order]) != 0, True)  # equally sure messages stand and fall together
    # A share of so many messages is uncertain, and the best of many thresholds flatters: keep two standard errors away.
    # One right and one wrong message are added (Laplace): the first few right ones are no certainty.
    count = np.arange(1, len(order) + 1)
    guarded = (share * count + 1) / (count + 2)
    error = np.sqrt(guarded * (1 - guarded) / count)
    reached = np.flatnonzero((share - caution * error >= accuracy) & last_of_equals)
    return float(confidence[order[reached[-1]]]) if len(reached) else 1.01


def expected_calibration_error(confidence: F64, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Mean distance between confidence and accuracy over equal-width bins, weighted by their size."""
    number = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    total = 0.0
    for one in range(bins):
        inside = number == one
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(total)


def choose_topics(
    probabilities: npt.NDArray[np.float32], topic_groups: I64
) -> tuple[I64, I64, npt.NDArray[np.float32]]:
    """Topic, group and the group's probability: the group first, then the best topic in it, as `Heads.decide` does."""
    starts = np.searchsorted(topic_groups, np.arange(topic_groups[-1] + 1))
    groups = np.add.reduceat(probabilities, starts, axis=1)
    group = groups.argmax(axis=1)
    inside = np.where(topic_groups == group[:, None], probabilities, np.float32(-1))
    return inside.argmax(axis=1), group, groups[np.arange(len(group)), group]
