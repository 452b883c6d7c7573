"""JSON files: which export they are, and plain records (JSON lines or a list of objects)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import InputError
from .batch import (
    BATCH_ROWS,
    KEPT_BYTES,
    MAX_CELL,
    Batch,
    Layout,
    MemorySource,
    Source,
    drained,
    message_dates,
    message_texts,
)
from .columns import find_date, find_text
from .encoding import TextEncoding, read_decoded
from .odnoklassniki import is_odnoklassniki, odnoklassniki_rows
from .telegram import is_telegram, telegram_rows
from .values import kind_of_types, mend_surrogates
from .vk import is_vk, is_vk_response, vk_rows

__all__ = ["JsonLinesSource", "open_json"]

MAX_LINE = 4 * MAX_CELL
_LINES = {".jsonl", ".ndjson"}
_UNREAD = "unread_line"
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_DEEP = "nested too deeply"


def open_json(path: Path, *, text_column: str | None = None, name: str | None = None) -> Source:
    """Open a JSON file: a Telegram, VK or Odnoklassniki export, JSON lines, or a list of objects.

    :param path: the file.
    :param text_column: key of the message, if the usual names do not do.
    :param name: what errors call the file.
    :return: the source; JSON lines are streamed, documents are read whole.
    :raises InputError: if it is not JSON (with line and column) or none of these.
    """
    name = str(path) if name is None else name
    return read_decoded(path, lambda encoding: _open(path, encoding, text_column, name), file=name)


def _open(path: Path, encoding: TextEncoding, text_column: str | None, name: str) -> Source:
    first = _first_line(path, encoding)
    if isinstance(first, dict) and not _is_page(first):
        return _open_lines(path, encoding, text_column, name)
    try:
        documents = _documents(path, encoding, name)
    except InputError:
        if Path(name).suffix.lower() not in _LINES:
            raise
        return _open_lines(path, encoding, text_column, name)  # whose first line is one of its bad ones
    return _open_documents(documents, text_column, name)


def _is_page(value: object) -> bool:
    """Whether the value is an export or a page of one, rather than one message."""
    return is_telegram(value) or is_vk_response(value) or is_odnoklassniki([value])


def _open_documents(documents: list[Any], text_column: str | None, name: str) -> Source:
    pages = [page for document in documents for page in (document if isinstance(document, list) else [document])]
    if len(documents) == 1 and is_telegram(documents[0]):
        telegram = telegram_rows(documents[0])
        return _export(*telegram, text_column, name, "Telegram export")
    if is_vk(pages):
        return _export(*vk_rows(pages), text_column, name, "VK comments")
    if is_odnoklassniki(pages):
        return _export(*odnoklassniki_rows(pages), text_column, name, "Odnoklassniki comments")
    if pages and all(isinstance(page, dict) for page in pages):
        return _records(pages, text_column, name)
    what = "this JSON is no Telegram, VK or Odnoklassniki export and no list of objects with a message each"
    raise InputError(what, file=name)


def _export(
    columns: Sequence[str],
    rows: list[list[object]],
    errors: Mapping[int, str],
    notices: Sequence[str],
    text_column: str | None,
    name: str,
    title: str,
) -> Source:
    layout = _layout(columns, rows, columns.index("text") if text_column is None else None, text_column, name)
    _check_lengths(rows, layout, name)
    return MemorySource(name, layout, rows, errors=errors, notices=[title, *notices])


def _records(objects: list[dict[str, Any]], text_column: str | None, name: str) -> Source:
    columns = list(dict.fromkeys(key for record in objects for key in record))
    rows: list[list[object]] = [[record.get(column) for column in columns] for record in objects]
    layout = _layout(columns, rows, None, text_column, name)
    _check_lengths(rows, layout, name)
    return MemorySource(name, layout, rows, objects=objects, notices=["list of JSON objects"])


def _layout(
    columns: Sequence[str], rows: list[list[object]], text: int | None, text_column: str | None, name: str
) -> Layout:
    kinds = tuple(kind_of_types({type(row[at]) for row in rows}) for at in range(len(columns)))
    at = find_text(columns, text_column, file=name) if text is None else text
    return Layout(tuple(columns), kinds, at, find_date(columns))


def _check_lengths(rows: list[list[object]], layout: Layout, name: str) -> None:
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, str) and len(value) > MAX_CELL:
                what = f"a text of more than {MAX_CELL:,} characters"
                raise InputError(what, file=name, row=number, column=layout.columns[at])


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mend_surrogates(value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {mend_surrogates(key): _mended(item) for key, item in value.items()}
    return value


def _parse(text: str) -> Any:
    value = json.loads(text)
    return _mended(value) if _HALF.search(text) else value


def _documents(path: Path, encoding: TextEncoding, name: str) -> list[Any]:
    """The JSON values of the file, one after another: several pages may have been saved into one file."""
    text = path.read_text(encoding=encoding.name, errors="replace" if encoding.damaged else "strict")
    decoder, documents, at = json.JSONDecoder(), [], _skip(text, 0)
    while at < len(text):
        try:
            document, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            what = f"not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
            raise InputError(what, file=name, row=error.lineno) from None
        except RecursionError:
            raise InputError(f"not usable JSON: {_TOO_DEEP}", file=name) from None
        except ValueError:  # an integer of thousands of digits
            raise InputError("not usable JSON: a number is too long", file=name) from None
        documents.append(_mended(document) if _HALF.search(text, at, end) else document)
        at = _skip(text, end)
    if not documents:
        raise InputError("the file is empty", file=name)
    return documents


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff":
        at += 1
    return at


def _first_line(path: Path, encoding: TextEncoding) -> Any:
    """The JSON value of the first line that is not blank; ``None`` if that line alone is none."""
    with path.open(encoding=encoding.name, errors=encoding.errors) as stream:
        line = next((line for line in iter(lambda: stream.readline(MAX_LINE), "") if line.strip()), "")
    try:
        return _parse(line)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file that is not blank: its number, its object, and in Russian why it is none."""

    number: int
    record: dict[str, Any]
    error: str = ""


