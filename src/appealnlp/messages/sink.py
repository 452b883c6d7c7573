"""Results out: written beside the target and renamed when whole, so that a target is always a finished file."""

from __future__ import annotations

import codecs
import json
import math
import os
import re
import secrets
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

from ..errors import OutputError
from .batch import AddedColumn, Batch, Layout
from .opening import STANDARD
from .values import Kind, as_text

__all__ = ["WRITABLE", "Sink", "check_target", "formula_proof", "open_sink", "unique_names"]

WRITABLE = {".csv": "csv", ".tsv": "tsv", ".xlsx": "xlsx", ".jsonl": "jsonl", ".parquet": "parquet"}

_DANGEROUS = frozenset("=+-@\t\r")
_HARMLESS = re.compile(r"[+-]?\d+(?:[.,]\d+)?%?|-+", re.ASCII)
_REPLACEMENT = "\ufffd".encode()
_ROW_GROUP = 1 << 16


def check_target(path: str | Path) -> Path:
    """Make sure that an output can be written, before any work is done.

    :param path: the target.
    :return: its full path.
    :raises OutputError: if the format is unknown, the folder is missing or not writable, or the target is no file.
    """
    path = Path(path)
    if path.is_dir():
        raise OutputError(f"{path}: this is a folder, not a file")
    if path.suffix.lower() not in WRITABLE:
        raise OutputError(f"{path}: the name must end with one of {', '.join(WRITABLE)}, which decides the format")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: this is not an ordinary file")
    target = path.resolve()
    if not target.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {target.parent}")
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"{path}: no permission to write this file")
    _new_part(target).unlink()
    return target


def open_sink(
    path: str | Path, layout: Layout, added: Sequence[AddedColumn], *, excel_csv: bool = False, standard: str = "csv"
) -> Sink:
    """Make an output; its format follows its name.

    :param path: the target, or ``-`` for standard output.
    :param layout: the columns of the input.
    :param added: the columns that :meth:`Sink.write` gets beside each batch.
    :param excel_csv: csv as Excel with Russian settings opens it: ``;``, a byte order mark, CRLF.
    :param standard: ``csv`` or ``jsonl``, the format of standard output.
    :return: the sink, to be used as a context manager: leaving it renames the file, an exception removes it.
    :raises OutputError: as :func:`check_target`, or if the package for the format is missing.
    """
    if str(path) == STANDARD:
        return (
            JsonLinesSink(None, layout, added) if standard == "jsonl" else CsvSink(None, layout, added, excel=excel_csv)
        )
    target = check_target(path)
    kind = WRITABLE[target.suffix.lower()]
    if kind == "xlsx":
        from .excel_sink import ExcelSink

        return ExcelSink(target, layout, added)
    if kind == "parquet":
        return ParquetSink(target, layout, added)
    if kind == "jsonl":
        return JsonLinesSink(target, layout, added)
    return CsvSink(target, layout, added, excel=excel_csv, tabs=kind == "tsv")


class Sink(ABC):
    """An output being written; see :func:`open_sink`. The file is begun on entering the context."""

    def __init__(self, target: Path | None, layout: Layout, added: Sequence[AddedColumn]) -> None:
        self.layout, self.added = layout, tuple(added)
        self.rows_written = 0
        self._target = target
        self._part: Path | None = None

    def write(self, batch: Batch, added: Mapping[str, Sequence[object]]) -> None:
        """Write the rows of a batch with their added values.

        :param batch: the rows, in the layout of this sink.
        :param added: key of each added column -> a value for every row.
        :raises OutputError: if the disk is full or a value does not go into the format.
        """
        columns = [added[column.key] for column in self.added]
        if any(len(column) != len(batch) for column in columns):
            raise ValueError("every added column needs a value for every row")
        try:
            self._write(batch, columns)
        except OSError as error:
            raise self._failure(error) from None
        self.rows_written += len(batch)

    def __enter__(self) -> Sink:
        if self._target is not None:
            self._part = _new_part(self._target)
        try:
            self._start()
        except BaseException as error:
            self._remove()
            if isinstance(error, OSError):
                raise self._failure(error) from None
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._remove()
            return
        try:
            self._finish()
            if self._part is not None and self._target is not None:
                if self._target.exists():
                    shutil.copymode(self._target, self._part)
                self._part.replace(self._target)
        except BaseException as failure:
            self._remove()
            if isinstance(failure, OSError):
                raise self._failure(failure) from None
            raise

    def _remove(self) -> None:
        with suppress(Exception):  # what is half open may not close; the first error is the one to report
            self._abandon()
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def _failure(self, error: OSError) -> Exception:
        if isinstance(error, BrokenPipeError):
            return error  # the reader of standard output has gone: nothing is wrong with the output
        place = "standard output" if self._target is None else str(self._target)
        return OutputError(f"{place}: cannot be written: {error.strerror or type(error).__name__}")

    @abstractmethod
    def _start(self) -> None: ...

    @abstractmethod
    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None: ...

    @abstractmethod
    def _finish(self) -> None: ...

    @abstractmethod
    def _abandon(self) -> None: ...


