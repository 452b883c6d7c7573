from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.messages.dates import moment_of, month_of


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


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2024-02-01", datetime(2024, 2, 1)),
        ("2024-02-01 10:30:15", datetime(2024, 2, 1, 10, 30)),
        ("2024-02-01T10:30:00+03:00", datetime(2024, 2, 1, 7, 30)),
        ("2024-02-01T10:30:00Z", datetime(2024, 2, 1, 10, 30)),
        ("01.02.2024, 9:05", datetime(2024, 2, 1, 9, 5)),
        ("1.12.24 9:05", datetime(2024, 12, 1, 9, 5)),
        ("1706745600000", datetime(2024, 2, 1)),
        ("2024-02-30", None),
        ("2024-02-01 25:00", None),
        ("вчера", None),
        ("", None),
        (None, None),
    ],
)
def test_moment(date: str | None, moment: datetime | None) -> None:
    assert moment_of(date) == moment


@given(st.datetimes(min_value=datetime(1000, 1, 1)), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M"]))
def test_every_moment_in_every_way(moment: datetime, shape: str) -> None:
    assert moment_of(moment.strftime(shape)) == moment.replace(second=0, microsecond=0)


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4} ?[0-9:]*[+-]?[0-9:]*")))
def test_any_text_has_a_moment_or_none(text: str) -> None:
    assert moment_of(text) is None or isinstance(moment_of(text), datetime)
