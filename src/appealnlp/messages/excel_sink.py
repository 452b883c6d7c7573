"""Excel out, written with XlsxWriter: a workbook that a clerk opens and reads at once."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .batch import AddedColumn, Batch, Layout
from .sink import Sink
from .values import Kind, as_text

__all__ = ["ExcelSink"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
MAX_SHEET_BYTES = 1_000_000_000  # half of what a plain zip archive holds; Excel is not sure to open zip64
_MAX_DIGITS = 10**15  # Excel keeps 15 digits; longer numbers are written as text, to the last digit
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a leap day that never was
_CREATED = datetime(2000, 1, 1)  # always the same, so that equal input gives equal files
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # no XML holds these

_SHEET = "Сообщения"
_LONG_SHEET = "Длинные тексты"
_LONG_COLUMNS = {"Лист": 14, "Строка": 9, "Столбец": 24, "Часть": 9, "Текст": 120}
_LONG_NOTE = " … [целиком на листе «Длинные тексты»]"

_WIDTHS: dict[Kind, int] = {"text": 28, "integer": 10, "number": 12, "boolean": 10, "date": 12, "datetime": 20}
_WRAPPED_WIDTHS = {"nlp_urgency_reason": 50}
_MESSAGE_WIDTH = 70
_MAX_HEADING = 30
_LINE = 15  # points
_MAX_LINES = 15  # of a row: a long message must not fill the screen
FITTED_ROWS = 50_000  # XlsxWriter keeps every height in memory; rows after these are left to the reader's program
_FILLED = 0.95  # share of a line that text fills when it breaks between words
_TINTED = frozenset({"nlp_urgency", "nlp_urgency_title"})
_TINTS = {
    "emergency": "#F4A6A0",
    "critical": "#F9CB9C",
    "urgent": "#FFF2B3",
    "routine": "#D9EAD3",
    "none": "#EDEDED",
}
_TOP: dict[str, object] = {"valign": "top"}
_MOMENT: dict[str, object] = {**_TOP, "align": "left"}
_HEADING: dict[str, object] = {**_TOP, "text_wrap": True, "bold": True, "bottom": 1}
_LOOKS: dict[str, dict[str, object]] = {
    "plain": _TOP,
    "wrapped": {**_TOP, "text_wrap": True},
    "heading": {**_HEADING, "bg_color": "#F2F2F2"},
    "added heading": {**_HEADING, "bg_color": "#DCE6F1"},
    "datetime": {**_MOMENT, "num_format": "dd.mm.yyyy hh:mm:ss"},
    "date": {**_MOMENT, "num_format": "dd.mm.yyyy"},
    "time": {**_MOMENT, "num_format": "hh:mm:ss"},
    "timedelta": {**_MOMENT, "num_format": "[h]:mm:ss"},
    **{level: {**_TOP, "bg_color": colour} for level, colour in _TINTS.items()},
}


class ExcelSink(Sink):
    """A workbook: frozen header, filters, widths, wrapped messages, urgency in colour; rows go straight to the disk.

    All text is written as text, never as a formula, link or number. A text over Excel's 32,767 characters is cut in
    its cell and stands whole, in pieces, on a sheet of its own. Rows over Excel's limit go on on the next sheet.
    """

    def __init__(self, target: Path, layout: Layout, added: Sequence[AddedColumn], *, max_rows: int = MAX_ROWS) -> None:
        if len(layout.columns) + len(added) > MAX_COLUMNS:
            raise OutputError(f"{target}: more than {MAX_COLUMNS:,} columns do not go into a sheet")
        super().__init__(target, layout, added)
        self._names = [*layout.columns, *(column.heading for column in self.added)]
        own, keys = len(layout.columns), [column.key for column in self.added]
        self._level = keys.index("nlp_urgency") if "nlp_urgency" in keys else None
        self._tinted = {own + at for at, key in enumerate(keys) if key in _TINTED}
        kinds = [*layout.kinds, *(column.kind for column in self.added)]
        self._widths = [_width(name, kind) for name, kind in zip(self._names, kinds, strict=True)]
        self._wrapped = {layout.text: _MESSAGE_WIDTH}
        self._wrapped.update({own + at: _WRAPPED_WIDTHS[key] for at, key in enumerate(keys) if key in _WRAPPED_WIDTHS})
        self._max_rows = max_rows
        self._row = self._sheets = self._full_bytes = 0
        self._long: list[tuple[str, int, str, str]] = []

    def _start(self) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise OutputError('writing Excel files needs: pip install "appealnlp[excel]"') from None
        self._folder = tempfile.TemporaryDirectory(prefix="appealnlp-")
        options = {
            "constant_memory": True,
            "tmpdir": self._folder.name,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(self._part), options)
        self._book.set_properties({"created": _CREATED})
        self._looks = {name: self._book.add_format(look) for name, look in _LOOKS.items()}
        self._next_sheet()

    def _next_sheet(self) -> None:
        if self._sheets:
            self._add_filter()
        self._sheets += 1
        self._full_bytes = self._bytes()
        widths = [self._wrapped.get(at, width) for at, width in enumerate(self._widths)]
        name = _SHEET if self._sheets == 1 else f"{_SHEET} {self._sheets}"
        self._add_sheet(name, self._names, widths, self._wrapped.keys())

    def _add_sheet(self, name: str, headings: Sequence[str], widths: Sequence[int], wrapped: Any) -> None:
        """A sheet whose first row stays in view."""
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        for at, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            self._sheet.set_column(at, at, width, self._looks["wrapped" if at in wrapped else "plain"])
            added = name != _LONG_SHEET and at >= len(self.layout.columns)
            self._put_text(at, heading, self._looks["added heading" if added else "heading"])
        self._set_height(max(map(_lines, headings, widths)))
        self._row = 1

    def _set_height(self, lines: int) -> None:
        """Height of the row, by an estimate: only Excel itself fits rows to wrapped text on opening."""
        if lines > 1 and self._row < FITTED_ROWS:
            self._sheet.set_row(self._row, _LINE * min(lines, _MAX_LINES))

    def _add_filter(self) -> None:
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), len(self._names) - 1)

    def _bytes(self) -> int:
        """Size of the rows on the disk, of all sheets."""
        return sum(file.stat().st_size for file in Path(self._folder.name).iterdir())

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        if self._bytes() - self._full_bytes > MAX_SHEET_BYTES:
            self._next_sheet()
        levels = [None] * len(batch) if self._level is None else columns[self._level]
        extras = zip(*columns, strict=True) if columns else [()] * len(batch)
        for row, extra, level in zip(batch.rows, extras, levels, strict=True):
            if self._row >= self._max_rows:
                self._next_sheet()
            tint = self._looks[level] if level in _TINTS else None
            values = (*row, *extra)
            for at, value in enumerate(values):
                look = tint if at in self._tinted else None  # without a look a cell has the one of its column
                if type(value) is str:
                    if value:
                        self._put_text(at, value, look)
                elif value is not None:
                    self._put(at, value, look)
            self._set_height(max(_lines(as_text(values[at]), width) for at, width in self._wrapped.items()))
            self._row += 1

    def _put(self, at: int, value: object, look: Any) -> None:
        """A number, a truth value, a moment, or text where Excel has no such value."""
        number = float(value) if isinstance(value, Decimal) and not value.is_snan() else value
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, at, value, look)
        elif isinstance(number, (int, float)) and abs(number) < _MAX_DIGITS:  # not so NaN
            self._sheet.write_number(self._row, at, number, look)
        elif isinstance(value, (date, time, timedelta)) and _in_calendar(value):
            kind = next(kind for kind in (datetime, date, time, timedelta) if isinstance(value, kind))
            self._sheet.write_datetime(self._row, at, value, self._looks[kind.__name__])
        else:
            self._put_text(at, as_text(value), look)

    def _put_text(self, at: int, text: str, look: Any) -> None:
        if "\r" in text:  # Excel's own line break is LF; a CR would show as _x000D_ in many programs
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _UNWRITABLE.sub("\ufffd", text)
        if _is_long(text):
            self._long.append((self._sheet.get_name(), self._row + 1, self._names[at], text))
            text = _cut(text, MAX_TEXT - len(_LONG_NOTE)) + _LONG_NOTE
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take this text for XML of its own and break the sheet; in two pieces it stays text.
            pieces = [text[:1], self._looks["plain"], text[1:]]
            self._sheet.write_rich_string(self._row, at, *pieces, *([look] if look else []))
        else:
            self._sheet.write_string(self._row, at, text, look)

    def _add_long_texts(self) -> None:
        self._add_sheet(_LONG_SHEET, list(_LONG_COLUMNS), list(_LONG_COLUMNS.values()), {len(_LONG_COLUMNS) - 1})
        for sheet, row, column, text in self._long:
            part = 0
            while text:
                piece, part = _cut(text, MAX_TEXT), part + 1
                for at, value in ((0, sheet), (2, _cut(column, MAX_TEXT)), (4, piece)):
                    self._put_text(at, value, None)
                for at, number in ((1, row), (3, part)):
                    self._sheet.write_number(self._row, at, number)
                self._set_height(_lines(piece, _LONG_COLUMNS["Текст"]))
                self._row += 1
                text = text[len(piece) :]

    def _finish(self) -> None:
        from xlsxwriter.exceptions import FileCreateError, FileSizeError

        self._add_filter()
        if self._long:
            self._add_long_texts()
        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the error of the disk
        except FileSizeError:
            raise OutputError(f"{self._target}: too large for one workbook; write .csv or .parquet") from None
        self._folder.cleanup()

    def _abandon(self) -> None:
        with self._folder:
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()


def _width(heading: str, kind: Kind) -> int:
    """Width of a column, in characters: what its values need, and the longest word of the heading."""
    word = max(map(len, heading.split()), default=0) + 4  # room for the filter's arrow
    return max(_WIDTHS[kind], min(word, _MAX_HEADING))


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of this width, about."""
    return 1 + text.count("\n") + int(len(text) / (_FILLED * width))


def _in_calendar(value: date | time | timedelta) -> bool:
    """Whether Excel's calendar, which has no time zones, has such a moment."""
    if isinstance(value, timedelta):
        return value >= timedelta(0)
    if isinstance(value, time):
        return value.tzinfo is None
    if isinstance(value, datetime):
        return value.tzinfo is None and value.date() >= _FIRST_DAY
    return value >= _FIRST_DAY


def _is_long(text: str) -> bool:
    return len(text) > MAX_TEXT // 2 and _excel_length(text) > MAX_TEXT


def _excel_length(text: str) -> int:
    """Length as Excel counts it: characters beyond the basic plane, such as emoji, count twice."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, length: int) -> str:
    """The beginning of a text, no longer than ``length`` as Excel counts it."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")
