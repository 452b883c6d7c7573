from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.messages.dates import month_of


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2024-02-01", 2),
        ("2024-02-01 10:30:00", 2),
        ("2024-02-01T10:30:00+03:00", 2),
        ("01.02.2024", 2),
        ("1.12.24 9:05", 12),
        ("31/01/2024", 1),
        ("1706745600", 2),
        ("1706745600000", 2),
        ("2024.11.05", 11),
        ("", None),
        (None, None),
        ("вчера", None),
        ("2024-13-01", None),
        ("12", None),
        ("01.02.", None),
        ("8-912-000-11-22", None),
    ],
)
def test_month(date: str | None, month: int | None) -> None:
    assert month_of(date) == month


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y"]))
def test_every_month_in_every_way(date: object, shape: str) -> None:
    if date.year >= 1000:  # type: ignore[attr-defined]
        assert month_of(date.strftime(shape)) == date.month  # type: ignore[attr-defined]


@given(st.text(max_size=30))
def test_any_text(text: str) -> None:
    assert month_of(text) in {None, *range(1, 13)}
