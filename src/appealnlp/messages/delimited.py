"""Tables as text: csv, tsv and their relatives, read as a stream."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from ..errors import InputError
from .batch import BATCH_ROWS, MAX_CELL, Batch, Layout, Source, message_dates, message_texts
from .columns import find_date, find_named, find_text
from .encoding import TextEncoding, detect_encoding
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
    header: list[str]
    header_row: int
    width: int
    rows: int


class DelimitedSource(Source):
    """A delimited table; made by :func:`open_delimited`."""

    def __init__(self, path: Path, name: str, layout: Layout, dialect: _Dialect, extent: _Extent) -> None:
        shown = {"\t": "tab", _ONE_COLUMN: "none"}.get(dialect.delimiter, repr(dialect.delimiter))
        notices = [f"encoding {dialect.encoding.name.removesuffix('-sig')}, delimiter {shown}"]
        if dialect.encoding.damaged:
            notices.append("some bytes are not valid utf-8; the rows with them are marked in nlp_error")
        super().__init__(name, layout, extent.rows, notices)
        self._path, self._dialect, self._extent = path, dialect, extent

    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call."""
        layout, width, left = self.layout, self._extent.width, self._extent.rows
        row = self._extent.header_row + 1
        with self._dialect.lines(self._path) as stream:
            reader = csv.reader(stream, delimiter=self._dialect.delimiter)
            next(islice(reader, self._extent.header_row - 1, None))
            while left:
                raw = list(islice(reader, min(BATCH_ROWS, left)))
                if not raw:
                    raise InputError("the file changed while it was read", file=self.name, row=row)
                left -= len(raw)
                errors = [""] * len(raw)
                if self._dialect.encoding.damaged:
                    for at, cells in enumerate(raw):
                        errors[at] = _mend(cells)
                rows: list[list[object]] = [[*cells[:width], *[""] * (width - len(cells))] for cells in raw]
                yield Batch(rows, message_texts(rows, layout.text), message_dates(rows, layout.date), errors, row)
                row += len(raw)


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
    encoding = detect_encoding(path, file=name)
    dialect = _dialect(path, encoding, text_column)
    extent = _measure(path, dialect, name)
    columns = [*extent.header, *(f"extra_{n}" for n in range(1, extent.width - len(extent.header) + 1))]
    text = find_text(extent.header, text_column, file=name, row=extent.header_row)
    kinds: list[Kind] = ["text"] * len(columns)
    layout = Layout(tuple(columns), tuple(kinds), text, find_date(extent.header))
    return DelimitedSource(path, name, layout, dialect, extent)


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


def _measure(path: Path, dialect: _Dialect, name: str) -> _Extent:
    """Go through the whole table: where the header is, how many rows follow, how wide the widest is."""
    header: list[str] = []
    number = header_row = last = width = end = 0
    try:
        for number, line, cells in _numbered(path, dialect, name):
            end = line
            if not cells:
                continue
            last = number
            if header_row:
                width = max(width, len(cells) if len(cells) <= width else _filled(cells))
            elif any(cell.strip() for cell in cells):
                header, header_row, width = cells, number, len(cells)
    except csv.Error as error:
        raise _refused(error, path, dialect, name, number + 1, end, header) from None
    if not header_row:
        raise InputError("the table is empty", file=name)
    if dialect.encoding.damaged:
        _mend(header)
    return _Extent(header, header_row, width, last - header_row)


def _numbered(path: Path, dialect: _Dialect, name: str) -> Iterator[tuple[int, int, list[str]]]:
    """Number, last line and cells of every record."""
    number = 0
    with dialect.lines(path) as stream:
        reader = csv.reader(chain(stream, [_END]), delimiter=dialect.delimiter)
        for number, cells in enumerate(reader, 1):
            if cells == [_END]:
                return
            yield number, reader.line_num, cells
    raise InputError("a quotation mark opens in this row and never closes", file=name, row=number)


def _refused(
    error: csv.Error, path: Path, dialect: _Dialect, name: str, row: int, line: int, header: list[str]
) -> InputError:
    """The error for a record, after ``line``, that the csv module does not read."""
    if "limit" not in str(error):
        return InputError(f"the row is not readable: {error}", file=name, row=row)
    position = _long_column(path, dialect, line)
    column = header[position] if position < len(header) else str(position + 1)
    what = f"a cell of more than {MAX_CELL:,} characters, or a quotation mark that never closes"
    return InputError(what, file=name, row=row, column=column)


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
