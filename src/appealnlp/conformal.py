"""Sets of topics that hold the right one as often as asked for: split conformal prediction with adaptive scores.

The score of a topic is the probability of all topics before it, most probable first; a set is every topic whose score is
at most a quantile of the scores of right topics on held-out messages. The first topic always belongs to it.
(Y. Romano, M. Sesia, E. Candès, "Classification with Valid and Adaptive Coverage", 2020, without randomisation.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["COVERAGES", "quantile_for", "set_quantiles", "topic_set"]

COVERAGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99)
"""Shares of right sets for which a model keeps its quantile; what lies between gets the next larger one."""

F64 = npt.NDArray[np.float64]


def mass_before(probabilities: npt.NDArray[np.floating], topics: npt.NDArray[np.int64]) -> F64:
    """Probability of all topics that are more probable than the given one of each message."""
    own = probabilities[np.arange(len(topics)), topics][:, None]
    return np.asarray(np.where(probabilities > own, probabilities, 0).sum(axis=1, dtype=np.float64))


def set_quantiles(
    probabilities: npt.NDArray[np.floating], truth: npt.NDArray[np.int64], parts: Sequence[npt.NDArray[np.int64]]
) -> dict[str, float]:
    """For each of `COVERAGES` the highest score that belongs to a set.

    :param probabilities: of held-out messages, calibrated, shape ``(messages, topics)``.
    :param truth: number of the right topic of each message.
    :param parts: numbers of the messages of each source: the quantile holds in the source that needs the highest one.
    """
    scores = mass_before(probabilities, truth)
    found = {}
    for coverage in COVERAGES:
        quantiles = [
            float(np.sort(scores[part])[min(int(np.ceil((len(part) + 1) * coverage)), len(part)) - 1])
            for part in parts
            if len(part)
        ]
        found[f"{coverage:g}"] = round(max(quantiles, default=1.0), 6)
    return found


def quantile_for(quantiles: Mapping[str, float], coverage: float) -> float:
    """The quantile of the least kept coverage that is at least the asked one; 1, that is every topic, above all."""
    enough = [(float(kept), value) for kept, value in quantiles.items() if float(kept) >= coverage]
    return min(enough)[1] if enough else 1.0


def topic_set(probabilities: npt.NDArray[np.floating], quantile: float, decided: int) -> list[int]:
    """Numbers of the topics in the set of one message, most probable first; the decided topic is always one of them.

    :param probabilities: shape ``(topics,)``.
    """
    order = np.argsort(-probabilities, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(probabilities[order], dtype=np.float64)[:-1]])
    chosen: list[int] = order[before <= quantile].tolist()
    return chosen if decided in chosen else [*chosen, decided]
