"""The month of a date as exports write it; the season decides how urgent snow or a cold radiator is."""

from __future__ import annotations

import re
from datetime import datetime, timezone

__all__ = ["month_of"]

_YEAR_FIRST = re.compile(r"\s*\d{4}[-./](\d{1,2})[-./]\d{1,2}(?!\d)")
_DAY_FIRST = re.compile(r"\s*\d{1,2}[-./](\d{1,2})[-./](?:\d{4}|\d{2})(?!\d)")
_SECONDS = re.compile(r"\s*(\d{10})(?:\d{3}|\.\d+)?\s*")


def month_of(date: str | None) -> int | None:
    """The month, 1..12.

    :param date: ``2024-02-01…``, ``01.02.2024…``, or seconds or milliseconds since 1970.
    :return: the month; ``None`` if there is no date or it is written in another way.
    """
    if not date:
        return None
    found = _YEAR_FIRST.match(date) or _DAY_FIRST.match(date)
    if found is not None:
        month = int(found[1])
        return month if 1 <= month <= 12 else None
    seconds = _SECONDS.fullmatch(date)
    return None if seconds is None else datetime.fromtimestamp(int(seconds[1]), timezone.utc).month
