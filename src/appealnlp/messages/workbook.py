"""A workbook being written with XlsxWriter, sheet by sheet, row by row: all text as text, nothing too long for Excel."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import OutputError
from .values import Kind, as_text

__all__ = ["LONG_NOTE", "MAX_COLUMNS", "MAX_ROWS", "SheetColumn", "Workbook", "column_width"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
_MAX_DIGITS = 10**15  # Excel keeps 15 digits; longer numbers are written as text, to the last digit
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a leap day that never was
_CREATED = datetime(2000, 1, 1)  # always the same, so that equal input gives equal files
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # no XML holds these

_LONG_SHEET = "Длинные тексты"
LONG_NOTE = " … [целиком на листе «Длинные тексты»]"
"""Ends a text that was cut."""

_WIDTHS: dict[Kind, int] = {"text": 28, "integer": 10, "number": 12, "boolean": 10, "date": 12, "datetime": 20}
_MAX_HEADING = 30
_LINE = 15  # points
_MAX_LINES = 15  # of a row: a long message must not fill the screen
FITTED_ROWS = 50_000  # XlsxWriter keeps every height in memory; rows after these are left to the reader's program
_FILLED = 0.95  # share of a line that text fills when it breaks between words
TINTS = {
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
    "heading to fill in": {**_HEADING, "bg_color": "#FFE699"},
    "datetime": {**_MOMENT, "num_format": "dd.mm.yyyy hh:mm:ss"},
    "date": {**_MOMENT, "num_format": "dd.mm.yyyy"},
    "time": {**_MOMENT, "num_format": "hh:mm:ss"},
    "timedelta": {**_MOMENT, "num_format": "[h]:mm:ss"},
    **{level: {**_TOP, "bg_color": colour} for level, colour in TINTS.items()},
}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet: its heading, its width in characters, whether its text wraps, how its heading looks."""

    heading: str
    width: int
    wrapped: bool = False
    look: str = "heading"


_LONG_COLUMNS = (
    SheetColumn("Лист", 14),
    SheetColumn("Строка", 9),
    SheetColumn("Столбец", 24),
    SheetColumn("Часть", 9),
    SheetColumn("Текст", 120, wrapped=True),
)
_CHOICES_SHEET = "Списки"
_UNKNOWN_CHOICE = ("Нет в списке", "Такого значения в списке нет. Оставить?")


