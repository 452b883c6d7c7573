"""The order of the levels."""

from __future__ import annotations

import pytest

from appealnlp.urgency.scale import LEVELS, TITLES_RU, at_least, rank, stronger


def test_levels_are_ordered_and_titled() -> None:
    assert LEVELS == ("none", "routine", "urgent", "critical", "emergency")
    assert [rank(level) for level in LEVELS] == [0, 1, 2, 3, 4]
    assert set(TITLES_RU) == set(LEVELS)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("none", "routine", "routine"), ("critical", "urgent", "critical"), ("urgent", "urgent", "urgent")],
)
def test_stronger(one: str, other: str, expected: str) -> None:
    assert stronger(one, other) == stronger(other, one) == expected


def test_at_least() -> None:
    assert at_least("critical", "critical") and at_least("emergency", "urgent") and not at_least("routine", "urgent")


def test_unknown_level_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'soon'.*emergency"):
        rank("soon")
