"""Excel out: a workbook that a clerk opens and reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from ..errors import OutputError
from .batch import AddedColumn, Batch, Layout
from .sink import Sink
from .values import as_text
from .workbook import MAX_SHEET_BYTES, Look, WorkbookFile, day_number

__all__ = ["ExcelSink"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
_MAX_DIGITS = 10**15  # Excel keeps 15 digits; longer numbers are written as text, to the last digit
_SHEET = "Сообщения"
_LONG_SHEET = "Длинные тексты"
_LONG_HEADINGS = ("Лист", "Строка", "Столбец", "Часть", "Текст")
_LONG_WIDTHS = (14, 9, 24, 9, 120)
_LONG_NOTE = " … [целиком на листе «Длинные тексты»]"
_URGENCY_KEYS = frozenset({"nlp_urgency", "nlp_urgency_title"})
_LOOKS = {
    "plain": Look(),
    "wrapped": Look(wrap=True),
    "heading": Look(wrap=True, bold=True, fill="F2F2F2"),
    "added heading": Look(wrap=True, bold=True, fill="DCE6F1"),
    "fraction": Look(number="0.00"),
    "datetime": Look(number="dd.mm.yyyy hh:mm:ss"),
    "date": Look(number="dd.mm.yyyy"),
    "time": Look(number="hh:mm:ss"),
    "timedelta": Look(number="[h]:mm:ss"),
    "emergency": Look(wrap=True, fill="F4A6A0"),
    "critical": Look(wrap=True, fill="F9CB9C"),
    "urgent": Look(wrap=True, fill="FFF2B3"),
    "routine": Look(wrap=True, fill="D9EAD3"),
    "none": Look(wrap=True, fill="EDEDED"),
}
_LOOK = {name: number for number, name in enumerate(_LOOKS, 1)}
_PLAIN, _WRAPPED, _HEADING, _ADDED_HEADING = (_LOOK[name] for name in ("plain", "wrapped", "heading", "added heading"))
_EMPTY = (None, _PLAIN)
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
        self._names = [*layout.columns, *(column.heading for column in self.added)]
        own = len(layout.columns)
        self._coloured = [own + at for at, key in enumerate(self._keys) if key in _URGENCY_KEYS]
        self._fractions = {own + at for at, column in enumerate(self.added) if column.kind == "number"}
        self._max_rows = max_rows
        self._widths: list[int] = []
        self._sheets = 0
        self._long: list[tuple[str, int, str, str]] = []

    def _start(self) -> None:
        if self._part is None:
            raise ValueError("a workbook is written to a file")
        self._book = WorkbookFile(self._part, list(_LOOKS.values()))

    def _new_sheet(self) -> None:
        self._sheets += 1
        self._book.start_sheet(_SHEET if self._sheets == 1 else f"{_SHEET} {self._sheets}", self._widths)
        own = len(self.layout.columns)
        headings = [
            self._cell(name, at, _HEADING if at < own else _ADDED_HEADING) for at, name in enumerate(self._names)
        ]
        self._book.add_rows([self._book.row(headings)])

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        if not self._sheets:
            self._widths = self._measure(batch, columns)
        if not self._sheets or self._book.sheet_bytes > MAX_SHEET_BYTES:
            self._new_sheet()
        levels = columns[self._keys.index("nlp_urgency")] if "nlp_urgency" in self._keys else [None] * len(batch)
        extras = zip(*columns, strict=True) if columns else [()] * len(batch)
        lines: list[str] = []
        for row, extra, level in zip(batch.rows, extras, levels, strict=True):
            if self._book.rows >= self._max_rows:
                self._book.add_rows(lines)
                lines = []
                self._new_sheet()
            cells = [self._cell(value, at) if value else self._small(value) for at, value in enumerate((*row, *extra))]
            if level in _LOOK:
                for at in self._coloured:
                    cells[at] = (cells[at][0], _LOOK[str(level)])
            lines.append(self._book.row(cells))
        self._book.add_rows(lines)

    def _small(self, value: object) -> tuple[object, int]:
        """An empty cell, unless it is zero, false or midnight."""
        return _EMPTY if value is None or value == "" else self._cell(value, -1)

    def _cell(self, value: object, column: int, look: int = _WRAPPED) -> tuple[object, int]:
        """Value and look of a cell."""
        if type(value) is not str:
            value, look = self._other(value, column)
        if type(value) is str:
            if "\r" in value:  # Excel's own line break is LF; a CR would show as _x000D_ in many programs
                value = value.replace("\r\n", "\n").replace("\r", "\n")
            if len(value) > MAX_TEXT // 2 and _excel_length(value) > MAX_TEXT:
                self._long.append((self._book.sheet_name, self._book.rows + 1, self._names[column], value))
                value = _cut(value, MAX_TEXT - len(_LONG_NOTE)) + _LONG_NOTE
        return value, look

    def _other(self, value: object, column: int) -> tuple[object, int]:
        """What is not text: a number, a moment, or text after all where Excel has no such value."""
        if isinstance(value, bool):
            return value, _PLAIN
        if isinstance(value, (int, float, Decimal)):
            number = float(value) if isinstance(value, Decimal) else value
            if not abs(number) < _MAX_DIGITS:  # also NaN
                return as_text(value), _WRAPPED
            return number, _LOOK["fraction"] if column in self._fractions and number != int(number) else _PLAIN
        if isinstance(value, (date, time, timedelta)):
            days = day_number(value)
            if days is not None:
                kind = next(kind for kind in (datetime, date, time, timedelta) if isinstance(value, kind))
                return days, _LOOK[kind.__name__]
        return as_text(value), _WRAPPED

    def _measure(self, batch: Batch, columns: Sequence[Sequence[object]]) -> list[int]:
        """Widths that show most of the first rows; the message and long notes wrap."""
        values: list[Sequence[object]] = [
            [row[at] for row in batch.rows[:_MEASURED_ROWS]] for at in range(len(self.layout.columns))
        ]
        values.extend(column[:_MEASURED_ROWS] for column in columns)
        widths = []
        for name, column in zip(self._names, values, strict=True):
            longest = max((len(as_text(value)) for value in column), default=0)
            heading = max((len(word) for word in name.split()), default=0) + 4  # room for the filter's arrow
            widths.append(min(max(longest + 2, heading, _MIN_WIDTH), _MAX_WIDTH))
        widths[self.layout.text] = _TEXT_WIDTH
        return widths

    def _write_long(self) -> None:
        book = self._book
        book.start_sheet(_LONG_SHEET, _LONG_WIDTHS)
        book.add_rows([book.row([(name, _HEADING) for name in _LONG_HEADINGS])])
        for sheet, row, column, text in self._long:
            part = 0
            while text:
                piece, part = _cut(text, MAX_TEXT), part + 1
                values = (sheet, row, _cut(column, MAX_TEXT), part, piece)
                book.add_rows([book.row([(value, _WRAPPED) for value in values])])
                text = text[len(piece) :]

    def _finish(self) -> None:
        if not self._sheets:
            self._widths = self._measure(Batch([], [], [], [], 2), [[] for _ in self._keys])
            self._new_sheet()
        if self._long:
            self._write_long()
        self._book.close()

    def _abandon(self) -> None:
        self._book.abandon()


def _excel_length(text: str) -> int:
    """Length as Excel counts it: characters beyond the basic plane, such as emoji, count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, length: int) -> str:
    piece = text[:length]
    while _excel_length(piece) > length:
        piece = piece[: len(piece) - max((_excel_length(piece) - length) // 2, 1)]
    return piece
