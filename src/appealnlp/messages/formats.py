"""Which format a file has: its content decides, and its name must agree."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from ..errors import InputError
from .encoding import detect_encoding

__all__ = ["READABLE", "find_format"]

READABLE = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".txt": "text",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_TITLES = {
    "delimited": ("a text table", ".csv"),
    "json": ("JSON", ".json or .jsonl"),
    "excel": ("an Excel workbook", ".xlsx"),
    "parquet": ("a parquet file", ".parquet"),
}
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "an RTF document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 1 << 16
_BLOCK = 1 << 20
_SAVE_AS = "open it in Excel or LibreOffice and save it as .xlsx or .csv"


def find_format(path: Path, *, name: str | None = None) -> str:
    """Decide how to read a file.

    :param path: the file.
    :param name: its name as the user knows it; ``-`` for standard input, where only the content counts.
    :return: ``delimited``, ``json``, ``excel`` or ``parquet``.
    :raises InputError: if it is missing, empty, of a format that is not read, or its content contradicts its name.
    """
    name = str(path) if name is None else name
    if not path.exists():
        raise InputError("there is no such file", file=name)
    if not path.is_file():
        raise InputError("this is not a file", file=name)
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=name) from None
    if not head.strip():
        raise InputError("the file is empty", file=name)
    suffix = Path(name).suffix.lower()
    content = _by_content(path, head, suffix, name)
    expected = "text" if name == "-" or not suffix else READABLE.get(suffix)
    if expected is None:
        known = ", ".join(READABLE)
        what = f"files called {suffix} are not read (known: {known}); this one holds {_TITLES[content][0]}"
        raise InputError(what, file=name)
    if expected not in {content, "text"}:
        if content == "delimited":
            detect_encoding(path, file=name)  # binary data gets its own error
        what = f"the name says {_TITLES[expected][0]}, the content is {_TITLES[content][0]}; "
        raise InputError(f"{what}rename it to {_TITLES[content][1]} if that is right", file=name)
    return content


def _by_content(path: Path, head: bytes, suffix: str, name: str) -> str:
    if head.startswith(b"PK"):
        return _zip_content(path, name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        raise _ole_error(path, name)
    for magic, title in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"this is {title}, not a table of messages", file=name)
    start = head[:512].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<meta")):
        what = "this is a web page; export from Telegram as machine-readable JSON"
        raise InputError(f"{what}, and a table saved under a false name: {_SAVE_AS}", file=name)
    if start.startswith(b"<?xml"):
        raise InputError(f"this is XML; {_SAVE_AS}", file=name)
    if READABLE.get(suffix) == "json" or (start[:1] in (b"{", b"[") and _is_json(head)):
        return "json"
    return "delimited"


def _zip_content(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise InputError("the workbook is cut short or damaged; copy or export it again", file=name) from None
    if "xl/workbook.xml" in members:
        return "excel"
    if "word/document.xml" in members:
        raise InputError("this is a Word document, not a table of messages", file=name)
    if "xl/workbook.bin" in members or "content.xml" in members:
        raise InputError(f"this kind of workbook is not read; {_SAVE_AS}", file=name)
    raise InputError("this is a zip archive; unpack it and give the files in it", file=name)


def _ole_error(path: Path, name: str) -> InputError:
    encrypted, workbook = "EncryptedPackage".encode("utf-16-le"), "Workbook".encode("utf-16-le")
    found = {encrypted: False, workbook: False}
    tail = b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            for word in found:
                found[word] = found[word] or word in tail + block
            tail = block[-len(encrypted) :]
    if found[encrypted]:
        what = "the workbook is protected by a password; open it in Excel and save it without one"
    elif found[workbook] or Path(name).suffix.lower() == ".xls":
        what = f"this is an old Excel workbook (.xls), which is not read; {_SAVE_AS}"
    else:
        what = "this is an old Office document, not a table of messages"
    return InputError(what, file=name)


def _is_json(head: bytes) -> bool:
    """Whether the beginning is JSON as far as it goes: a table may also begin with a bracket."""
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace").lstrip()
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        return error.pos > len(text) // 2 or text.startswith('{"') or bool(text[1:].lstrip()[:1] in ("{", '"', "}"))
    except (RecursionError, ValueError):
        return True
    return True
