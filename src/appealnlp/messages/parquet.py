"""Parquet files, read with pyarrow in batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import InputError
from .batch import BATCH_ROWS, MAX_CELL, Batch, Layout, Source, message_dates, message_texts
from .columns import find_date, find_text
from .values import Kind

__all__ = ["ParquetSource", "open_parquet"]


class ParquetSource(Source):
    """A parquet file; made by :func:`open_parquet`."""

    def __init__(self, path: Path, name: str, layout: Layout, row_count: int) -> None:
        super().__init__(name, layout, row_count, ["parquet"])
        self._path = path

    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        row = 1
        try:
            with pq.ParquetFile(self._path, memory_map=False, pre_buffer=False) as file:
                for arrow in file.iter_batches(batch_size=BATCH_ROWS):
                    columns = [_python_values(column) for column in arrow.columns]
                    rows: list[list[object]] = [list(cells) for cells in zip(*columns, strict=True)]
                    texts = message_texts(rows, self.layout.text)
                    for at, text in enumerate(texts):
                        if len(text) > MAX_CELL:
                            what = f"a text of more than {MAX_CELL:,} characters"
                            raise InputError(what, file=self.name, row=row + at, column=self.text_column)
                    dates = message_dates(rows, self.layout.date)
                    yield Batch(rows, texts, dates, [""] * len(rows), row, arrow=arrow)
                    row += len(rows)
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError("the parquet file is damaged", file=self.name, row=row) from None


def open_parquet(path: Path, *, text_column: str | None = None, name: str | None = None) -> ParquetSource:
    """Open a parquet file; only its footer is read.

    :param path: the file.
    :param text_column: name of the message column, if the usual names do not do.
    :param name: what errors call the file.
    :return: the source; its batches carry the arrow data, so that column types stay what they are.
    :raises InputError: if the file is cut short or damaged, or has no such column.
    """
    name = str(path) if name is None else name
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError('reading parquet files needs: pip install "appealnlp[parquet]"', file=name) from None
    try:
        with pq.ParquetFile(path, memory_map=False) as file:
            schema, row_count = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError("the parquet file is cut short or damaged", file=name) from None
    columns = tuple(schema.names)
    text = find_text(columns, text_column, file=name)
    layout = Layout(columns, tuple(_kind(field.type) for field in schema), text, find_date(columns), schema)
    return ParquetSource(path, name, layout, row_count)


def _python_values(column: Any) -> list[object]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)  # Python's datetime ends at microseconds
    elif pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.to_pylist()  # type: ignore[no-any-return]


def _kind(kind: Any) -> Kind:
    import pyarrow.types as types

    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind):
        return "number"
    if types.is_timestamp(kind):
        return "datetime"
    if types.is_date(kind):
        return "date"
    return "text"
