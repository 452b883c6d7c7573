"""Sheets for people to work through: one workbook, or a text table for each sheet."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import OutputError
from .batch import Batch, Layout
from .sink import _new_part, check_target, open_sink
from .workbook import MAX_ROWS, SheetColumn, Workbook

__all__ = ["Sheet", "check_sheets_target", "write_sheets"]

_TABLES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True)
class Sheet:
    """A sheet: its columns, its rows, and the values that cells of a column (by position) are to be chosen from."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[object]]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


def check_sheets_target(path: str | Path) -> Path:
    """Make sure that sheets can be written there, before any work is done.

    :raises OutputError: as `check_target`, or the name ends with none of .xlsx, .csv and .tsv.
    """
    path = Path(path)
    if path.suffix.lower() not in {".xlsx", *_TABLES}:
        raise OutputError(f"{path}: the name must end with .xlsx, .csv or .tsv")
    return check_target(path)


def write_sheets(path: str | Path, sheets: Sequence[Sheet], *, excel_csv: bool = False) -> list[Path]:
    """Write sheets: into a workbook, or, if the name says so, each into a text table of its own.

    :param path: the workbook; or the table of the first sheet, beside which those of the others with rows are called
        ``name-sheet.csv``.
    :param excel_csv: csv as Excel with Russian settings opens it.
    :return: the files written.
    :raises OutputError: they cannot be written.
    """
    target = check_sheets_target(path)
    if target.suffix.lower() == ".xlsx":
        _write_workbook(target, sheets)
        return [target]
    written = []
    for number, sheet in enumerate(sheets):
        if number and not sheet.rows:
            continue
        place = target if number == 0 else target.with_name(f"{target.stem}-{sheet.name}{target.suffix}")
        headings = tuple(column.heading for column in sheet.columns)
        layout = Layout(headings, tuple("text" for _ in headings), 0)
        with open_sink(place, layout, (), excel_csv=excel_csv) as sink:
            rows, empty = [list(row) for row in sheet.rows], [""] * len(sheet.rows)
            sink.write(Batch(rows, empty, [None] * len(rows), empty, 2), {})
        written.append(place)
    return written


def _write_workbook(target: Path, sheets: Sequence[Sheet]) -> None:
    part = _new_part(target)
    try:
        book = Workbook(part, target)
        try:
            for sheet in sheets:
                if len(sheet.rows) >= MAX_ROWS:
                    raise OutputError(f"{target}: {len(sheet.rows):,} rows do not go into a sheet; write .csv")
                book.add_sheet(sheet.name, sheet.columns)
                for row in sheet.rows:
                    book.write_row(row)
                book.add_filter()
                for at, choices in sheet.choices.items():
                    book.offer(at, choices)
            book.close()
        except BaseException:
            with suppress(Exception):  # the first error is the one to report
                book.abandon()
            raise
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror or type(error).__name__}") from None
    finally:
        part.unlink(missing_ok=True)