class JsonLinesSource(Source):
    """One JSON object per line; made by :func:`open_json`."""

    def __init__(
        self,
        path: Path,
        name: str,
        layout: Layout,
        row_count: int,
        encoding: TextEncoding,
        unreadable: int,
        kept: list[_Line] | None,
    ) -> None:
        notices = ["JSON lines"]
        if unreadable:
            notices.append(f"lines that are not JSON objects, kept in column {_UNREAD!r}: {unreadable}")
        super().__init__(name, layout, row_count, notices)
        self._path, self._encoding, self._kept = path, encoding, kept

    def batches(self) -> Iterator[Batch]:
        """The rows, from the first on each call."""
        columns, first = self.layout.columns, 1
        for some in self._lines():
            rows: list[list[object]] = [[line.record.get(column) for column in columns] for line in some]
            texts, dates = message_texts(rows, self.layout.text), message_dates(rows, self.layout.date)
            objects: list[Mapping[str, object]] = [line.record for line in some]
            yield Batch(rows, texts, dates, [line.error for line in some], first, objects)
            first += len(rows)

    def _lines(self) -> Iterator[list[_Line]]:
        """The lines that are not blank, some thousands at a time."""
        kept, self._kept = self._kept, None
        if kept is not None:
            yield from drained(kept, BATCH_ROWS)
            return
        lines = _read_lines(self._path, self._encoding, self.name)
        while some := list(islice(lines, BATCH_ROWS)):
            yield some

    def close(self) -> None:
        """Let go of the kept lines; they can be read again."""
        self._kept = None


def _open_lines(path: Path, encoding: TextEncoding, text_column: str | None, name: str) -> Source:
    types: dict[str, set[type]] = {}
    count = unreadable = 0
    first_error: InputError | None = None
    kept: list[_Line] | None = [] if path.stat().st_size <= KEPT_BYTES else None
    for line in _read_lines(path, encoding, name):
        count += 1
        if kept is not None:
            kept.append(line)
        if line.error:
            unreadable += 1
            first_error = first_error or InputError(f"not a JSON object: {line.error}", file=name, row=line.number)
        for key, value in line.record.items():
            types.setdefault(key, set()).add(type(value))
            if type(value) is str and len(value) > MAX_CELL:
                what = f"a text of more than {MAX_CELL:,} characters"
                raise InputError(what, file=name, row=line.number, column=key)
    if first_error is not None and unreadable == count:
        raise first_error
    if not count:
        raise InputError("the file is empty", file=name)
    columns = tuple(types)
    kinds = tuple(kind_of_types(seen) for seen in types.values())
    layout = Layout(columns, kinds, find_text(columns, text_column, file=name), find_date(columns))
    return JsonLinesSource(path, name, layout, count, encoding, unreadable, kept)


def _read_lines(path: Path, encoding: TextEncoding, name: str) -> Iterator[_Line]:
    """Every line that is not blank."""
    with path.open(encoding=encoding.name, errors="replace" if encoding.damaged else "strict") as stream:
        number = 0
        while text := stream.readline(MAX_LINE + 1):
            number += 1
            if len(text) > MAX_LINE:
                raise InputError(f"a line of more than {MAX_LINE:,} characters", file=name, row=number)
            if text.isspace():
                continue
            try:
                value = _parse(text)
            except json.JSONDecodeError as error:
                yield _unread(number, text, f", знак {error.colno}: не JSON")
            except (RecursionError, ValueError):
                yield _unread(number, text, ": не JSON")
            else:
                yield _Line(number, value) if isinstance(value, dict) else _unread(number, text, ": не объект JSON")


def _unread(number: int, text: str, why: str) -> _Line:
    return _Line(number, {_UNREAD: text.rstrip("\r\n")}, f"строка {number}{why}")
