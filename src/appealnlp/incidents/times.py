"""What happens at the same time."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["SAME_TIME", "UNDATED", "near"]

SAME_TIME = 48
"""Hours without a further message after which an incident is over."""
UNDATED = -(1 << 62)
"""The minute of a message without a date."""


def near(minutes: Any, one: Any, other: Any) -> Any:
    """Whether messages follow others within `SAME_TIME`; two without a date do, one without a date and one with do not.

    :param minutes: array of minutes, `UNDATED` where there is no date.
    :param one: positions in it; ``other`` likewise, not later in time.
    :return: array of booleans.
    """
    first, second = minutes[other], minutes[one]
    dated = (first != UNDATED) & (second != UNDATED)
    return np.where(dated, second - first <= SAME_TIME * 60, first == second)
