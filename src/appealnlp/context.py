"""What speaks for an urgency, a kind and the vulnerable flag beside the words: the topic, punctuation, length, rules.

The words' scores come from the heads (`appealnlp.heads`). Here everything else is added to them. The level has two stages:
words and topic give a chance of each level; a second, small model weighs these chances with punctuation, length and the
rules that fired (stacking, D. Wolpert, 1992: it is fitted on chances that each message got from a model that had not seen
it, so it knows how far they can be trusted). The level is the one whose mistakes cost least.

Rules that fired speak twice: they raise the level to their own (`appealnlp.urgency.decide`), and they move the scores, so
that an urgent rule and the words of a message together can make an alarm. Neither ever lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .urgency.scale import LEVELS

__all__ = ["MARKS", "RULE_UNIT", "Context", "length_of", "level_costs", "log_chances", "marks_of", "one_stage"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

MARKS = ("question", "question last", "exclamation", "length")
"""What is seen of a message beside its words; the first three are 0 or 1, see `marks_of` and `length_of`."""
RULE_UNIT = 64
"""What a rule adds is a whole number of 1/64: sums are exact in any order."""
_ALARM = LEVELS.index("critical")
_USUAL_ENERGY = 12.0
"""Logarithm of the energy of a usual message."""
_LEAST_CHANCE = 1e-3
"""How much rarer a level is says nothing to the second stage."""


@dataclass(frozen=True)
class Context:
    """Parameters; outputs are urgency levels, kinds and one for the vulnerable flag, in this order.

    :param by_topic: what the decided topic adds to the words, shape ``(topics, outputs)``.
    :param by_level: second stage: what the logarithm of the chance of each level adds to each level, and in the last row
        what is added to all messages, shape ``(levels + 1, levels)``.
    :param by_mark: what each of `MARKS` adds (to levels in the second stage), shape ``(marks, outputs)``.
    :param by_rule: what each rule that fired adds to the levels in the second stage, shape ``(rules, levels)``, whole numbers
        of 1/64.
    :param costs: of giving a level, shape ``(true levels, given levels)``.
    """

    by_topic: F32
    by_level: F32
    by_mark: F32
    by_rule: F32
    costs: F32

    def judgements(self, outputs: F32, topics: I64, marks: F32 | None, energy: npt.NDArray[np.integer]) -> F32:
        """Scores of levels, kinds and the flag from those of the words, shape ``(messages, outputs)``.

        :param topics: number of the decided topic of each message.
        :param marks: of each message, see `marks_of`; without them all count as 0.
        :param energy: squared norm of each message in units (`appealnlp.scores.Sums`).
        """
        scores: F32 = outputs + self.by_topic[topics]
        chances = log_chances(scores[:, : len(LEVELS)])
        scores[:, : len(LEVELS)] = self.by_level[-1]
        for number, weights in enumerate(self.by_level[:-1]):  # in this order for one message and for many
            scores[:, : len(LEVELS)] += chances[:, number, None] * weights
        scores += length_of(energy)[:, None] * self.by_mark[-1]
        if marks is not None:
            for number, weights in enumerate(self.by_mark[:-1]):
                scores += marks[:, number, None] * weights
        return scores

    def levels(self, scores: F32) -> I64:
        """The level with the least expected cost of each message.

        :param scores: of the levels, shape ``(messages, levels)``.
        """
        chance = np.exp(scores - scores.max(axis=1, keepdims=True), dtype=np.float64)
        expected = np.zeros_like(chance)
        for true, cost in enumerate(self.costs):  # summed in this order for one message and for many
            expected += chance[:, true, None] * cost
        return np.asarray(expected.argmin(axis=1), np.int64)

    def raised(self, levels: I64, scores: F32, rules: Sequence[Sequence[int]]) -> I64:
        """The levels of some messages when the rules that fired on them are heard: none is lower than before.

        :param levels: without rules; ``scores``: of the levels, shape ``(messages, levels)``.
        :param rules: numbers of the rules that fired on each message, at least one.
        """
        if not len(levels):
            return levels
        starts = np.cumsum([0, *map(len, rules)])[:-1]
        numbers = np.array([number for some in rules for number in some], np.int64)
        return np.maximum(levels, self.levels(scores + np.add.reduceat(self.by_rule[numbers], starts)))


def log_chances(scores: npt.NDArray[np.floating]) -> F32:
    """Logarithms of the chances of the levels, not below a floor.

    :param scores: of the first stage, shape ``(messages, levels)``.
    """
    powers: F32 = (scores - scores.max(axis=1, keepdims=True)).astype(np.float32, copy=False)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=1, keepdims=True)
    powers += np.float32(_LEAST_CHANCE)
    return np.log(powers, out=powers)


def one_stage() -> F32:
    """The ``by_level`` of a model without a second stage."""
    return np.eye(len(LEVELS) + 1, len(LEVELS), dtype=np.float32)


def marks_of(texts: Sequence[str]) -> F32:
    """What punctuation says of each message: the first three of `MARKS`, shape ``(messages, 3)``."""
    found = np.zeros((len(texts), len(MARKS) - 1), np.float32)
    asking = [row for row, text in enumerate(texts) if "?" in text]
    found[asking, 0] = 1
    found[[row for row in asking if texts[row].rstrip().endswith("?")], 1] = 1
    found[[row for row, text in enumerate(texts) if "!" in text], 2] = 1
    return found


def length_of(energy: npt.NDArray[np.integer]) -> F32:
    """How long each message is: 0 for a usual one, 1 for one of twenty times its length.

    :param energy: squared norms in units, shape ``(messages,)``, or ``(messages, 2)`` where the last column counts.
    """
    own = energy[:, -1] if energy.ndim == 2 else energy
    return np.asarray((np.log(np.maximum(own, 1).astype(np.float64)) - _USUAL_ENERGY) / 3, np.float32)


def level_costs(distance: float, missed: float) -> F32:
    """What a wrong level costs: 1, more the further it is away, and more if it is an alarm that is not given.

    :param distance: cost of the squared distance in levels.
    :param missed: cost of a lower level where an alarm is due.
    """
    level = np.arange(len(LEVELS))
    apart = np.abs(level[:, None] - level)
    quiet = (level[:, None] >= _ALARM) & (level < _ALARM)
    return np.asarray((apart > 0) + distance * apart**2 + missed * quiet, np.float32)
