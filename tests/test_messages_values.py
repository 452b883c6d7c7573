from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.messages.values import as_text, kind_of_types, mend_surrogates


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("текст", "текст"),
        (None, ""),
        (5, "5"),
        (5.0, "5"),
        (-0.5, "-0.5"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (True, "TRUE"),
        (datetime(2024, 2, 1, 10, 5), "2024-02-01 10:05:00"),
        (date(2024, 2, 1), "2024-02-01"),
        (time(10, 5), "10:05:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
        ({"а": [1, None, date(2024, 2, 1)]}, '{"а": [1, null, "2024-02-01"]}'),
        (b"\x01\xff", "01ff"),
    ],
)
def test_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        ([], "text"),
        ([type(None)], "text"),
        ([int, type(None)], "integer"),
        ([int, float], "number"),
        ([date, datetime], "datetime"),
        ([bool, int], "text"),
        ([int, str], "text"),
        ([dict], "text"),
    ],
)
def test_kind_of_types(types: list[type], kind: str) -> None:
    assert kind_of_types(types) == kind


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_mended_text_can_be_written(text: str) -> None:
    mended = mend_surrogates(text)
    mended.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert mended == text