class _TextSink(Sink):
    """A sink that writes lines in utf-8 to a file or to standard output."""

    _stream: BinaryIO

    def _start(self) -> None:
        if self._part is None:
            sys.stdout.flush()
            self._stream = sys.stdout.buffer
        else:
            self._stream = self._part.open("wb")

    def _finish(self) -> None:
        self._stream.flush()
        if self._part is not None:
            self._stream.close()

    def _abandon(self) -> None:
        if self._part is not None:
            self._stream.close()


class CsvSink(_TextSink):
    """Comma-separated text in utf-8; for Excel with semicolons, a byte order mark and CRLF; or separated by tabs."""

    def __init__(
        self,
        target: Path | None,
        layout: Layout,
        added: Sequence[AddedColumn],
        *,
        excel: bool = False,
        tabs: bool = False,
    ) -> None:
        super().__init__(target, layout, added)
        self._mark = codecs.BOM_UTF8 if excel else b""
        self._delimiter = "\t" if tabs else ";" if excel else ","
        self._end = "\r\n" if excel else "\n"

    def _start(self) -> None:
        super()._start()
        self._stream.write(self._mark)
        headings = [*self.layout.columns, *(column.heading for column in self.added)]
        self._write_table([[name] for name in headings])

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        self._write_table([*zip(*batch.rows, strict=True), *columns])

    def _write_table(self, columns: Sequence[Sequence[object]]) -> None:
        """Write some rows, given column by column."""
        cells = [csv_cells(column, self._delimiter) for column in columns]
        if len(cells) == 1:
            cells = [[cell or '""' for cell in cells[0]]]  # a blank line would not be read as a row
        lines = map(self._delimiter.join, zip(*cells, strict=True))
        content = self._end.join([*lines, ""]).encode()
        # Zero bytes make a text file unreadable.
        self._stream.write(content.replace(b"\0", _REPLACEMENT) if 0 in content else content)


class JsonLinesSink(_TextSink):
    """One JSON object per line, in utf-8; nested values stay nested."""

    def _start(self) -> None:
        super()._start()
        names = unique_names([*self.layout.columns, *(column.heading for column in self.added)])
        self._columns, self._headings = names[: len(self.layout.columns)], names[len(self.layout.columns) :]

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        records: Sequence[Mapping[str, object]]
        records = batch.objects or [dict(zip(self._columns, row, strict=True)) for row in batch.rows]
        lines = [
            _json_line({**record, **dict(zip(self._headings, extra, strict=True))})
            for record, extra in zip(records, _by_row(columns, len(batch)), strict=True)
        ]
        self._stream.write("".join(lines).encode())


