"""Excel workbooks (.xlsx, .xlsm), read with python-calamine."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import Any

from ..errors import InputError
from .batch import MAX_CELL, Layout, MemorySource
from .columns import find_date, find_text
from .values import as_text, kind_of_types

__all__ = ["check_archive", "open_excel"]

MAX_UNPACKED = 4 << 30
MAX_RATIO = 400  # sheets that repeat one row a million times reach 200; a zip bomb goes for 1,000
_SMALL = 100 << 20  # an archive that unpacks to less is harmless at any ratio
_EXACT_INTEGER = 1e15
_BLOCK = 1 << 20


def check_archive(path: Path, *, file: str | None = None) -> list[str]:
    """Look at a zip archive before anything unpacks it.

    :param path: the file.
    :param file: what errors call it.
    :return: the names of its members.
    :raises InputError: if it is cut short, damaged, or would unpack to more than a workbook ever holds.
    """
    file = str(path) if file is None else file
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked > MAX_RATIO * path.stat().st_size):
                what = f"the workbook would unpack to {unpacked >> 20:,} MB, which no table of messages needs"
                raise InputError(what, file=file)
            if any(_unpacked_size(archive, member) != member.file_size for member in members):
                raise InputError("the workbook is damaged: a part is not as long as it says", file=file)
            return [member.filename for member in members]
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError("the workbook is cut short or damaged; copy or export it again", file=file) from None
    except Exception as error:  # zlib.error, lzma.LZMAError: each packing method has its own
        if isinstance(error, InputError):
            raise
        raise InputError("the workbook is damaged; copy or export it again", file=file) from None


def _unpacked_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Unpack a member to its end, which checks its sum too, or just beyond the size that its header claims."""
    member = copy(member)
    member.file_size += 1  # reading stops at this size: a header that lies would hide the rest, but not from calamine
    size = 0
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
    return size


def open_excel(path: Path, *, text_column: str | None = None, name: str | None = None) -> MemorySource:
    """Open a workbook: the first sheet with a message column, its first non-empty row being the header.

    :param path: the file.
    :param text_column: heading of the message column, if the usual names do not do.
    :param name: what errors call the file.
    :return: the source; dates, numbers and truth values keep their types.
    :raises InputError: if the workbook is damaged, empty or without such a column.
    """
    name = str(path) if name is None else name
    check_archive(path, file=name)
    try:
        import python_calamine
    except ImportError:
        raise InputError('reading Excel files needs: pip install "appealnlp[excel]"', file=name) from None
    try:
        with python_calamine.load_workbook(str(path)) as book:
            return _first_with_text(book, text_column, name)
    except python_calamine.CalamineError:
        raise InputError("the workbook is damaged; open it in Excel and save it again", file=name) from None


def _first_with_text(book: Any, text_column: str | None, name: str) -> MemorySource:
    refused: InputError | None = None
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    filled: list[str] = []
    chosen: MemorySource | None = None
    for sheet in [sheet for sheet in tables if sheet.visible == SheetVisibleEnum.Visible] or tables:
        rows = book.get_sheet_by_name(sheet.name)
        if not rows.height:
            continue
        filled.append(sheet.name)
        if chosen is None:
            try:
                chosen = _read(rows.iter_rows(), text_column, name, sheet.name)
            except InputError as error:
                refused = refused or error
    if chosen is None:
        raise refused or InputError("the workbook is empty", file=name)
    others = len(filled) - 1
    if others:
        chosen.notices = (*chosen.notices, f"other sheets with data were not read: {others}")
    return chosen


def _read(cells: Iterable[list[Any]], text_column: str | None, name: str, sheet: str) -> MemorySource:
    header: list[str] = []
    header_row = 0
    rows: list[list[object]] = []
    types: list[set[type]] = []
    for number, raw in enumerate(cells, 1):
        if not header_row:
            if any(cell != "" for cell in raw):
                header, header_row = [as_text(_value(cell)) for cell in raw], number
                types = [set() for _ in header]
            continue
        row = [_value(cell) for cell in raw]
        for at, value in enumerate(row):
            types[at].add(type(value))
            if type(value) is str and len(value) > MAX_CELL:
                what = f"a cell of more than {MAX_CELL:,} characters"
                raise InputError(what, file=name, row=number, column=header[at])
        rows.append(row)
    text = find_text(header, text_column, file=name, row=header_row)
    kinds = tuple(kind_of_types(seen) for seen in types)
    layout = Layout(tuple(header), kinds, text, find_date(header))
    return MemorySource(name, layout, rows, first_row=header_row + 1, notices=[f"sheet {sheet!r}"])


def _value(cell: Any) -> object:
    """A cell as Excel shows it: nothing instead of an empty text, whole numbers without a fraction."""
    if cell == "" and isinstance(cell, str):
        return None
    if type(cell) is float and cell.is_integer() and abs(cell) < _EXACT_INTEGER:
        return int(cell)
    return cell
