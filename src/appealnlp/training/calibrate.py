"""Make a confidence a probability, and choose the threshold below which a person should look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..heads import softmax

__all__ = ["choose_topics", "expected_calibration_error", "fit_temperature", "review_threshold"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def fit_temperature(logits: npt.NDArray[np.floating], truth: I64, sample_weight: F64) -> float:
    """The temperature with the least weighted log loss on held-out logits (C. Guo et al., 2017).

    :param logits: shape ``(messages, topics)``.
    :param truth: number of the right topic of each message.
    """
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        log_probability = scaled[rows, truth] - np.log(np.exp(scaled).sum(axis=1))
        return float(-np.average(log_probability, weights=sample_weight))

    found = minimize_scalar(loss, bounds=(-4.0, 3.0), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def review_threshold(
    logits: npt.NDArray[np.floating], topic_groups: I64, true_groups: I64, accuracy: float, caution: float = 0.0
) -> float:
    """The least group probability at which messages at or above it have their group right often enough.

    :param logits: held-out, already divided by the temperature, shape ``(messages, topics)``.
    :param true_groups: number of the right group of each message.
    :param accuracy: the share of right groups to reach, 0..1.
    :param caution: by how many standard errors of the share it must be reached.
    """
    probabilities = softmax(logits)
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
