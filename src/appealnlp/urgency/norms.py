"""Deadlines with their source: one table, which a municipality overrides with its own.

The table is a CSV file with the columns of `COLUMNS`. Rows of ``kind`` ``norm`` quote an act; rows of ``kind``
``class`` are our own limits for a level of urgency and say so. Where sources disagree the stricter figure is in
``hours`` and the other one in ``note``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..result import Norm
from .scale import LEVELS

__all__ = ["COLUMNS", "Norms", "load_norms", "merge_norms"]

COLUMNS = (
    *("code", "kind", "level", "situation_ru", "hours", "title_ru", "act", "clause"),
    *("source", "verified", "checked", "topics", "note"),
)
"""Columns of the norms file; ``code``, ``kind``, ``level``, ``hours`` and ``title_ru`` are needed."""

_NEEDED = ("code", "kind", "level", "hours", "title_ru")
_KINDS = ("norm", "class")
_VERIFIED = ("yes", "second-hand")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, checked."""

    norm: Norm
    kind: str
    level: str
    topics: tuple[str, ...]


class Norms:
    """Norms by code, by topic, and the limits of the levels."""

    def __init__(self, rows: Mapping[str, _Row]) -> None:
        self._rows = dict(rows)
        self._by_topic = {
            topic: (row.level, row.norm) for row in self._rows.values() if row.kind == "norm" for topic in row.topics
        }
        self._limits = {row.level: row.norm for row in self._rows.values() if row.kind == "class"}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def get(self, code: str) -> Norm | None:
        """The norm with this code, ``None`` if the table has none."""
        row = self._rows.get(code)
        return None if row is None else row.norm

    def for_topic(self, topic: str) -> tuple[str, Norm] | None:
        """The norm that any message on this topic falls under, and the level from which on it applies."""
        return self._by_topic.get(topic)

    def limit(self, level: str) -> Norm | None:
        """Our own limit for a level, ``None`` where the level has none."""
        return self._limits.get(level)

    def codes(self) -> list[str]:
        """All codes, in the order of the table."""
        return list(self._rows)


def load_norms(path: str | Path, content: bytes | None = None) -> Norms:
    """Read a norms file.

    :param path: a UTF-8 CSV file with the columns of `COLUMNS`, separated by commas or semicolons.
    :param content: what stands in it, if that has been read already.
    :raises InputError: naming file, row and column, if the file cannot be read or a value is wrong.
    """
    return Norms(_read(Path(path), content))


def merge_norms(norms: Norms, path: str | Path) -> Norms:
    """A municipality's own file over the shipped table: rows with a known code replace it, other rows are added.

    :param norms: the shipped table.
    :param path: the file of the municipality, of the same form; it may hold a few rows only.
    :raises InputError: as `load_norms`.
    """
    own = _read(Path(path))
    kept = dict(norms._rows)
    for row in own.values():  # a topic or a level has one norm: that of the municipality
        for code, other in list(kept.items()):
            if row.kind == other.kind == "class" and row.level == other.level:
                del kept[code]
            elif set(row.topics) & set(other.topics):
                topics = tuple(topic for topic in other.topics if topic not in row.topics)
                kept[code] = _Row(other.norm, other.kind, other.level, topics)
    return Norms({**kept, **own})


def _read(path: Path, content: bytes | None = None) -> dict[str, _Row]:
    try:
        text = (path.read_bytes() if content is None else content).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"the norms file cannot be read ({error.strerror})", file=path) from error
    except UnicodeDecodeError as error:
        raise InputError("the norms file must be UTF-8", file=path) from error
    lines = text.splitlines(keepends=True)
    if not lines:
        raise InputError("the norms file is empty", file=path)
    reader = csv.reader(lines, delimiter=";" if lines[0].count(";") > lines[0].count(",") else ",")
    try:
        header, *records = list(reader)
    except csv.Error as error:
        raise InputError(f"not a CSV table ({error})", file=path, row=reader.line_num) from error
    header = [name.strip() for name in header]
    _check_header(header, path)
    return _rows(header, records, path)


def _check_header(header: list[str], path: Path) -> None:
    for name in _NEEDED:
        if name not in header:
            raise InputError(f"the column is missing; columns seen: {', '.join(header)}", file=path, row=1, column=name)
    for name in header:
        if name not in COLUMNS:
            raise InputError(f"unknown column; known: {', '.join(COLUMNS)}", file=path, row=1, column=name)
        if header.count(name) > 1:
            raise InputError("the column occurs twice", file=path, row=1, column=name)


def _rows(header: list[str], records: Iterable[list[str]], path: Path) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    topics: dict[str, str] = {}
    for number, record in enumerate(records, 2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            raise InputError(f"{len(record)} cells instead of {len(header)}", file=path, row=number)
        cells = {name: " ".join(cell.split()) for name, cell in zip(header, record, strict=True)}
        row = _row(cells, path, number)
        if row.norm.code in rows:
            raise InputError("the code occurs twice", file=path, row=number, column="code")
        for topic in row.topics:
            if topic in topics:
                raise InputError(
                    f"the topic already has the norm {topics[topic]}", file=path, row=number, column="topics"
                )
            topics[topic] = row.norm.code
        rows[row.norm.code] = row
    if not rows:
        raise InputError("the norms file has a header but no rows", file=path)
    return rows


def _row(cells: Mapping[str, str], path: Path, number: int) -> _Row:
    def wrong(column: str, what: str) -> InputError:
        return InputError(what, file=path, row=number, column=column)

    for column in ("code", "title_ru"):
        if not cells[column]:
            raise wrong(column, "the cell is empty")
    if cells["kind"] not in _KINDS:
        raise wrong("kind", f"must be one of {', '.join(_KINDS)}")
    if cells["level"] not in LEVELS:
        raise wrong("level", f"must be one of {', '.join(LEVELS)}")
    if cells.get("verified", "") not in ("", *_VERIFIED):
        raise wrong("verified", f"must be one of {', '.join(_VERIFIED)} or empty")
    if cells["kind"] == "class" and cells.get("topics"):
        raise wrong("topics", "a class limit belongs to no topic")
    hours = _hours(cells["hours"])
    if hours is not None and not 0 <= hours <= 10_000:
        raise wrong("hours", "must be a number of hours from 0 to 10000, or empty")
    norm = Norm(cells["code"], hours, cells["title_ru"], cells.get("verified") == "yes")
    return _Row(norm, cells["kind"], cells["level"], tuple(cells.get("topics", "").split()))


def _hours(cell: str) -> float | None:
    """The number in a cell, ``None`` for an empty one, -1 for anything else."""
    if not cell:
        return None
    try:
        hours = float(cell.replace(",", "."))
    except ValueError:
        return -1.0
    return hours if hours == hours else -1.0
