from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from appealnlp.errors import InputError
from appealnlp.messages.formats import find_format

TEXT = "Дата;Текст\n01.02.2024;Нет света\n".encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def excel_bytes(folder: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def parquet_bytes(folder: Path) -> bytes:
    pq.write_table(pa.table({"text": ["x"]}), folder / "made.parquet")
    return (folder / "made.parquet").read_bytes()


def zip_bytes(folder: Path, *names: str) -> bytes:
    with zipfile.ZipFile(folder / "made.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return (folder / "made.zip").read_bytes()


def compound_file(entry: str) -> bytes:
    """An OLE container as old Office writes it: header, FAT, and a directory whose entry names the content."""
    header = bytearray(512)
    header[:8] = OLE
    header[24:34] = bytes.fromhex("3e000300feff09000600")
    header[44:52] = (1).to_bytes(4, "little") + (1).to_bytes(4, "little")
    header[76:80] = (0).to_bytes(4, "little")
    fat = bytearray(b"\xff" * 512)
    fat[:8] = bytes.fromhex("fdfffffffeffffff")
    directory = bytearray(512)
    for number, (name, kind) in enumerate((("Root Entry", 5), (entry, 2))):
        encoded = name.encode("utf-16-le") + b"\0\0"
        start = number * 128
        directory[start : start + len(encoded)] = encoded
        directory[start + 64 : start + 66] = len(encoded).to_bytes(2, "little")
        directory[start + 66] = kind
    return bytes(header + fat + directory)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", TEXT, "delimited"),
        ("a.TSV", TEXT, "delimited"),
        ("a.txt", TEXT, "delimited"),
        ("noname", TEXT, "delimited"),
        ("a.csv", b"[club1|Name], hello;text\n", "delimited"),
        ("a.txt", b'{"text": "x"}\n{"text": "y"}\n', "json"),
        ("noname", b'[\n  {"text": "x"}', "json"),
        ("a.json", b"[]", "json"),
        ("a.jsonl", b'{"text": "x"}', "json"),
        ("a.json", '{"text": "я"}'.encode("utf-16"), "json"),
    ],
)
def test_text_formats(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    assert find_format(written(tmp_path, name, content)) == expected


def test_binary_formats(tmp_path: Path) -> None:
    assert find_format(written(tmp_path, "a.xlsx", excel_bytes(tmp_path))) == "excel"
    assert find_format(written(tmp_path, "a.xlsm", excel_bytes(tmp_path))) == "excel"
    assert find_format(written(tmp_path, "a.parquet", parquet_bytes(tmp_path))) == "parquet"
    assert find_format(written(tmp_path, "copy", excel_bytes(tmp_path)), name="-") == "excel"


REFUSED = [
    ("empty.csv", b"", "empty"),
    ("empty.xlsx", b"", "empty"),
    ("blank.json", b" \n\n", "empty"),
    ("a.xlsx", TEXT, "content is a text table.*rename it to .csv"),
    ("a.parquet", TEXT, "content is a text table"),
    ("a.csv", b'{"text": "x"}\n', "content is JSON"),
    ("a.xlsx", OLE, "old Office"),
    ("a.xls", compound_file("Workbook"), "old Excel workbook.*save it as .xlsx"),
    ("a.xlsx", compound_file("Workbook"), "old Excel workbook"),
    ("a.xlsx", compound_file("EncryptedPackage"), "password"),
    ("a.csv", compound_file("EncryptedPackage"), "password"),
    ("a.doc", compound_file("WordDocument"), "old Office document"),
    ("a.csv", b"%PDF-1.7 ...", "a PDF"),
    ("a.csv", b"\x89PNG\r\n", "a picture"),
    ("a.csv", b"\x1f\x8b\x08\x00", "gzip"),
    ("a.html", b"<!DOCTYPE html><html>", "web page.*JSON"),
    ("a.xls", b"<html><table>", "web page.*save it as .xlsx"),
    ("a.xls", b"\xef\xbb\xbf<?xml version='1.0'?>", "XML.*save it as .xlsx"),
    ("a.foo", TEXT, "files called .foo are not read"),
    ("a.xlsx", b"PK\x03\x04 then nothing", "cut short or damaged"),
    ("a.xlsx", os.urandom(64) + b"\0" * 64, "binary"),
]


@pytest.mark.parametrize(("name", "content", "what"), REFUSED, ids=[f"{n}-{w}" for n, _, w in REFUSED])
def test_other_files_are_refused_with_a_remedy(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(InputError, match=what) as caught:
        find_format(path)
    assert caught.value.file == str(path)


@pytest.mark.parametrize(
    ("members", "what"),
    [
        (("word/document.xml",), "Word document"),
        (("xl/workbook.bin",), "not read.*save it as .xlsx"),
        (("content.xml",), "not read"),
        (("a.csv",), "zip archive"),
    ],
)
def test_other_archives(tmp_path: Path, members: tuple[str, ...], what: str) -> None:
    with pytest.raises(InputError, match=what):
        find_format(written(tmp_path, "a.xlsx", zip_bytes(tmp_path, *members)))


def test_a_workbook_or_parquet_under_a_false_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"an Excel workbook; rename it to \.xlsx"):
        find_format(written(tmp_path, "a.csv", excel_bytes(tmp_path)))
    with pytest.raises(InputError, match=r"a parquet file; rename it to \.parquet"):
        find_format(written(tmp_path, "a.json", parquet_bytes(tmp_path)))


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        find_format(tmp_path / "none.csv")
    with pytest.raises(InputError, match="not a file"):
        find_format(tmp_path)


def test_the_start_of_a_long_json_is_enough(tmp_path: Path) -> None:
    content = json.dumps([{"text": "слово " * 50}] * 2000).encode()
    assert find_format(written(tmp_path, "noname", content)) == "json"
