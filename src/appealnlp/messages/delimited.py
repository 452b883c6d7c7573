"""Tables as text: csv, tsv and their relatives, read as a stream."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from itertools import chain, compress, count, islice, takewhile
from pathlib import Path
from typing import TextIO, cast

from ..errors import InputError
from .batch import BATCH_ROWS, KEPT_BYTES, MAX_CELL, Batch, Layout, Source, drained, message_dates, message_texts
from .columns import find_date, find_named, find_text
from .encoding import TextEncoding, read_decoded
from .values import Kind

__all__ = ["DelimitedSource", "open_delimited", "sniff_delimiter"]

csv.field_size_limit(MAX_CELL)  # the module's own limit, 131,072, is shorter than some messages

_DELIMITERS = (";", "\t", ",", "|")
_ONE_COLUMN = "\x1f"  # a table of one column is read with a delimiter that no text contains
_SAMPLE = 1 << 18
_SAMPLE_RECORDS = 200
_END = "\x1e end of table \x1e"  # a last line of our own: if it is not read alone, a quotation mark is still open
_MARK = "sep="  # Excel's own first line that names the delimiter
_BROKEN = "повреждена кодировка строки"


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: TextEncoding
    delimiter: str
    marked: bool

    @contextmanager
    def lines(self, path: Path) -> Iterator[TextIO]:
        """The open file, behind Excel's line with the delimiter if it has one."""
        with path.open(encoding=self.encoding.name, errors=self.encoding.errors, newline="") as stream:
            if self.marked:
                stream.readline()
            yield stream


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where the rows of a table are: ``rows`` of them after ``header_row``."""

    header: list[str]
    header_row: int
    width: int
    rows: int


class DelimitedSource(Source):
    """A delimited table; made by :func:`open_delimited`."""

    def __init__(
        self,
        path: Path,
        name: str,
        layout: Layout,
        dialect: _Dialect,
        extent: _Extent,
        kept: list[list[str]] | None,
    ) -> None:
        shown = {"\t": "tab", _ONE_COLUMN: "none"}.get(dialect.delimiter, repr(dialect.delimiter))
        notices = [f"encoding {dialect.encoding.name.removesuffix('-sig')}, delimiter {shown}"]
        if dialect.encoding.damaged:
            notices.append("some bytes are not valid utf-8; the rows with them are marked in nlp_error")
        super().__init__(name, layout, extent.rows, notices)
        self._path, self._dialect, self._extent, self._kept = path, dialect, extent, kept

    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call."""
        width, row = self._extent.width, self._extent.header_row + 1
        for records in self._records():
            errors = [""] * len(records)
            if self._dialect.encoding.damaged:
                errors = [_mend(cells) for cells in records]
            if set(map(len, records)) != {width}:
                records = [[*cells[:width], *[""] * (width - len(cells))] for cells in records]
            rows = cast(list[list[object]], records)
            texts, dates = message_texts(rows, self.layout.text), message_dates(rows, self.layout.date)
            yield Batch(rows, texts, dates, errors, row)
            row += len(rows)

    def _records(self) -> Iterator[list[list[str]]]:
        """The records after the header, some thousands at a time."""
        kept, self._kept = self._kept, None
        if kept is not None:
            yield from drained(kept, BATCH_ROWS)
            return
        rows = self._extent.rows
        with self._dialect.lines(self._path) as stream:
            reader = csv.reader(stream, delimiter=self._dialect.delimiter)
            next(islice(reader, self._extent.header_row - 1, None))
            for start in range(0, rows, BATCH_ROWS):
                records = list(islice(reader, min(BATCH_ROWS, rows - start)))
                if len(records) < min(BATCH_ROWS, rows - start):
                    row = self._extent.header_row + 1 + start + len(records)
                    raise InputError("the file changed while it was read", file=self.name, row=row)
                yield records

    def close(self) -> None:
        """Let go of the kept records; they can be read again."""
        self._kept = None


def open_delimited(path: Path, *, text_column: str | None = None, name: str | None = None) -> DelimitedSource:
    """Open a table: find encoding and delimiter, and go once through the whole file for its extent.

    Rows longer than the header get further columns (``extra_1`` ...), so that nothing is lost; shorter rows are filled
    up; blank rows between others stay, blank lines at the end do not.

    :param path: the file.
    :param text_column: heading of the message column, if the usual names do not do.
    :param name: what errors call the file.
    :return: the source.
    :raises InputError: if the file is no text, has no such column, an endless quotation or a cell over 10 MB.
    """
    name = str(path) if name is None else name
    return read_decoded(path, lambda encoding: _open(path, encoding, text_column, name), file=name)


def _open(path: Path, encoding: TextEncoding, text_column: str | None, name: str) -> DelimitedSource:
    dialect = _dialect(path, encoding, text_column)
    extent, kept = _measure(path, dialect, name)
    columns = [*extent.header, *(f"extra_{n}" for n in range(1, extent.width - len(extent.header) + 1))]
    text = find_text(extent.header, text_column, file=name, row=extent.header_row)
    kinds: list[Kind] = ["text"] * len(columns)
    layout = Layout(tuple(columns), tuple(kinds), text, find_date(extent.header))
    return DelimitedSource(path, name, layout, dialect, extent, kept)


def _dialect(path: Path, encoding: TextEncoding, text_column: str | None) -> _Dialect:
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as stream:
        sample = stream.read(_SAMPLE)
        whole = not stream.read(1)
    first = sample.split("\n", 1)[0].rstrip("\r").strip('"')
    if first.lower().startswith(_MARK) and len(first) == len(_MARK) + 1:
        return _Dialect(encoding, first[-1], marked=True)
    return _Dialect(encoding, sniff_delimiter(sample, whole=whole, text_column=text_column), marked=False)


