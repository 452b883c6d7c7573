from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.errors import InputError
from appealnlp.messages.encoding import TextEncoding, detect_encoding, read_decoded

RUSSIAN = "Дата;Текст обращения\n01.02.2024;Во дворе третий день течёт труба, лёд у подъезда — «не пройти»\n"
ENCODED = [
    ("utf-8", b"", "utf-8"),
    ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
    ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
    ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
    ("utf-16-le", b"", "utf-16-le"),
    ("utf-16-be", b"", "utf-16-be"),
    ("cp1251", b"", "cp1251"),
]


def write(folder: Path, content: bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("encoding", "mark", "expected"), ENCODED)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, mark: bytes, expected: str) -> None:
    found = detect_encoding(write(tmp_path, mark + RUSSIAN.encode(encoding)))
    assert found.name == expected
    assert not found.damaged


@pytest.mark.parametrize(("encoding", "mark", "expected"), ENCODED)
def test_a_file_is_read_with_its_encoding(tmp_path: Path, encoding: str, mark: bytes, expected: str) -> None:
    path = write(tmp_path, mark + RUSSIAN.encode(encoding))
    tried = []

    def read(found: TextEncoding) -> str:
        tried.append(found.name)
        return path.read_text(encoding=found.name, errors=found.errors)

    assert read_decoded(path, read, file="table.csv") == RUSSIAN
    assert tried == (["utf-8", "cp1251"] if encoding == "cp1251" else [expected])


@pytest.mark.parametrize(("encoding", "mark", "expected"), ENCODED)
def test_the_whole_file_decides_not_its_ascii_beginning(
    tmp_path: Path, encoding: str, mark: bytes, expected: str
) -> None:
    text = "id;text\n" + "1;plain ascii line, nothing to see\n" * 40_000 + RUSSIAN * 10
    wanted = "cp1251" if encoding == "cp1251" else expected
    assert detect_encoding(write(tmp_path, mark + text.encode(encoding))).name == wanted


@pytest.mark.parametrize("encoding", ["cp866", "koi8-r", "gb18030", "shift-jis"])
def test_other_encodings_are_refused_not_garbled(tmp_path: Path, encoding: str) -> None:
    text = RUSSIAN.replace("—", "-").replace("«", '"').replace("»", '"').replace("ё", "е").replace("Ё", "Е")
    with pytest.raises(InputError, match="neither utf-8"):
        detect_encoding(write(tmp_path, text.encode(encoding) * 5))


def test_a_few_broken_bytes_leave_it_utf8(tmp_path: Path) -> None:
    lines = [RUSSIAN.encode()] * 20
    lines[7] = lines[7][:-2] + b"\n"  # the last letter is cut in half
    found = detect_encoding(write(tmp_path, b"".join(lines)))
    assert (found.name, found.damaged, found.errors) == ("utf-8", True, "surrogateescape")


@pytest.mark.parametrize(
    ("content", "row"),
    [(b"text\nfine\nnot \x00 fine\n", 3), (bytes(range(256)) * 8, 1), (b"\x00" * 5, 1)],
    ids=["one zero byte", "all bytes", "zeros"],
)
def test_zero_bytes_mean_binary_data(tmp_path: Path, content: bytes, row: int) -> None:
    with pytest.raises(InputError, match="binary") as caught:
        detect_encoding(write(tmp_path, content))
    assert caught.value.row == row


def test_cut_utf16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="breaks off"):
        detect_encoding(write(tmp_path, codecs.BOM_UTF16_LE + RUSSIAN.encode("utf-16-le")[:-1]))


@settings(deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_whatever_is_utf8_is_read_as_utf8(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = write(tmp_path_factory.mktemp("any"), text.encode())
    found = detect_encoding(path)
    assert path.read_bytes().decode(found.name).removeprefix("\ufeff") == text.removeprefix("\ufeff")
