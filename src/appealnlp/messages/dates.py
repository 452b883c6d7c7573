"""Dates as exports write them: the month for the season, the moment for what happens at the same time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

__all__ = ["moment_of", "month_of"]

_YEAR_FIRST = re.compile(r"\s*\d{4}[-./](\d{1,2})[-./]\d{1,2}(?!\d)")
_DAY_FIRST = re.compile(r"\s*\d{1,2}[-./](\d{1,2})[-./](?:\d{4}|\d{2})(?!\d)")
_MOMENT = re.compile(
    r"\s*(?:(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})"
    r"|(?P<day2>\d{1,2})[-./](?P<month2>\d{1,2})[-./](?P<year2>\d{4}|\d{2}))(?!\d)"
    r"(?:[T, ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
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


def moment_of(date: str | None) -> datetime | None:
    """The moment, to the minute, without a zone: in UTC if the date names its zone, else as written.

    :param date: as for `month_of`, with or without a time.
    :return: the moment; ``None`` if there is no date, it is written in another way, or there is no such day.
    """
    if not date:
        return None
    try:
        if _SECONDS.fullmatch(date):
            return datetime.fromtimestamp(int(date.strip()[:10]), timezone.utc).replace(tzinfo=None, second=0)
        found = _MOMENT.match(date)
        if found is None:
            return None
        year = int(found["year"] or found["year2"])
        moment = datetime(
            year + 2000 if year < 100 else year,
            int(found["month"] or found["month2"]),
            int(found["day"] or found["day2"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
        )
        return moment - _offset(found["zone"])
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
