"""An Excel workbook written as a stream: sheet after sheet, row after row, straight into the archive.

Only what a table needs (ECMA-376, part 1, chapter 18): inline texts, numbers, truth values, styles, a frozen first row,
a filter, widths. Nothing is ever written as a formula or a link.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr

__all__ = ["MAX_SHEET_BYTES", "Look", "WorkbookFile", "day_number", "escaped"]

MAX_SHEET_BYTES = 1_000_000_000  # half of what a plain zip archive holds; Excel is not sure to open zip64
_EPOCH = datetime(1899, 12, 30)
_FIRST_DAY = datetime(1900, 3, 1)  # before it Excel counts a leap day that never was
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT = '<is><t xml:space="preserve">'
_COMPRESSION = 4  # from 6 the file is 3 % smaller and takes twice as long


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks: everything stands at the top.

    :param wrap: whether long text goes on in the next line of the cell.
    :param bold: whether the text is bold, with a line below: a heading.
    :param fill: background as ``RRGGBB``.
    :param number: format of numbers and dates, in Excel's notation.
    """

    wrap: bool = False
    bold: bool = False
    fill: str = ""
    number: str = ""


class WorkbookFile:
    """A workbook being written.

    :param path: the file.
    :param looks: the looks that cells may have; a cell gives the position of its look, from 1.
    """

    def __init__(self, path: Path, looks: Sequence[Look]) -> None:
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self._looks = looks
        self._names: list[str] = []
        self._filters: list[str] = []
        self._letters: list[str] = []
        self._sheet: IO[bytes] | None = None
        self.sheet_bytes = 0
        self.rows = 0

    @property
    def sheet_name(self) -> str:
        """Name of the sheet being written."""
        return self._names[-1]

    def start_sheet(self, name: str, widths: Sequence[float]) -> None:
        """Begin a sheet, whose first row will stay in view.

        :param name: its name.
        :param widths: of its columns, in characters.
        """
        self.end_sheet()
        self._names.append(name)
        self._letters = [_letters(at) for at in range(len(widths))]
        self._sheet = self._archive.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w")
        self.sheet_bytes = self.rows = 0
        selected = ' tabSelected="1"' if len(self._names) == 1 else ""
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
        )
        self._write(
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView{selected} workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
            f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
        )

    def add_rows(self, rows: Iterable[str]) -> None:
        """Write rows, each made by :meth:`row`."""
        self._write("".join(rows))

    def row(self, cells: Iterable[tuple[object, int]]) -> str:
        """The next row of the sheet.

        :param cells: value and look of each cell: text, a number, a truth value, or ``None`` for an empty cell.
        :return: its XML, for :meth:`add_rows`.
        """
        self.rows += 1
        number = self.rows
        parts = [f'<row r="{number}">']
        for letters, (value, look) in zip(self._letters, cells, strict=True):
            if type(value) is str:
                if _SPECIAL.search(value):
                    value = escaped(value)
                parts.append(f'<c r="{letters}{number}" s="{look}" t="inlineStr">{_TEXT}{value}</t></is></c>')
            elif isinstance(value, bool):
                parts.append(f'<c r="{letters}{number}" s="{look}" t="b"><v>{value:d}</v></c>')
            elif value is not None:
                parts.append(f'<c r="{letters}{number}" s="{look}"><v>{value!r}</v></c>')
        parts.append("</row>")
        return "".join(parts)

    def end_sheet(self) -> None:
        """Finish the sheet, with a filter over all of it."""
        if self._sheet is None:
            return
        area = (self._letters[-1], max(self.rows, 2))
        self._write(f'</sheetData><autoFilter ref="A1:{area[0]}{area[1]}"/></worksheet>')
        self._filters.append(f"$A$1:${area[0]}${area[1]}")
        self._sheet.close()
        self._sheet = None

    def close(self) -> None:
        """Finish the workbook."""
        self.end_sheet()
        numbers = range(1, len(self._names) + 1)
        sheets = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
            for n, name in zip(numbers, self._names, strict=True)
        )
        filters = "".join(
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">\'{escaped(name)}\'!{area}'
            "</definedName>"
            for at, (name, area) in enumerate(zip(self._names, self._filters, strict=True))
        )
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
        )
        links = "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        members = {
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
            f"<bookViews><workbookView/></bookViews><sheets>{sheets}</sheets><definedNames>{filters}</definedNames></workbook>",
            "xl/styles.xml": _styles(self._looks),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
            f'<Relationship Id="rId0" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{parts}</Types>',
        }
        for name, content in members.items():
            self._archive.writestr(name, _HEAD + content)
        self._archive.close()

    def abandon(self) -> None:
        """Let go of the file, finished or not."""
        if self._sheet is not None:
            self._sheet.close()
        self._archive.close()

    def _write(self, xml: str) -> None:
        if self._sheet is None:
            raise ValueError("no sheet has been started")
        encoded = xml.encode()
        self.sheet_bytes += len(encoded)
        self._sheet.write(encoded)


def escaped(text: str) -> str:
    """Text as it stands in the XML of a workbook, where control characters are written ``_x0000_``."""
    return _SPECIAL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    match found[0]:
        case "&":
            return "&amp;"
        case "<":
            return "&lt;"
        case ">":
            return "&gt;"
        case special if len(special) > 1:
            return f"_x005F{special}"  # the text itself looks like such an escape
        case special if "\ud800" <= special <= "\udfff":
            return "\ufffd"
        case special:
            return f"_x{ord(special):04X}_"


def day_number(value: date | time | timedelta) -> float | None:
    """A moment as Excel counts it, in days; ``None`` where its calendar has no such moment."""
    if isinstance(value, timedelta):
        return value / timedelta(days=1) if value >= timedelta(0) else None
    if isinstance(value, time):
        return None if value.tzinfo else (datetime.combine(_EPOCH, value) - _EPOCH) / timedelta(days=1)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return None if moment.tzinfo or moment < _FIRST_DAY else (moment - _EPOCH) / timedelta(days=1)


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _styles(looks: Sequence[Look]) -> str:
    numbers = list(dict.fromkeys(look.number for look in looks if look.number))
    fills = list(dict.fromkeys(look.fill for look in looks if look.fill))
    first_number, first_fill = 164, 2  # the ones below are Excel's own
    formats = "".join(
        f'<numFmt numFmtId="{first_number + at}" formatCode={quoteattr(code)}/>' for at, code in enumerate(numbers)
    )
    patterns = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF{fill}"/><bgColor indexed="64"/></patternFill></fill>'
        for fill in fills
    )
    cells = "".join(
        f'<xf numFmtId="{first_number + numbers.index(look.number) if look.number else 0}" fontId="{look.bold:d}" '
        f'fillId="{first_fill + fills.index(look.fill) if look.fill else 0}" borderId="{look.bold:d}" xfId="0" '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
        f'<alignment vertical="top" wrapText="{look.wrap:d}"/></xf>'
        for look in looks
    )
    counted = f'<numFmts count="{len(numbers)}">{formats}</numFmts>' if numbers else ""
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    edges = "<left/><right/><top/>"
    return (
        f'<styleSheet xmlns="{_MAIN}">{counted}'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        f'<fills count="{first_fill + len(fills)}"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{patterns}</fills>'
        f'<borders count="2"><border>{edges}<bottom/><diagonal/></border>'
        f'<border>{edges}<bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(looks) + 1}">'
        f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
