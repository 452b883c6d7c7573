"""Sums of weights -> calibrated probabilities -> one decision: group, topic in it, urgency, kind, review or not.

Outputs are columns, in this order: topics (sorted so that a group's topics are neighbours), urgency levels, kinds, and
one for "a vulnerable person is affected".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .scores import Sums
from .urgency.scale import LEVELS

__all__ = ["KINDS", "Decision", "Heads", "softmax"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

KINDS = ("problem", "question", "proposal", "thanks", "other")
ALTERNATIVES = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """What the model decided for some messages; each array has one entry per message.

    ``topic``: number of the topic; ``group``: number of its group; ``confidence``: probability of the topic;
    ``group_confidence``: of the group; ``alternatives`` and ``alternative_probabilities``: the next best topics, shape
    ``(messages, 2)``; ``urgency``: number in `LEVELS`; ``kind``: number in `KINDS`; ``vulnerable`` and ``review``: bool.
    """

    topic: I64
    group: I64
    confidence: F64
    group_confidence: F64
    alternatives: I64
    alternative_probabilities: F64
    urgency: I64
    kind: I64
    vulnerable: npt.NDArray[np.bool_]
    review: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Heads:
    """Parameters of the decision.

    :param scale: size of one step of the weights per output, shape ``(outputs,)``.
    :param bias: shape ``(outputs,)``.
    :param topic_groups: number of the group of each topic, ascending.
    :param temperature: divides the topic logits, fitted on held-out messages (C. Guo et al., "On Calibration of Modern
        Neural Networks", 2017).
    :param review_below: a message whose group is less probable than this goes to a person.
    :param urgency_by_topic: added to the urgency logits for the decided topic, shape ``(topics, levels)``.
    """

    scale: F64
    bias: F64
    topic_groups: I64
    temperature: float
    review_below: float
    urgency_by_topic: F64

    def logits(self, sums: Sums) -> F64:
        """Scores of all outputs, shape ``(messages, outputs)``."""
        norm = np.sqrt(np.maximum(sums.energy, 1).astype(np.float64))
        return sums.totals * (self.scale / norm[:, None]) + self.bias

    def probabilities(self, logits: F64) -> F64:
        """Calibrated probabilities of the topics, shape ``(messages, topics)``."""
        return softmax(logits[:, : len(self.topic_groups)] / self.temperature)

    def decide(self, sums: Sums) -> Decision:
        """Decide everything for each message. The group is decided first, by all evidence for its topics."""
        logits = self.logits(sums)
        topics = len(self.topic_groups)
        probabilities = self.probabilities(logits)
        rows = np.arange(len(probabilities))
        groups = np.add.reduceat(probabilities, np.searchsorted(self.topic_groups, np.arange(self.topic_groups[-1] + 1)), axis=1)
        group = groups.argmax(axis=1)
        inside = np.where(self.topic_groups == group[:, None], probabilities, -1.0)
        topic = inside.argmax(axis=1)
        confidence = probabilities[rows, topic]
        rest = probabilities.copy()
        rest[rows, topic] = -1.0
        alternatives = np.empty((len(rows), ALTERNATIVES), np.int64)
        for place in range(ALTERNATIVES):
            alternatives[:, place] = rest.argmax(axis=1)
            rest[rows, alternatives[:, place]] = -1.0
        urgency = logits[:, topics : topics + len(LEVELS)] + self.urgency_by_topic[topic]
        kinds = logits[:, topics + len(LEVELS) : -1]
        group_confidence = groups[rows, group]
        return Decision(
            topic=topic,
            group=group,
            confidence=confidence,
            group_confidence=group_confidence,
            alternatives=alternatives,
            alternative_probabilities=probabilities[rows[:, None], alternatives],
            urgency=urgency.argmax(axis=1),
            kind=kinds.argmax(axis=1),
            vulnerable=logits[:, -1] > 0,
            review=group_confidence < self.review_below,
        )


def softmax(logits: F64) -> F64:
    """Probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
