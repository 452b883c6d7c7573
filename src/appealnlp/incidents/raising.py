"""What a mass failure does to the urgency of each of its messages."""

from __future__ import annotations

from ..urgency.norms import Norms
from ..urgency.scale import TITLES_RU
from .group import Incident, raised_level

__all__ = ["raised"]


def raised(
    level: str, reason: str, hours: float | None, incident: Incident | None, norms: Norms
) -> tuple[str, str, str, float | None]:
    """Urgency, its title, its reason and the hours to react of one message of an incident.

    A mass failure makes an ordinary message urgent and an urgent one critical; nothing else changes.

    :param level: level of the message by itself; ``reason`` and ``hours`` likewise.
    :param incident: its incident, if it has one.
    :param norms: where the time limit of a level is looked up.
    """
    higher = raised_level(level)
    if incident is None or not incident.mass or higher == level:
        return level, TITLES_RU.get(level, ""), reason, hours
    limit = norms.limit(higher)
    said = f"{TITLES_RU[higher]}, массовое: {_messages(incident.mass)}, {incident.place}"
    limits = [each for each in (hours, limit.hours if limit is not None else None) if each is not None]
    return higher, TITLES_RU[higher], f"{said}; {reason}" if reason else said, min(limits, default=None)


def _messages(count: int) -> str:
    """A number with its noun.

    >>> [_messages(count) for count in (5, 21, 23, 112)]
    ['5 сообщений', '21 сообщение', '23 сообщения', '112 сообщений']
    """
    if count % 10 == 1 and count % 100 != 11:
        return f"{count} сообщение"
    if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14):
        return f"{count} сообщения"
    return f"{count} сообщений"
