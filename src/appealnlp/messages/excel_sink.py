"""Excel out: a workbook that a clerk opens and reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputError
from .batch import AddedColumn, Batch, Layout
from .sink import Sink
from .workbook import MAX_COLUMNS, MAX_ROWS, TINTS, SheetColumn, Workbook, column_width

__all__ = ["ExcelSink"]

MAX_SHEET_BYTES = 1_000_000_000  # half of what a plain zip archive holds; Excel is not sure to open zip64
_SHEET = "Сообщения"
_MESSAGE_WIDTH = 70
_WRAPPED_WIDTHS = {"nlp_urgency_reason": 50}
_TINTED = frozenset({"nlp_urgency", "nlp_urgency_title"})


class ExcelSink(Sink):
    """A workbook: frozen header, filters, widths, wrapped messages, urgency in colour (see `Workbook`).

    Rows over Excel's limit go on on the next sheet.
    """

    def __init__(self, target: Path, layout: Layout, added: Sequence[AddedColumn], *, max_rows: int = MAX_ROWS) -> None:
        if len(layout.columns) + len(added) > MAX_COLUMNS:
            raise OutputError(f"{target}: more than {MAX_COLUMNS:,} columns do not go into a sheet")
        super().__init__(target, layout, added)
        own, keys = len(layout.columns), [column.key for column in self.added]
        self._level = keys.index("nlp_urgency") if "nlp_urgency" in keys else None
        tinted = [own + at for at, key in enumerate(keys) if key in _TINTED]
        self._looks: dict[object, dict[int, str]] = {level: dict.fromkeys(tinted, level) for level in TINTS}
        self._columns = [
            SheetColumn(name, _MESSAGE_WIDTH, wrapped=True)
            if at == layout.text
            else SheetColumn(name, column_width(name, kind))
            for at, (name, kind) in enumerate(zip(layout.columns, layout.kinds, strict=True))
        ]
        self._columns += [
            SheetColumn(
                column.heading,
                _WRAPPED_WIDTHS.get(column.key, column_width(column.heading, column.kind)),
                column.key in _WRAPPED_WIDTHS,
                "added heading",
            )
            for column in self.added
        ]
        self._max_rows = max_rows
        self._sheets = self._full_bytes = 0

    def _start(self) -> None:
        if self._part is None or self._target is None:
            raise ValueError("a workbook needs a file")
        self._book = Workbook(self._part, self._target)
        self._next_sheet()

    def _next_sheet(self) -> None:
        if self._sheets:
            self._book.add_filter()
        self._sheets += 1
        self._full_bytes = self._book.size()
        self._book.add_sheet(_SHEET if self._sheets == 1 else f"{_SHEET} {self._sheets}", self._columns)

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        if self._book.size() - self._full_bytes > MAX_SHEET_BYTES:
            self._next_sheet()
        levels = [None] * len(batch) if self._level is None else columns[self._level]
        extras = zip(*columns, strict=True) if columns else [()] * len(batch)
        for row, extra, level in zip(batch.rows, extras, levels, strict=True):
            if self._book.row >= self._max_rows:
                self._next_sheet()
            self._book.write_row((*row, *extra), self._looks.get(level, {}))

    def _finish(self) -> None:
        self._book.add_filter()
        self._book.close()

    def _abandon(self) -> None:
        self._book.abandon()
