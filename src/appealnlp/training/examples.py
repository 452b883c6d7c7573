"""Labelled rows of exports: text, topic, group and urgency, from any file that `appealnlp.messages` reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..export_context import cell_text
from ..messages import Source, open_source
from ..messages.columns import check_one, describe, find_named
from ..messages.values import as_text
from .split import duplicate_key

__all__ = ["Examples", "LabelColumns", "check_label", "clean_label", "read_examples"]

MOST_CHARACTERS = 500_000_000
"""Messages of more characters together are not held in memory: they take two bytes each."""
LONGEST_LABEL = 200
"""A longer label is a message or a comment in the wrong column."""


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """Headings of the columns to read; without ``text`` the usual names are tried.

    ``context``: further columns that say something of the topic; a file may lack them.
    """

    topic: str | None = None
    text: str | None = None
    group: str | None = None
    urgency: str | None = None
    context: tuple[str, ...] = ()


@dataclass
class Examples:
    """Rows that have a text and a topic (or, without one, a group): equal-long columns, "" where a label is missing.

    ``files`` and ``rows``: where each comes from, the row as a spreadsheet counts; ``keys``: see `split.duplicate_key`;
    ``weights``: how much each counts. ``read``, ``without_text``, ``without_label``, ``unreadable``: how many rows there
    were, and how many of them are not here and why; ``empty``: file, row and topic of those without text.
    ``context``: the values of ``context_columns`` in each row, "" where there is none; ``lacking``: which of these columns
    is not in which file, and what columns are seen there.
    """

    texts: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    context: list[tuple[str, ...]] = field(default_factory=list)
    context_columns: tuple[str, ...] = ()
    lacking: list[tuple[str, str, str]] = field(default_factory=list)
    empty: list[tuple[str, int, str]] = field(default_factory=list)
    read: int = 0
    without_text: int = 0
    without_label: int = 0
    unreadable: int = 0

    def __len__(self) -> int:
        return len(self.texts)

    def add(
        self,
        text: str,
        topic: str,
        group: str = "",
        level: str = "",
        file: str = "",
        row: int = 0,
        context: tuple[str, ...] = (),
    ) -> None:
        """Count a row, and keep it if it has what it needs."""
        self.read += 1
        key = duplicate_key(text)
        if not text.strip():
            self.without_text += 1
            self.empty.append((file, row, topic))
        elif not topic and not group:
            self.without_label += 1
        else:
            columns = (self.texts, self.topics, self.groups, self.levels, self.files, self.keys)
            for column, value in zip(columns, (text, topic, group, level, file, key), strict=True):
                column.append(value)
            self.rows.append(row)
            self.weights.append(1.0)
            self.context.append(context)

    def context_of(self, positions: Sequence[int] | None = None) -> dict[str, list[str]]:
        """The further columns of some rows, of all if not given, by heading: as `Classifier.decide` takes them."""
        rows = self.context if positions is None else [self.context[at] for at in positions]
        return {
            name: [row[place] if row else "" for row in rows]  # a row of another sheet has no such columns
            for place, name in enumerate(self.context_columns)
        }

    def select(self, positions: Sequence[int]) -> Examples:
        """Some of the rows; what was counted stays."""
        some = replace(self)
        for name in _COLUMNS:
            column: list[Any] = getattr(self, name)
            setattr(some, name, [column[at] for at in positions])
        return some

    def joined(self, other: Examples) -> Examples:
        """These rows and then the other ones; what was counted stays."""
        some = replace(self)
        for name in _COLUMNS:
            setattr(some, name, [*getattr(self, name), *getattr(other, name)])
        return some


_COLUMNS = ("texts", "topics", "groups", "levels", "files", "rows", "keys", "weights", "context")


def read_examples(files: Sequence[str | Path], columns: LabelColumns) -> Examples:
    """Read some files, one after the other, as a stream.

    :raises InputError: a file cannot be read, has no such column or two of that name; a label is no label; or there is
        more text than can be held.
    """
    found = Examples(context_columns=columns.context)
    characters = 0
    for file in files:
        with open_source(file, text_column=columns.text) as source:
            places = [_place(source, name) for name in (columns.topic, columns.group, columns.urgency)]
            beside = _context_places(source, columns.context, places)
            found.lacking += [
                (name, source.name, describe(source.columns))
                for name, place in zip(columns.context, beside, strict=True)
                if place is None
            ]
            for batch in source.batches():
                labels = [_labels(batch.rows, place) for place in places]
                for at, (text, error) in enumerate(zip(batch.texts, batch.errors, strict=True)):
                    row = batch.first_row + at
                    if error:
                        found.read += 1
                        found.unreadable += 1
                        continue
                    topic, group, level = (column[at] for column in labels)
                    for label, name in ((topic, columns.topic), (group, columns.group)):
                        check_label(label, source.name, row, name)
                    values = batch.rows[at]
                    context = tuple("" if place is None else cell_text(values[place]) for place in beside)
                    found.add(text, topic, group, level, source.name, row, context)
                    characters += len(text) + sum(map(len, context))
                if characters > MOST_CHARACTERS:
                    what = f"more than {MOST_CHARACTERS:,} characters of messages"
                    raise InputError(
                        f"{what}; use a part of the rows, for example the last two years", file=source.name
                    )
    return found


def _context_places(source: Source, names: Sequence[str], labels: Sequence[int | None]) -> list[int | None]:
    """Positions of further columns, ``None`` for one that the file lacks.

    :param labels: positions of the columns with labels.
    """
    cannot = "the model cannot look at it beside the message"
    taken = {source.layout.text: f"this is the column with the message; {cannot}"}
    taken.update({place: f"this is a column with labels; {cannot}" for place in labels if place is not None})
    found = []
    for name in names:
        place = _found(source, name)
        if place in taken:
            raise InputError(taken[place], file=source.name, column=name)
        if place is not None:
            taken[place] = "this column is named twice"
        found.append(place)
    return found


def _found(source: Source, name: str) -> int | None:
    """Position of a column, ``None`` if the file lacks it; two of its heading are refused."""
    place = find_named(source.columns, name)
    if place is not None:
        check_one(source.columns, source.columns[place], source.name)
    return place


def _place(source: Source, name: str | None) -> int | None:
    """Position of the column with this heading."""
    if name is None:
        return None
    place = _found(source, name)
    if place is None:
        what = f"there is no such column. Columns seen: {describe(source.columns)}"
        raise InputError(what, file=source.name, column=name)
    if place == source.layout.text:
        raise InputError("this is the column with the message, not with its label", file=source.name, column=name)
    return place


def _labels(rows: Sequence[Sequence[object]], place: int | None) -> list[str]:
    """The labels of some rows, cleaned."""
    if place is None:
        return [""] * len(rows)
    return [clean_label(row[place]) for row in rows]


def clean_label(value: object) -> str:
    """A label as text, without the spaces and the apostrophe that spreadsheets bring."""
    return " ".join(as_text(value).removeprefix("'").split())


def check_label(label: str, file: str, row: int, column: str | None) -> None:
    """Refuse what is no label.

    :raises InputError: it is too long.
    """
    if len(label) > LONGEST_LABEL:
        what = f"a label of {len(label)} characters; is this the column with the topics?"
        raise InputError(what, file=file, row=row, column=column)
