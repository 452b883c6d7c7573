"""From a path to a source: format by content and name, standard input by way of a temporary file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError
from .batch import Batch, Source
from .delimited import open_delimited
from .documents import open_json
from .excel import open_excel
from .formats import find_format
from .parquet import open_parquet

__all__ = ["STANDARD", "open_source"]

STANDARD = "-"
_OPENERS = {"delimited": open_delimited, "json": open_json, "excel": open_excel, "parquet": open_parquet}


def open_source(path: str | Path, *, text_column: str | None = None, name: str | None = None) -> Source:
    """Open a file of messages.

    csv, tsv, xlsx, jsonl, parquet, Telegram ``result.json``, VK and Odnoklassniki comments.

    :param path: the file, or ``-`` for standard input.
    :param text_column: name of the message column, if it has none of the usual names.
    :param name: what errors call the file, if not by its path.
    :return: the source, to be used as a context manager.
    :raises InputError: if the file cannot be used; the error says where and what to do.
    """
    if str(path) == STANDARD:
        return _SpooledSource(sys.stdin.buffer, text_column)
    path = Path(path)
    name = str(path) if name is None else name
    kind = find_format(path, name=name)
    try:
        return _OPENERS[kind](path, text_column=text_column, name=name)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or type(error).__name__}", file=name) from None
    except MemoryError:
        raise InputError("the file does not fit into memory; save it as .csv, which is streamed", file=name) from None


class _SpooledSource(Source):
    """Standard input, kept in a file while it is read: encoding and extent are decided on the whole."""

    def __init__(self, stream: BinaryIO, text_column: str | None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="appealnlp-")
        spooled = Path(self._folder.name) / "input"
        try:
            with spooled.open("wb") as copy:
                shutil.copyfileobj(stream, copy)
            self._source = _OPENERS[find_format(spooled, name=STANDARD)](
                spooled, text_column=text_column, name=STANDARD
            )
        except BaseException:
            self._folder.cleanup()
            raise
        super().__init__(STANDARD, self._source.layout, self._source.row_count, self._source.notices)

    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call."""
        return self._source.batches()

    def close(self) -> None:
        """Remove the copy."""
        self._source.close()
        self._folder.cleanup()
