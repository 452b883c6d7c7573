"""Sums of weights -> calibrated probabilities -> one decision: group, topic in it, urgency, kind, review or not.

Outputs are columns, in this order: the hidden units of the topics, urgency levels, kinds, and one for "a vulnerable
person is affected". The topic layer works on whole numbers (rounded units, rounded weights), so its matrix product is
exact and one message gets the same scores alone and in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .scores import Sums
from .urgency.scale import LEVELS

__all__ = ["KINDS", "Decision", "Heads", "TopicLayer", "softmax"]

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
class TopicLayer:
    """Hidden units -> topics, in whole numbers.

    :param weights: whole numbers up to 2**15, shape ``(hidden, topics)``, kept as float64 for an exact product.
    :param unit_step: a unit is rounded to a multiple of this; ``weight_step`` is the size of one step of the weights.
    :param bias: shape ``(topics,)``.
    """

    weights: F64
    unit_step: float
    weight_step: float
    bias: F64

    def logits(self, units: F64) -> F64:
        """Scores of the topics from the hidden units before the rectifier."""
        whole = np.rint(units * (1 / self.unit_step)).clip(0, 32767)
        return whole @ self.weights * (self.unit_step * self.weight_step) + self.bias


@dataclass(frozen=True)
class Heads:
    """Parameters of the decision.

    :param scale: size of one step of the weights per output, shape ``(outputs,)``.
    :param bias: shape ``(outputs,)``.
    :param layer: from hidden units to topics.
    :param topic_groups: number of the group of each topic, ascending.
    :param temperature: divides the topic logits, fitted on held-out messages (C. Guo et al., "On Calibration of Modern
        Neural Networks", 2017).
    :param review_below: a message whose group is less probable than this goes to a person.
    :param urgency_by_topic: added to the urgency logits for the decided topic, shape ``(topics, levels)``.
    """

    scale: F64
    bias: F64
    layer: TopicLayer
    topic_groups: I64
    temperature: float
    review_below: float
    urgency_by_topic: F64

    @property
    def hidden(self) -> int:
        """How many hidden units there are."""
        return len(self.layer.weights)

    def outputs(self, sums: Sums) -> F64:
        """Values of all outputs, shape ``(messages, outputs)``."""
        norm = np.sqrt(np.maximum(sums.energy, 1).astype(np.float64))
        return sums.totals * (self.scale / norm[:, None]) + self.bias

    def probabilities(self, outputs: F64) -> F64:
        """Calibrated probabilities of the topics, shape ``(messages, topics)``."""
        return softmax(self.layer.logits(outputs[:, : self.hidden]) / self.temperature)

    def topic_slope(self, outputs: F64, topic: int) -> F64:
        """How a topic's score against the mean of all topics moves with each output, around one message's outputs."""
        slope = np.zeros(len(outputs))
        against_mean = self.layer.weights[:, topic] - self.layer.weights.mean(axis=1)
        slope[: self.hidden] = np.where(outputs[: self.hidden] > 0, against_mean * self.layer.weight_step, 0)
        return slope

    def urgency_slope(self, level: int, other: int) -> F64:
        """How a level's score against another's moves with each output."""
        slope = np.zeros(len(self.scale))
        slope[self.hidden + level] += 1
        slope[self.hidden + other] -= 1
        return slope

    def decide(self, sums: Sums) -> Decision:
        """Decide everything for each message. The group is decided first, by all evidence for its topics."""
        outputs = self.outputs(sums)
        probabilities = self.probabilities(outputs)
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
        urgency = outputs[:, self.hidden : self.hidden + len(LEVELS)] + self.urgency_by_topic[topic]
        kinds = outputs[:, self.hidden + len(LEVELS) : -1]
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
            vulnerable=outputs[:, -1] > 0,
            review=group_confidence < self.review_below,
        )


def softmax(logits: F64) -> F64:
    """Probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
