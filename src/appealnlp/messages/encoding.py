"""The encoding of a text file, decided on the whole file: an ASCII header says nothing about row 50,000."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import InputError

__all__ = ["TextEncoding", "detect_encoding", "read_decoded"]

_Read = TypeVar("_Read")
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before utf-16: its mark begins the same
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = bytes(range(0x80))
_LETTERS_1251 = "".join(map(chr, range(0x410, 0x450))).encode("cp1251") + "Ёё".encode("cp1251")
_COMMON_1251 = "оеаинтсрвлОЕАИНТСРВЛ".encode("cp1251")
_MIN_LETTERS = 0.7  # share of Cyrillic letters among the bytes above ASCII; cp866 and utf-8 read as cp1251 stay below
_MIN_COMMON = 0.45  # share of the ten commonest letters; Russian has 0.6, koi8-r read as cp1251 about 0.25
_ENOUGH_LETTERS = 60  # below it the shares of single letters say little
_MAX_DAMAGED = 0.1  # share of broken bytes at which a file is still utf-8, cut or patched somewhere; cp1251 has 0.9
_CLEARLY_BROKEN = 10_000  # bytes
_MIN_UTF16 = 0.5  # share of code units that are ASCII, Latin-1 or Cyrillic


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """An encoding, and whether some bytes of the file break it (they are then read as lone surrogates)."""

    name: str
    damaged: bool = False

    @property
    def errors(self) -> str:
        """The error handler to open the file with."""
        return "surrogateescape" if self.damaged else "strict"


def detect_encoding(path: Path, *, file: str | None = None) -> TextEncoding:
    """Read the whole file in pieces and decide: byte order mark, utf-8, utf-16, windows-1251.

    :param path: the file.
    :param file: what errors call it.
    :return: the encoding; utf-8 with a few broken bytes is ``damaged``.
    :raises InputError: if the bytes are none of these.
    """
    file = str(path) if file is None else file
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if marked is not None and marked != "utf-8-sig":
        if _decodes(path, marked):
            return TextEncoding(marked)
        raise InputError(f"the file is marked as {marked} but breaks off or is damaged", file=file)
    zeros = sum(chunk.count(0) for chunk in _chunks(path))
    if zeros:
        wide = _utf16_without_mark(path)
        if wide is None:
            line = _line_of_zero(path)
            raise InputError(
                "there are zero bytes in it, so it is not a text file but binary data", file=file, row=line
            )
        return TextEncoding(wide)
    if _decodes(path, "utf-8"):
        return TextEncoding("utf-8-sig" if marked else "utf-8")
    if _mostly_utf8(path):
        return TextEncoding("utf-8-sig" if marked else "utf-8", damaged=True)
    if _is_cp1251(path) and _decodes(path, "cp1251"):
        return TextEncoding("cp1251")
    what = "the text is neither utf-8 nor utf-16 nor windows-1251; save the file as UTF-8 and try again"
    raise InputError(what, file=file)


def read_decoded(path: Path, read: Callable[[TextEncoding], _Read], *, file: str) -> _Read:
    """Read a file that is gone through from end to end, with its encoding.

    It is read as utf-8 unless a mark or a zero byte speaks against it; only if it breaks is its encoding detected, and
    it is read again. So most files are decoded once.

    :param path: the file.
    :param read: reads it in the encoding that it is given.
    :param file: what errors call it.
    :return: what ``read`` returns.
    :raises InputError: as `detect_encoding`.
    """
    presumed = _presumed(path)
    if presumed is not None:
        with suppress(UnicodeDecodeError):
            return read(presumed)
    return read(detect_encoding(path, file=file))


def _presumed(path: Path) -> TextEncoding | None:
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
    if not marked.startswith("utf-8") or any(0 in chunk for chunk in _chunks(path)):
        return None
    return TextEncoding(marked)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in this encoding; a zero character is no text in any."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _utf16_without_mark(path: Path) -> str | None:
    known = {"utf-16-le": 0, "utf-16-be": 0}
    total = 0
    for chunk in _chunks(path):
        total += (len(chunk) + 1) // 2
        for name, high in (("utf-16-le", chunk[1::2]), ("utf-16-be", chunk[0::2])):
            known[name] += high.count(0) + high.count(4)
    likely = max(known, key=lambda name: known[name])
    return likely if known[likely] >= _MIN_UTF16 * total and _decodes(path, likely) else None


def _line_of_zero(path: Path) -> int:
    line = 1
    for chunk in _chunks(path):
        at = chunk.find(0)
        if at >= 0:
            return line + chunk.count(b"\n", 0, at)
        line += chunk.count(b"\n")
    return line


def _mostly_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    high = broken = 0
    for chunk in _chunks(path):
        high += len(chunk.translate(None, _ASCII))
        broken += _surrogates(decoder.decode(chunk))
        if broken > _CLEARLY_BROKEN and broken > _MAX_DAMAGED * high:
            return False  # no need to count on
    broken += _surrogates(decoder.decode(b"", final=True))
    return broken <= _MAX_DAMAGED * high


def _surrogates(text: str) -> int:
    """How many bytes are read as lone surrogates."""
    return len(text.encode("utf-8", "surrogateescape")) - len(text.encode("utf-8", "ignore"))


def _is_cp1251(path: Path) -> bool:
    high = letters = common = 0
    for chunk in _chunks(path):
        above = chunk.translate(None, _ASCII)
        high += len(above)
        letters += len(above) - len(above.translate(None, _LETTERS_1251))
        common += len(above) - len(above.translate(None, _COMMON_1251))
    if letters < _MIN_LETTERS * high:
        return False
    return letters < _ENOUGH_LETTERS or common >= _MIN_COMMON * letters