class ParquetSink(Sink):
    """A parquet file; columns that came from parquet keep their types."""

    def _start(self) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise OutputError('writing parquet files needs: pip install "appealnlp[parquet]"') from None
        types = {
            "text": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "boolean": pa.bool_(),
            "date": pa.date32(),
            "datetime": pa.timestamp("us"),
        }
        layout, own = self.layout, self.layout.arrow_schema
        fitting = [types[kind] for kind in layout.kinds] if own is None else own.types
        fitting = [*fitting, *(types[column.kind] for column in self.added)]
        names = unique_names([*layout.columns, *(column.heading for column in self.added)])
        self._schema = pa.schema(list(zip(names, fitting, strict=True)))
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self._writer = pq.ParquetWriter(str(self._part), self._schema, compression="zstd")

    def _write(self, batch: Batch, columns: Sequence[Sequence[object]]) -> None:
        import pyarrow as pa

        if batch.arrow is not None and self.layout.arrow_schema is not None:
            arrays = list(batch.arrow.columns)
        else:
            arrays = [
                self._array([row[at] for row in batch.rows], at, kind) for at, kind in enumerate(self.layout.kinds)
            ]
        first = len(arrays)
        for at, (values, column) in enumerate(zip(columns, self.added, strict=True), first):
            arrays.append(self._array(values, at, column.kind))
        self._waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._waiting_rows += len(batch)
        if self._waiting_rows >= _ROW_GROUP:
            self._flush()

    def _array(self, values: Sequence[object], at: int, kind: Kind) -> Any:
        import pyarrow as pa

        field = self._schema.field(at)
        ready: Sequence[object]
        if kind == "text" and pa.types.is_string(field.type):
            texts = set(map(type, values)) <= {str, type(None)}
            ready = values if texts else [None if value is None else as_text(value) for value in values]
        else:
            ready = [None if value == "" else value for value in values]
        try:
            return pa.array(ready, field.type)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            raise OutputError(
                f"{self._target}: column {field.name!r} holds a value that does not go into parquet"
            ) from None

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
        self._waiting, self._waiting_rows = [], 0

    def _finish(self) -> None:
        self._flush()
        self._writer.close()

    def _abandon(self) -> None:
        self._writer.close()


def csv_cells(values: Sequence[object], delimiter: str) -> Sequence[str]:
    """The values of a column as cells of a csv file, each by `formula_proof` and in quotation marks if it needs them.

    Equal texts are worked on once: most columns hold few different ones.
    """
    kinds = set(map(type, values))
    texts: Sequence[str]
    if kinds == {str}:
        texts = cast(Sequence[str], values)
    elif kinds == {int}:
        texts = list(map(str, values))
    else:
        texts = list(map(_number_text if kinds <= _NUMBERS else as_text, values))
    cells = {text: cell for text in set(texts) if (cell := _quoted(formula_proof(text), delimiter)) is not text}
    return [cells.get(text, text) for text in texts] if cells else texts


_NUMBERS = {int, float, bool, type(None)}
_number_text = lru_cache(1 << 14, typed=True)(as_text)


def _quoted(text: str, delimiter: str) -> str:
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    if delimiter in text or "\n" in text or "\r" in text:
        return f'"{text}"'
    return text


def formula_proof(value: object) -> str:
    """A value as csv text that no spreadsheet takes for a formula.

    Text that begins with ``= + - @``, tab or CR gets an apostrophe in front; numbers with a sign, percentages and rows
    of dashes stay. Reading takes the apostrophe off again before classifying.
    """
    text = value if type(value) is str else as_text(value)
    if text and text[0] in _DANGEROUS and not _HARMLESS.fullmatch(text):
        return "'" + text
    return text


def unique_names(columns: Sequence[str]) -> list[str]:
    """Names for formats where each must differ: empty ones become ``column_3``, repeated ones get ``_2``, ``_3``."""
    taken: set[str] = set()
    free = set(columns)
    names = []
    for number, column in enumerate(columns, 1):
        name = base = column or f"column_{number}"
        copy = 1
        while name in taken or (name != column and name in free):
            copy += 1
            name = f"{base}_{copy}"
        taken.add(name)
        names.append(name)
    return names


def _by_row(columns: Sequence[Sequence[object]], rows: int) -> Sequence[Sequence[object]]:
    return list(zip(*columns, strict=True)) if columns else [()] * rows


_encode_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=as_text).encode


def _json_line(record: Mapping[str, object]) -> str:
    try:
        text = _encode_json(record)
    except ValueError:
        text = json.dumps(_without_nan(record), ensure_ascii=False, default=as_text)
    return text + "\n"


def _without_nan(value: Any) -> Any:
    """JSON has no NaN and no infinity: they become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value


def _new_part(target: Path) -> Path:
    """A new, empty file in the folder of the target."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror}") from None
    return part