class Workbook:
    """Sheets with a first row that stays in view; rows go straight to the disk.

    All text is written as text, never as a formula, link or number. A text over Excel's 32,767 characters is cut in its
    cell and stands whole, in pieces, on a sheet of its own.

    :param path: the file; it is whole after :meth:`close`.
    :param name: what errors call it.
    :raises OutputError: XlsxWriter is not installed.
    """

    def __init__(self, path: Path, name: Path) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise OutputError('writing Excel files needs: pip install "appealnlp[excel]"') from None
        self._name = name
        self._folder = tempfile.TemporaryDirectory(prefix="appealnlp-")
        options = {
            "constant_memory": True,
            "tmpdir": self._folder.name,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties({"created": _CREATED})
        self._looks = {name: self._book.add_format(look) for name, look in _LOOKS.items()}
        self._columns: Sequence[SheetColumn] = ()
        self._long: list[tuple[str, int, str, str]] = []
        self._choices: list[tuple[Any, int, int, Sequence[str]]] = []
        self.row = 0
        """Rows of the current sheet, with its heading."""

    def add_sheet(self, name: str, columns: Sequence[SheetColumn]) -> None:
        """Begin a sheet."""
        self._sheet, self._columns = self._book.add_worksheet(name), columns
        self._wrapped = [(at, column.width) for at, column in enumerate(columns) if column.wrapped]
        self._sheet.freeze_panes(1, 0)
        self.row = 0
        for at, column in enumerate(columns):
            self._sheet.set_column(at, at, column.width, self._looks["wrapped" if column.wrapped else "plain"])
            self._put_text(at, column.heading, self._looks[column.look])
        self._set_height(max((_lines(column.heading, column.width) for column in columns), default=1))
        self.row = 1

    def write_row(self, values: Sequence[object], looks: Mapping[int, str] = MappingProxyType({})) -> None:
        """Write a row.

        :param looks: position -> name of the look of a cell; all others have the one of their column.
        """
        for at, value in enumerate(values):
            look = self._looks[looks[at]] if at in looks else None
            if type(value) is str:
                if value:
                    self._put_text(at, value, look)
            elif value is not None:
                self._put(at, value, look)
        self._set_height(max((_lines(as_text(values[at]), width) for at, width in self._wrapped), default=1))
        self.row += 1

    def add_filter(self) -> None:
        """Let the rows of the sheet be filtered by any column."""
        self._sheet.autofilter(0, 0, max(self.row - 1, 1), len(self._columns) - 1)

    def offer(self, at: int, choices: Sequence[str]) -> None:
        """Let the cells of a column of the current sheet, whose rows are all written, be chosen from a list.

        Another value draws a warning and stays possible.

        :param at: position of the column.
        """
        self._choices.append((self._sheet, at, self.row, choices))

    def size(self) -> int:
        """Bytes of the rows on the disk, of all sheets."""
        return sum(file.stat().st_size for file in Path(self._folder.name).iterdir())

    def close(self) -> None:
        """Put the file together.

        :raises OSError: the disk is full; :raises OutputError: there is more than a workbook holds.
        """
        from xlsxwriter.exceptions import FileCreateError, FileSizeError

        if self._long:
            self._add_long_texts()
        if self._choices:
            self._add_choices()
        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the error of the disk
        except FileSizeError:
            raise OutputError(f"{self._name}: too large for one workbook; write .csv or .parquet") from None
        self._folder.cleanup()

    def abandon(self) -> None:
        """Let go of what is on the disk."""
        with self._folder:
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()

    def _set_height(self, lines: int) -> None:
        """Height of the row, by an estimate: only Excel itself fits rows to wrapped text on opening."""
        if lines > 1 and self.row < FITTED_ROWS:
            self._sheet.set_row(self.row, _LINE * min(lines, _MAX_LINES))

    def _put(self, at: int, value: object, look: Any) -> None:
        """A number, a truth value, a moment, or text where Excel has no such value."""
        number = float(value) if isinstance(value, Decimal) and not value.is_snan() else value
        if isinstance(value, bool):
            self._sheet.write_boolean(self.row, at, value, look)
        elif isinstance(number, (int, float)) and abs(number) < _MAX_DIGITS:  # not so NaN
            self._sheet.write_number(self.row, at, number, look)
        elif isinstance(value, (date, time, timedelta)) and _in_calendar(value):
            kind = next(kind for kind in (datetime, date, time, timedelta) if isinstance(value, kind))
            self._sheet.write_datetime(self.row, at, value, self._looks[kind.__name__])
        else:
            self._put_text(at, as_text(value), look)

    def _put_text(self, at: int, text: str, look: Any) -> None:
        if "\r" in text:  # Excel's own line break is LF; a CR would show as _x000D_ in many programs
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _UNWRITABLE.sub("\ufffd", text)
        if _is_long(text):
            self._long.append((self._sheet.get_name(), self.row + 1, self._columns[at].heading, text))
            text = _cut(text, MAX_TEXT - len(LONG_NOTE)) + LONG_NOTE
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would take this text for XML of its own and break the sheet; in two pieces it stays text.
            pieces = [text[:1], self._looks["plain"], text[1:]]
            self._sheet.write_rich_string(self.row, at, *pieces, *([look] if look else []))
        else:
            self._sheet.write_string(self.row, at, text, look)

    def _add_long_texts(self) -> None:
        self.add_sheet(_LONG_SHEET, _LONG_COLUMNS)
        for sheet, row, column, text in self._long:
            part = 0
            while text:
                piece, part = _cut(text, MAX_TEXT), part + 1
                self.write_row([sheet, row, _cut(column, MAX_TEXT), part, piece])
                text = text[len(piece) :]

    def _add_choices(self) -> None:
        """The drop-down lists: each is a column of a hidden sheet, because a cell holds only 255 characters of them."""
        lists = self._book.add_worksheet(_CHOICES_SHEET)
        lists.hide()
        columns = [choices for _, _, _, choices in self._choices]
        for row in range(max(map(len, columns))):
            for at, choices in enumerate(columns):
                if row < len(choices):
                    lists.write_string(row, at, _cut(choices[row], MAX_TEXT))
        for number, (sheet, at, rows, choices) in enumerate(self._choices):
            letter = _column_letter(number)
            rule = {
                "validate": "list",
                "source": f"='{_CHOICES_SHEET}'!${letter}$1:${letter}${max(len(choices), 1)}",
                "error_type": "warning",
                "error_title": _UNKNOWN_CHOICE[0],
                "error_message": _UNKNOWN_CHOICE[1],
            }
            sheet.data_validation(1, at, max(rows - 1, 1), at, rule)


def column_width(heading: str, kind: Kind) -> int:
    """Width of a column, in characters: what its values need, and the longest word of the heading."""
    word = max(map(len, heading.split()), default=0) + 4  # room for the filter's arrow
    return max(_WIDTHS[kind], min(word, _MAX_HEADING))


def _column_letter(number: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(number))


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
