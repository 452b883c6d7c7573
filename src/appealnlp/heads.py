"""Sums of weights -> calibrated probabilities -> one decision: group, topic in it, urgency, kind, review or not.

Outputs are columns, in this order: the hidden units of the topics, scores of the topics by the words themselves (in some
models), how doubtful the words make a message (models of format 1 have none), urgency levels, kinds, and one for "a
vulnerable person is affected". The topic layer works on whole numbers (rounded units, rounded weights), so its matrix product is
exact and one message gets the same scores alone and in a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .context import Context
from .scores import Sums
from .urgency.scale import LEVELS

if TYPE_CHECKING:
    from .export_context import Evidence

__all__ = ["KINDS", "Calibration", "Decision", "Heads", "TopicLayer", "joined", "softmax"]

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

KINDS = ("problem", "question", "proposal", "thanks", "other")
ALTERNATIVES = 2
HIGHEST_UNIT = 1023
HIGHEST_WEIGHT = 127
LOG_TEMPERATURES = (-3.0, 3.0)
"""A temperature beyond these is no calibration any more."""
MOST_HIDDEN = (1 << 24) // (HIGHEST_UNIT * HIGHEST_WEIGHT)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the model decided for some messages; each array has one entry per message.

    ``topic``: number of the topic; ``group``: number of its group; ``confidence``: probability of the topic;
    ``group_confidence``: of the group; ``alternatives`` and ``alternative_probabilities``: the next best topics, shape
    ``(messages, 2)``; ``urgency``: number in `LEVELS`; ``level_scores``: of the levels, shape ``(messages, levels)``;
    ``kind``: number in `KINDS`; ``vulnerable`` and ``review``: bool.
    """

    topic: I64
    group: I64
    confidence: F32
    group_confidence: F32
    alternatives: I64
    alternative_probabilities: F32
    urgency: I64
    level_scores: F32
    kind: I64
    vulnerable: npt.NDArray[np.bool_]
    review: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TopicLayer:
    """Hidden units -> topics, in whole numbers.

    A unit is rounded to 0..1023 steps and a weight to -127..127, so that sums over up to 128 units stay below 2**24 and a
    float32 product is exact, in whatever order it is computed.

    :param weights: whole numbers, shape ``(hidden, topics)``, kept as float32.
    :param unit_step: the size of one step of the units.
    :param weight_steps: the size of one step of the weights of each topic, shape ``(topics,)``.
    :param bias: shape ``(topics,)``.
    """

    weights: F32
    unit_step: float
    weight_steps: F32
    bias: F32

    def logits(self, units: F32) -> F32:
        """Scores of the topics from the hidden units before the rectifier, shape ``(messages, topics)``."""
        whole = np.rint(units * np.float32(1 / self.unit_step)).clip(0, HIGHEST_UNIT)
        logits: F32 = whole @ self.weights * (self.weight_steps * np.float32(self.unit_step)) + self.bias
        return logits


@dataclass(frozen=True, slots=True)
class Calibration:
    """Topic scores -> probabilities: a temperature for each message, fitted on held-out messages.

    One temperature for all (C. Guo et al., "On Calibration of Modern Neural Networks", 2017) leaves messages that look sure
    too sure and doubtful ones too doubtful, and some kinds of messages more than others: recorded labels are noisy. So its
    logarithm moves with the highest probability before calibration, with its square, and with the words of the message.

    :param temperature: divides the scores of a message whose highest probability is 0.
    :param slope: what the highest probability adds to its logarithm; ``curve``: what the square adds.
    """

    temperature: float
    slope: float = 0.0
    curve: float = 0.0

    def of(self, highest: float) -> float:
        """The temperature of a message with this highest probability."""
        return self.temperature * float(np.exp(highest * (self.slope + self.curve * highest)))

    def probabilities(self, logits: F32, doubt: F32 | None = None) -> F32:
        """Calibrated probabilities.

        :param logits: scores, shape ``(messages, topics)``.
        :param doubt: what the words of each message add to the logarithm, shape ``(messages,)``.
        """
        powers: F32 = logits - logits.max(axis=1, keepdims=True)
        highest = 1 / np.exp(powers).sum(axis=1, keepdims=True)
        exponent = highest * (np.float32(self.slope) + np.float32(self.curve) * highest)
        exponent += np.float32(np.log(self.temperature))
        if doubt is not None:
            exponent += doubt[:, None]
        powers *= np.exp(-exponent.clip(*LOG_TEMPERATURES))
        np.exp(powers, out=powers)
        powers /= powers.sum(axis=1, keepdims=True)
        return powers


