"""Cell values: their kinds, and how each one looks as text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal

__all__ = ["Kind", "as_text", "kind_of_types", "mend_surrogates", "merge_kinds"]

Kind = Literal["text", "integer", "number", "boolean", "date", "datetime"]

_KINDS: dict[type, Kind] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    date: "date",
    datetime: "datetime",
}
_WIDER: dict[frozenset[Kind], Kind] = {
    frozenset(("integer", "number")): "number",
    frozenset(("date", "datetime")): "datetime",
}
_EXACT_INTEGER = 1e15  # above it a float no longer shows every unit


def kind_of_types(types: Iterable[type]) -> Kind:
    """The kind that holds values of all these types; ``text`` when they do not go together.

    :param types: types of the values of one column; ``NoneType`` is ignored.
    :return: the kind.
    """
    return merge_kinds({_KINDS.get(kind, "text") for kind in types if kind is not type(None)})


def merge_kinds(kinds: Iterable[Kind]) -> Kind:
    """The kind that holds values of all these kinds."""
    distinct = frozenset(kinds)
    if len(distinct) == 1:
        return next(iter(distinct))
    return _WIDER.get(distinct, "text")


def as_text(value: object) -> str:
    """A cell value as it is written to a text file: ISO dates, whole numbers without ``.0``, nested values as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer() and abs(value) < _EXACT_INTEGER
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def mend_surrogates(text: str) -> str:
    """Halves of characters, which JSON escapes may bring, cannot be written: join pairs, replace the others."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
