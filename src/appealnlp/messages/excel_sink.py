"""Excel out: a workbook that a clerk opens and reads at once."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .batch import AddedColumn, Batch, Layout
from .sink import Sink
from .values import as_text

__all__ = ["ExcelSink"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
_MAX_DIGITS = 10**15  # Excel keeps 15 digits; longer numbers are written as text, to the last digit
_SHEET = "Сообщения"
_LONG_SHEET = "Длинные тексты"
_LONG_HEADINGS = ("Лист", "Строка", "Столбец", "Часть", "Текст")
_LONG_NOTE = " … [целиком на листе «Длинные тексты»]"
_URGENCY_KEYS = frozenset({"nlp_urgency", "nlp_urgency_title"})
_URGENCY_COLOURS = {
    "emergency": "#F4A6A0",
    "critical": "#F9CB9C",
    "urgent": "#FFF2B3",
    "routine": "#D9EAD3",
    "none": "#EDEDED",
}
_MOMENTS = {  # a datetime is also a date: the order decides
    datetime: "dd.mm.yyyy hh:mm:ss",
    date: "dd.mm.yyyy",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
_TEXT_WIDTH = 70
_MIN_WIDTH, _MAX_WIDTH = 9, 42
_MEASURED_ROWS = 300


class ExcelSink(Sink):
    """A workbook: frozen header, filters, widths, wrapped texts, urgency in colour; rows go straight to the disk.

    All text is written as text, never as a formula, link or number. A text over Excel's 32,767 characters is cut in
    its cell and stands whole, in pieces, on a sheet of its own. Rows over Excel's limit go on on the next sheet.
    """

    def __init__(self, target: Path, layout: Layout, added: Sequence[AddedColumn], *, max_rows: int = MAX_ROWS) -> None:
        if len(layout.columns) + len(added) > MAX_COLUMNS:
            raise OutputError(f"{target}: more than {MAX_COLUMNS:,} columns do not go into a sheet")
        super().__init__(target, layout, added)
        self._keys = [column.key for column in self.added]
        self._max_rows = max_rows
        self._widths: list[int] | None = None
        self._sheets = self._row = 0
        self._sheet: Any = None
        self._long: list[tuple[str, int, int, str]] = []

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
        book = self._book = xlsxwriter.Workbook(str(self._part), options)
        book.use_zip64()
        top = {"valign": "top"}
        wrapped = {**top, "text_wrap": True}
        self._plain = book.add_format(top)
        self._wrapped = book.add_format(wrapped)
        self._share = book.add_format({**top, "num_format": "0.00"})
        self._header = book.add_format({**wrapped, "bold": True, "bottom": 1, "bg_color": "#F2F2F2"})
        self._added_header = book.add_format({**wrapped, "bold": True, "bottom": 1, "bg_color": "#DCE6F1"})
        self._moments = {kind: book.add_format({**top, "num_format": shape}) for kind, shape in _MOMENTS.items()}
        self._colours = {
            level: book.add_format({**wrapped, "bg_color": colour}) for level, colour in _URGENCY_COLOURS.items()
        }
        self._new_sheet()

    def _new_sheet(self) -> None:
        self._close_sheet()
        self._sheets += 1
        self._sheet = self._book.add_worksheet(_SHEET if self._sheets == 1 else f"{_SHEET} {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        for at, name in enumerate(self.layout.columns):
            self._text(0, at, name, self._header)
        for at, column in enumerate(self.added, len(self.layout.columns)):
            self._text(0, at, column.heading, self._added_header)
        self._row = 1

    def _close_sheet(self) -> None:
        if self._sheet is None:
            return
        columns = len(self.layout.columns) + len(self.added)
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), columns - 1)
        for at, width in enumerate(self._widths or [_MIN_WIDTH] * columns):
            self._sheet.set_column(at, at, width)

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        if self._widths is None:
            self._widths = self._measure(batch, columns)
        levels = columns[self._keys.index("nlp_urgency")] if "nlp_urgency" in self._keys else [None] * len(batch)
        extras = zip(*columns, strict=True) if columns else [()] * len(batch)
        coloured = [len(self.layout.columns) + at for at, key in enumerate(self._keys) if key in _URGENCY_KEYS]
        for row, extra, level in zip(batch.rows, extras, levels, strict=True):
            if self._row >= self._max_rows:
                self._new_sheet()
            shape = self._colours.get(str(level), self._wrapped)
            for at, value in enumerate((*row, *extra)):
                if type(value) is str:
                    if value:
                        self._text(self._row, at, value, shape if at in coloured else self._wrapped)
                elif value is not None:
                    self._value(self._row, at, value)
            self._row += 1

    def _text(self, row: int, column: int, text: str, shape: Any) -> None:
        if "\r" in text:  # Excel's own line break is LF; a CR would show as _x000D_ in many programs
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if _excel_length(text) > MAX_TEXT:
            self._long.append((self._sheet.get_name(), row + 1, column, text))
            text = _cut(text, MAX_TEXT - len(_LONG_NOTE)) + _LONG_NOTE
        self._sheet.write_string(row, column, text, shape)

    def _value(self, row: int, column: int, value: object) -> None:
        if isinstance(value, bool):
            self._sheet.write_boolean(row, column, value, self._plain)
        elif isinstance(value, (int, float, Decimal)):
            number = float(value) if isinstance(value, Decimal) else value
            if abs(number) < _MAX_DIGITS:  # which NaN and infinity are not either
                ours = column >= len(self.layout.columns) and number != int(number)
                self._sheet.write_number(row, column, number, self._share if ours else self._plain)
            else:
                self._text(row, column, as_text(value), self._wrapped)
        elif isinstance(value, (date, time, timedelta)) and _fits_calendar(value):
            shape = next(shape for kind, shape in self._moments.items() if isinstance(value, kind))
            self._sheet.write_datetime(row, column, value, shape)
        else:
            self._text(row, column, as_text(value), self._wrapped)

    def _measure(self, batch: Batch, columns: Sequence[Sequence[object]]) -> list[int]:
        """Widths that show most of the first rows; the message and long notes wrap."""
        names = [*self.layout.columns, *(column.heading for column in self.added)]
        values: list[Sequence[object]] = [
            [row[at] for row in batch.rows[:_MEASURED_ROWS]] for at in range(len(self.layout.columns))
        ]
        values.extend(column[:_MEASURED_ROWS] for column in columns)
        widths = []
        for name, column in zip(names, values, strict=True):
            longest = max((len(as_text(value)) for value in column), default=0)
            heading = max((len(word) for word in name.split()), default=0) + 4  # room for the filter's arrow
            widths.append(min(max(longest + 2, heading, _MIN_WIDTH), _MAX_WIDTH))
        widths[self.layout.text] = _TEXT_WIDTH
        return widths

    def _write_long(self) -> None:
        sheet = self._book.add_worksheet(_LONG_SHEET)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 3, 14)
        sheet.set_column(4, 4, 120)
        for at, name in enumerate(_LONG_HEADINGS):
            sheet.write_string(0, at, name, self._header)
        names = [*self.layout.columns, *(column.heading for column in self.added)]
        row = 0
        for origin, number, column, text in self._long:
            part = 0
            while text:
                piece, part, row = _cut(text, MAX_TEXT), part + 1, row + 1
                sheet.write_string(row, 0, origin, self._plain)
                sheet.write_number(row, 1, number, self._plain)
                sheet.write_string(row, 2, _cut(names[column], MAX_TEXT), self._plain)
                sheet.write_number(row, 3, part, self._plain)
                sheet.write_string(row, 4, piece, self._wrapped)
                text = text[len(piece) :]

    def _finish(self) -> None:
        from xlsxwriter.exceptions import XlsxWriterException

        self._close_sheet()
        if self._long:
            self._write_long()
        try:
            self._book.close()
        except XlsxWriterException:
            raise OutputError(f"{self._target}: the workbook cannot be written") from None
        self._folder.cleanup()

    def _abandon(self) -> None:
        for sheet in self._book.worksheets():
            with suppress(Exception):  # an unfinished sheet keeps its rows in an open file
                sheet.row_data_fh.close()
        self._folder.cleanup()


def _excel_length(text: str) -> int:
    """Length as Excel counts it: characters beyond the basic plane, such as emoji, count twice."""
    return len(text) if len(text) <= MAX_TEXT // 2 else len(text.encode("utf-16-le")) // 2


def _cut(text: str, length: int) -> str:
    piece = text[:length]
    while _excel_length(piece) > length:
        piece = piece[: len(piece) - max((_excel_length(piece) - length) // 2, 1)]
    return piece


def _fits_calendar(value: date | time | timedelta) -> bool:
    """Whether Excel has such a moment: it counts days from 1900 and knows no time zones."""
    if isinstance(value, (date, datetime)) and value.year < 1900:
        return False
    if isinstance(value, timedelta) and value < timedelta(0):
        return False
    return not (isinstance(value, (datetime, time)) and value.tzinfo is not None)