@dataclass(frozen=True)
class Heads:
    """Parameters of the decision.

    :param scale: size of one step of the weights per output, shape ``(outputs,)``.
    :param bias: shape ``(outputs,)``.
    :param layer: from hidden units to topics.
    :param topic_groups: number of the group of each topic, ascending.
    :param calibration: from scores of topics to probabilities.
    :param review_below: a message whose group is less probable than this goes to a person.
    :param context: what counts beside the words for urgency, kind and the vulnerable flag.
    """

    scale: F32
    bias: F32
    layer: TopicLayer
    topic_groups: I64
    calibration: Calibration
    review_below: float
    context: Context

    @property
    def hidden(self) -> int:
        """How many hidden units there are."""
        return len(self.layer.weights)

    @property
    def direct(self) -> int:
        """How many outputs are scores of topics by the words themselves, beside the units: one for each topic or none."""
        topics = len(self.topic_groups)
        return topics if self.first_level - self.hidden >= topics else 0

    @property
    def first_level(self) -> int:
        """Number of the output of the first urgency level; kinds and the vulnerable flag follow the levels."""
        return len(self.scale) - len(LEVELS) - len(KINDS) - 1

    @cached_property
    def _group_starts(self) -> I64:
        """Number of the first topic of each group."""
        return np.searchsorted(self.topic_groups, np.arange(self.topic_groups[-1] + 1))

    def outputs(self, sums: Sums) -> F32:
        """Values of all outputs, shape ``(messages, outputs)``."""
        outputs: F32 = sums.totals.astype(np.float32) * self.scale
        divisors = self._inverse_norms(sums)
        outputs[:, : self.first_level] *= divisors[:, :1]
        outputs[:, self.first_level :] *= divisors[:, -1:]
        outputs += self.bias
        return outputs

    def _inverse_norms(self, sums: Sums) -> F32:
        """What the sums of each message are multiplied with: one column for the topic units, or a second for the rest."""
        norms = np.sqrt(np.maximum(sums.energy, 1))
        norms = norms if norms.ndim == 2 else norms[:, None]
        return np.asarray(1 / norms, np.float32)

    def steps(self, sums: Sums) -> F32:
        """How much one unit of each output's sum counts in the first message, shape ``(outputs,)``."""
        divisors = self._inverse_norms(sums)[0]
        steps: F32 = self.scale * np.where(np.arange(len(self.scale)) < self.first_level, divisors[0], divisors[-1])
        return steps

    def probabilities(self, outputs: F32, evidence: Evidence | None = None) -> F32:
        """Calibrated probabilities of the topics, shape ``(messages, topics)``.

        :param evidence: what columns of the export say beside the text.
        """
        logits = self.layer.logits(outputs[:, : self.hidden])
        end = self.hidden + self.direct
        if self.direct:
            logits += outputs[:, self.hidden : end]
        found = self.calibration.probabilities(logits, outputs[:, end] if self.first_level > end else None)
        if evidence is not None:
            evidence.weigh(found)
        return found

    def topic_slope(self, outputs: F32, topic: int, other: int | None = None) -> F32:
        """How a topic's score against another's moves with each output, around one message's outputs.

        :param other: number of the other topic; the mean of all topics if not given.
        """
        slope = np.zeros(len(outputs), np.float32)
        weights = self.layer.weights * self.layer.weight_steps
        against = weights[:, topic] - (weights.mean(axis=1) if other is None else weights[:, other])
        slope[: self.hidden] = np.where(outputs[: self.hidden] > 0, against, 0)
        if self.direct:
            scores = slope[self.hidden : self.hidden + self.direct]
            scores[topic] += 1
            if other is None:
                scores -= 1 / self.direct
            else:
                scores[other] -= 1
        return slope

    def urgency_slope(self, level: int, other: int) -> F32:
        """How a level's score against another's moves with each output."""
        slope = np.zeros(len(self.scale), np.float32)
        slope[self.first_level + level] += 1
        slope[self.first_level + other] -= 1
        return slope

    @property
    def nothing(self) -> Decision:
        """The decision on no message at all."""
        return self.decide(Sums(np.zeros((0, len(self.scale)), np.int64), np.zeros(0, np.int64)))

    def decide(self, sums: Sums, marks: F32 | None = None, evidence: Evidence | None = None) -> Decision:
        """Decide everything for each message. The group is decided first, by all evidence for its topics.

        :param marks: punctuation of each message (`appealnlp.context.marks_of`); urgency, kind and the flag look at it.
        :param evidence: what columns of the export say beside the text.
        """
        outputs = self.outputs(sums)
        probabilities = self.probabilities(outputs, evidence)
        rows = np.arange(len(probabilities))
        below = self.review_below if evidence is None else evidence.review_below(self.review_below, len(rows))
        groups = np.add.reduceat(probabilities, self._group_starts, axis=1)
        group = groups.argmax(axis=1)
        topic = probabilities.argmax(axis=1)
        # Where the best topic belongs to another group than all evidence together: the best one inside that group.
        astray = np.flatnonzero(self.topic_groups[topic] != group)
        inside = np.where(self.topic_groups == group[astray, None], probabilities[astray], np.float32(-1))
        topic[astray] = inside.argmax(axis=1)
        confidence = probabilities[rows, topic]
        alternatives = np.empty((len(rows), ALTERNATIVES), np.int64)
        alternative_probabilities = np.empty((len(rows), ALTERNATIVES), np.float32)
        taken = topic
        for place in range(ALTERNATIVES):
            probabilities[rows, taken] = -1
            alternatives[:, place] = taken = probabilities.argmax(axis=1)
            alternative_probabilities[:, place] = probabilities[rows, taken]
        scores = self.context.judgements(outputs[:, self.first_level :], topic, marks, sums.energy)
        level_scores = scores[:, : len(LEVELS)]
        group_confidence = groups[rows, group]
        return Decision(
            topic=topic,
            group=group,
            confidence=confidence,
            group_confidence=group_confidence,
            alternatives=alternatives,
            alternative_probabilities=alternative_probabilities,
            urgency=self.context.levels(level_scores),
            level_scores=level_scores,
            kind=scores[:, len(LEVELS) : -1].argmax(axis=1),
            vulnerable=scores[:, -1] > 0,
            review=group_confidence < below,
        )


def joined(parts: Sequence[Decision]) -> Decision:
    """Decisions one after the other, at least one."""
    if len(parts) == 1:
        return parts[0]
    columns: list[Any] = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Decision)]
    return Decision(*columns)


def softmax(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Probabilities of each row."""
    powers: npt.NDArray[Any] = logits - logits.max(axis=1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=1, keepdims=True)
    return powers
