"""What every reader hands on: the columns of a source and its rows, some thousands at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar, cast

from .values import Kind, as_text

__all__ = [
    "BATCH_ROWS",
    "KEPT_BYTES",
    "MAX_CELL",
    "AddedColumn",
    "Batch",
    "Layout",
    "MemorySource",
    "Source",
    "drained",
]

_Row = TypeVar("_Row")
BATCH_ROWS = 4096
KEPT_BYTES = 70_000_000
"""Rows of a text file up to this size are kept when it is gone through first; a larger one is read again in batches."""
MAX_CELL = 10_000_000  # characters; a message is never longer, a damaged file easily is


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column that the run adds: its stable ``key``, the ``heading`` in the output and the kind of its values."""

    key: str
    heading: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a source, as they are in the file.

    :param columns: headings as written; they may be empty and may repeat.
    :param kinds: kind of the values of each column.
    :param text: position of the column with the message.
    :param date: position of the column with its date, if one was recognised.
    :param arrow_schema: the schema of a parquet file, so that its types survive.
    """

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    text: int
    date: int | None = None
    arrow_schema: Any = None


@dataclass(slots=True)
class Batch:
    """Some rows in file order.

    :param rows: the values, in the order of the source's columns.
    :param texts: the messages as they go to the classifier.
    :param dates: the date of each message as text, where there is one.
    :param errors: in Russian, why a row could not be read; empty for good rows.
    :param first_row: number of the first row as a spreadsheet counts (the header of a table is row 1).
    :param objects: the same rows as they stood in a JSON file.
    :param arrow: the same rows as a ``pyarrow.RecordBatch``.
    :param context: heading -> values of columns that the model looks at beside the message; the run fills them in.
    """

    rows: list[list[object]]
    texts: list[str]
    dates: list[str | None]
    errors: list[str]
    first_row: int
    objects: list[Mapping[str, object]] | None = None
    arrow: Any = None
    context: Mapping[str, Sequence[object]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, positions: Sequence[int | None], dropped: frozenset[str] = frozenset()) -> Batch:
        """The same rows with the columns at ``positions``; ``None`` gives an empty column.

        :param positions: for every wanted column, where it is in this batch.
        :param dropped: names that must not come through in ``objects`` either.
        :return: a new batch; texts, dates and errors stay.
        """
        rows = [[None if at is None else row[at] for at in positions] for row in self.rows]
        objects = self.objects
        if objects is not None and dropped:
            objects = [{key: value for key, value in record.items() if key not in dropped} for record in objects]
        whole = self.arrow is not None and None not in positions
        arrow = self.arrow.select(list(positions)) if whole else None
        return Batch(rows, self.texts, self.dates, self.errors, self.first_row, objects, arrow)


class Source(ABC):
    """A file of messages, opened: its columns are known, its rows come in batches.

    :param name: what errors and notices call the file.
    :param layout: its columns.
    :param row_count: how many rows the batches will bring.
    :param notices: what a person should know about how the file was read; never a message's text.
    """

    def __init__(self, name: str, layout: Layout, row_count: int, notices: Sequence[str] = ()) -> None:
        self.name = name
        self.layout = layout
        self.row_count = row_count
        self.notices = tuple(notices)

    @property
    def columns(self) -> list[str]:
        """Headings, as written in the file."""
        return list(self.layout.columns)

    @property
    def text_column(self) -> str:
        """Heading of the column with the message."""
        return self.layout.columns[self.layout.text]

    @property
    def date_column(self) -> str | None:
        """Heading of the column with the date, if one was recognised."""
        return None if self.layout.date is None else self.layout.columns[self.layout.date]

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call.

        :raises InputError: if the file turns out to be damaged further down.
        """

    def close(self) -> None:  # noqa: B027 - most sources hold nothing open between batches
        """Let go of what the source holds."""

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class MemorySource(Source):
    """A source whose rows are in memory: workbooks and JSON documents.

    :param rows: the values, in column order.
    :param errors: position of a row -> why it could not be read.
    :param first_row: number of the first row as a spreadsheet counts.
    :param objects: the rows as they stood in JSON.
    """

    def __init__(
        self,
        name: str,
        layout: Layout,
        rows: Sequence[list[object]],
        *,
        errors: Mapping[int, str] | None = None,
        first_row: int = 1,
        objects: Sequence[Mapping[str, object]] | None = None,
        notices: Sequence[str] = (),
    ) -> None:
        super().__init__(name, layout, len(rows), notices)
        self._rows, self._errors, self._first_row, self._objects = rows, errors or {}, first_row, objects

    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call."""
        for start in range(0, len(self._rows), BATCH_ROWS):
            rows = list(self._rows[start : start + BATCH_ROWS])
            yield Batch(
                rows,
                message_texts(rows, self.layout.text),
                message_dates(rows, self.layout.date),
                [self._errors.get(start + offset, "") for offset in range(len(rows))],
                self._first_row + start,
                None if self._objects is None else list(self._objects[start : start + BATCH_ROWS]),
            )


def drained(rows: list[_Row], size: int) -> Iterator[list[_Row]]:
    """Rows that were kept, some at a time; the list lets go of them as they are given."""
    rows.reverse()
    while rows:
        some = rows[-size:]
        del rows[-size:]
        yield some[::-1]


def message_texts(rows: Sequence[Sequence[object]], position: int) -> list[str]:
    """The messages of ``rows``; the apostrophe that spreadsheets put before a leading ``=`` or ``-`` is taken off."""
    values = [row[position] for row in rows]
    texts = cast(list[str], values) if set(map(type, values)) == {str} else [as_text(value) for value in values]
    return [text[1:] if text[:1] == "'" else text for text in texts]


def message_dates(rows: Sequence[Sequence[object]], position: int | None) -> list[str | None]:
    """The dates of ``rows`` as text, ``None`` where there is none."""
    if position is None:
        return [None] * len(rows)
    return [as_text(row[position]) or None for row in rows]
