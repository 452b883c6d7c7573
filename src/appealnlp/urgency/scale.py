"""The five levels of reaction urgency, in order, with the names a clerk reads."""

from __future__ import annotations

__all__ = ["LEVELS", "TITLES_RU", "at_least", "rank", "stronger"]

LEVELS: tuple[str, ...] = ("none", "routine", "urgent", "critical", "emergency")
"""From the weakest to the strongest."""

TITLES_RU: dict[str, str] = {
    "emergency": "Экстренная",
    "critical": "Аварийная",
    "urgent": "Срочная",
    "routine": "Плановая",
    "none": "Без срочности",
}

_RANKS = {level: number for number, level in enumerate(LEVELS)}


def rank(level: str) -> int:
    """Place of a level on the scale, 0 for ``none`` to 4 for ``emergency``.

    :raises ValueError: if there is no such level.
    """
    try:
        return _RANKS[level]
    except KeyError:
        raise ValueError(f"unknown urgency {level!r}; known: {', '.join(LEVELS)}") from None


def stronger(one: str, other: str) -> str:
    """The more urgent of two levels."""
    return one if rank(one) >= rank(other) else other


def at_least(level: str, floor: str) -> bool:
    """Whether a level is as urgent as ``floor`` or more."""
    return rank(level) >= rank(floor)
