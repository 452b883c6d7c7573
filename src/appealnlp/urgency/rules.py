"""What a rule is: a named situation, how urgent it is, and the word patterns that tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .guards import Guard, Scene, stands
from .patterns import Pattern, Positions

__all__ = ["COLD_MONTHS", "FROST_MONTHS", "Rule", "smallest"]

COLD_MONTHS = frozenset({10, 11, 12, 1, 2, 3, 4})
"""The heating season of most of the country."""

FROST_MONTHS = frozenset({10, 11, 12, 1, 2, 3, 4, 5})
"""When there can be snow and ice."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A situation that calls for a reaction.

    :param name: stable name, ``subject.situation``.
    :param level: how urgent it is.
    :param title_ru: what a clerk reads («запах газа»).
    :param patterns: any of them tells of the situation.
    :param norm: code of its norm in the norms file, if one applies.
    :param unless: look-alikes: patterns that take the force out of a match in the same sentence.
    :param unless_anywhere: look-alikes that do so anywhere in the message.
    :param guards: which circumstances forbid it to fire.
    :param months: months in which it can happen, if the season matters and the date of the message is known.
    :param examples: invented messages it must find.
    :param counter_examples: invented messages it must leave alone.
    """

    name: str
    level: str
    title_ru: str
    patterns: tuple[Pattern, ...]
    norm: str | None = None
    unless: tuple[Pattern, ...] = ()
    unless_anywhere: tuple[Pattern, ...] = ()
    guards: Guard = Guard.USUAL
    months: frozenset[int] | None = None
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[int, ...]:
        """Concept masks: the rule can fire only if a message has all bits of one of them."""
        return smallest(pattern.required for pattern in self.patterns)

    def in_season(self, month: int | None) -> bool:
        """Whether it can happen in a month; in an unknown one everything can."""
        return month is None or self.months is None or month in self.months

    def first_match(self, scene: Scene, positions: Positions, mask: int) -> tuple[int, ...] | None:
        """Token numbers of the first match that stands, or ``None``."""
        for pattern in self.patterns:
            if mask & pattern.required != pattern.required:
                continue
            for match in pattern.matches(positions):
                if pattern.within_sentences(match, scene.sentences) and self._holds(scene, positions, match):
                    return tuple(sorted(match))
        return None

    def _holds(self, scene: Scene, positions: Positions, match: Sequence[int]) -> bool:
        if not stands(scene, match, self.guards):
            return False
        if any(_occurs(pattern, positions) for pattern in self.unless_anywhere):
            return False
        if not self.unless:
            return True
        sentence = scene.sentences[match[0]]
        return not any(
            scene.sentences[other[0]] == sentence and pattern.within_sentences(other, scene.sentences)
            for pattern in self.unless
            for other in pattern.matches(positions)
        )


def smallest(masks: Iterable[int]) -> tuple[int, ...]:
    """Masks that are not implied by a smaller one among them, in order."""
    distinct = sorted(set(masks))
    return tuple(mask for mask in distinct if not any(other != mask and other & mask == other for other in distinct))


def _occurs(pattern: Pattern, positions: Positions) -> bool:
    return next(pattern.matches(positions), None) is not None