def sniff_delimiter(sample: str, *, whole: bool = True, text_column: str | None = None) -> str:
    """The delimiter of a table.

    Each candidate reads the sample as a table, quotes and all. The best makes a message column known by name, then
    rows as wide as the header, then the most columns.

    :param sample: the beginning of the table.
    :param whole: whether the sample is all of it; otherwise its last record is cut and does not count.
    :param text_column: heading of the message column, if known.
    :return: one of ``; , | tab``, or the unit separator for a table of one column.
    """
    best, best_score = _ONE_COLUMN, (False, 0.0, 1)
    for delimiter in _DELIMITERS:
        records = _records(sample, delimiter, whole)
        if not records or len(records[0]) < 2:
            continue
        header, body = records[0], records[1:]
        fitting = sum(len(record) == len(header) for record in body) / len(body) if body else 1.0
        score = (_has_text(header, text_column), fitting, len(header))
        if score > best_score:
            best, best_score = delimiter, score
    if best != _ONE_COLUMN and not best_score[0]:
        # Commas within the messages of a table of one column look like columns.
        alone = _records(sample, _ONE_COLUMN, whole)
        if alone and _has_text(alone[0], text_column):
            return _ONE_COLUMN
    return best


def _records(sample: str, delimiter: str, whole: bool) -> list[list[str]]:
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
    try:
        records = list(islice((record for record in reader if record), _SAMPLE_RECORDS + 1))
    except csv.Error:
        return []
    cut = not whole and len(records) <= _SAMPLE_RECORDS
    return records[:-1] if cut and len(records) > 1 else records[:_SAMPLE_RECORDS]


def _has_text(header: list[str], wanted: str | None) -> bool:
    if wanted is not None:
        return find_named(header, wanted) is not None
    try:
        find_text(header)
    except InputError:
        return False
    return True


def _measure(path: Path, dialect: _Dialect, name: str) -> tuple[_Extent, list[list[str]] | None]:
    """Go through the whole table: where the header is, how many rows follow, how wide the widest is.

    :return: the extent; the rows themselves, unless the table is large.
    """
    header: list[str] = []
    header_row = last = width = number = 0
    keep = path.stat().st_size <= KEPT_BYTES and not dialect.encoding.damaged
    kept: list[list[str]] = []
    for records in _all_records(path, dialect, name):
        if not header_row:
            blank = sum(1 for _ in takewhile(_is_blank, records))
            number += blank
            if blank == len(records):
                continue
            header, records = records[blank], records[blank + 1 :]
            last = header_row = number = number + 1
            width = len(header)
        widths = list(map(len, records))
        if max(widths, default=0) > width:
            width = max(width, *map(_filled, records))
        if any(widths):
            last = number + max(compress(count(1), widths))
        number += len(records)
        if keep:
            kept += records
    if not header_row:
        raise InputError("the table is empty", file=name)
    if dialect.encoding.damaged:
        _mend(header)
    del kept[last - header_row :]
    return _Extent(header, header_row, width, last - header_row), kept if keep else None


def _all_records(path: Path, dialect: _Dialect, name: str) -> Iterator[list[list[str]]]:
    """All records from the first, some thousands at a time."""
    number = 0
    with dialect.lines(path) as stream:
        reader = csv.reader(chain(stream, [_END]), delimiter=dialect.delimiter)
        while True:
            try:
                records = list(islice(reader, BATCH_ROWS))
            except csv.Error:
                raise _refused(path, dialect, name) from None
            number += len(records)
            if records[-1:] == [[_END]]:
                yield records[:-1]
                return
            if not records:
                raise InputError("a quotation mark opens in this row and never closes", file=name, row=number)
            yield records


def _refused(path: Path, dialect: _Dialect, name: str) -> InputError:
    """The error for the first record that the csv module does not read, found by going there once more."""
    header: list[str] = []
    row, line = 1, 0
    with dialect.lines(path) as stream:
        reader = csv.reader(chain(stream, [_END]), delimiter=dialect.delimiter)
        try:
            for cells in reader:
                row, line = row + 1, reader.line_num
                header = header or ([] if _is_blank(cells) else cells)
        except csv.Error as error:
            if "limit" not in str(error):
                return InputError(f"the row is not readable: {error}", file=name, row=row)
    position = _long_column(path, dialect, line)
    column = header[position] if position < len(header) else str(position + 1)
    what = f"a cell of more than {MAX_CELL:,} characters, or a quotation mark that never closes"
    return InputError(what, file=name, row=row, column=column)


def _is_blank(cells: list[str]) -> bool:
    return not any(map(str.strip, cells))


def _filled(cells: list[str]) -> int:
    return max((at for at, cell in enumerate(cells, 1) if cell), default=0)


def _long_column(path: Path, dialect: _Dialect, line: int) -> int:
    """Which column of the record at ``line`` is over the limit: delimiters outside quotes end a column."""
    column, quoted, length = 0, False, 0
    with dialect.lines(path) as stream:
        for text in islice(stream, line, None):
            for number, piece in enumerate(text.split('"')):
                quoted ^= number > 0
                for part_number, part in enumerate([piece] if quoted else piece.split(dialect.delimiter)):
                    if part_number:
                        column, length = column + 1, 0
                    length += len(part)
                    if length > MAX_CELL:
                        return column
            if not quoted:
                break
    return column


def _mend(cells: list[str]) -> str:
    """Replace broken bytes by U+FFFD, in place; say so if there were any."""
    mended = [cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for cell in cells]
    broken = mended != cells
    cells[:] = mended
    return _BROKEN if broken else ""
