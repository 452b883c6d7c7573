"""Honest figures of a model from its own training messages: each judged by a network that has not seen it.

What is chosen on held-out messages, calibration and review threshold, is chosen anew for each fold on all others, so that
no message is measured with a number that was fitted to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .build import HeldOut
from .calibrate import choose_topics, review_threshold

__all__ = ["Judged", "judge_held_out"]

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """Calibrated answers for held-out messages.

    ``probabilities``: shape ``(messages, topics)``; ``topic`` and ``group``: numbers of the decided ones; ``confidence``
    and ``group_confidence``: their probabilities; ``review``: whether a person should look.
    """

    probabilities: F32
    topic: I64
    group: I64
    confidence: F32
    group_confidence: F32
    review: npt.NDArray[np.bool_]


def judge_held_out(held_out: HeldOut, topic_groups: I64, accuracy: float, caution: float) -> Judged:
    """Judge every training message with what its own fold had no part in.

    :param topic_groups: number of the group of each topic, ascending.
    :param accuracy: of the groups of messages not for review; ``caution``: see `calibrate.review_threshold`.
    """
    probabilities, truth, folds = held_out.probabilities, held_out.truth, held_out.folds
    below = np.zeros(len(truth))
    for fold in np.unique(folds).tolist():
        others = np.flatnonzero(folds != fold)
        below[folds == fold] = review_threshold(
            probabilities[others], topic_groups, topic_groups[truth[others]], accuracy, caution
        )
    topic, group, group_confidence = choose_topics(probabilities, topic_groups)
    confidence = probabilities[np.arange(len(topic)), topic]
    return Judged(probabilities, topic, group, confidence, group_confidence, group_confidence < below)
