from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.errors import InputError
from appealnlp.messages import delimited
from appealnlp.messages.batch import BATCH_ROWS
from appealnlp.messages.delimited import DelimitedSource, open_delimited, sniff_delimiter


def opened(folder: Path, content: str | bytes, **options: str) -> DelimitedSource:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_delimited(path, **options)


def rows_of(source: DelimitedSource) -> list[list[object]]:
    return [row for batch in source.batches() for row in batch.rows]


def texts_of(source: DelimitedSource) -> list[str]:
    return [text for batch in source.batches() for text in batch.texts]


DELIMITERS = [
    ("id;text\n1;a, b, c\n2;d, e\n", ";"),
    ("id,text\n1,a; b; c\n2,d\n", ","),
    ("id\ttext\n1\ta, b\n", "\t"),
    ("id|text\n1|a, b; c\n", "|"),
    ('"id; number","text"\n"1","one; two"\n', ","),
    ("Тема, подтема;Текст\nЖКХ, вода;нет воды, третий день\n", ";"),
    ("text\nодин, два; три\nчетыре\n", "\x1f"),
    ("Текст\n", "\x1f"),
    ("id;text\n", ";"),
    ('id;text\n1;"a\nb;c\nd"\n2;e\n', ";"),
    ("id;text;;\n1;a;;\n", ";"),
]


@pytest.mark.parametrize(("sample", "delimiter"), DELIMITERS)
def test_the_delimiter_is_found(sample: str, delimiter: str) -> None:
    assert sniff_delimiter(sample) == delimiter


def test_a_wanted_column_helps_to_find_the_delimiter() -> None:
    assert sniff_delimiter("Мысли, чувства;Что случилось\na, b;c, d\n", text_column="Что случилось") == ";"


def test_excels_own_line_names_the_delimiter(tmp_path: Path) -> None:
    source = opened(tmp_path, "sep=|\r\nid|text\r\n1|раз, два; три\r\n")
    assert source.columns == ["id", "text"]
    assert rows_of(source) == [["1", "раз, два; три"]]


ROWS = [
    ("text,id\nодин,1\n\nдва,2\n\n\n", [["один", "1"], ["", ""], ["два", "2"]]),
    ("\n\ntext,id\nодин,1\n", [["один", "1"]]),
    ("text,id\nодин\nдва,2\n", [["один", ""], ["два", "2"]]),
    ("text,id\nодин,1,,\nдва,2\n", [["один", "1"], ["два", "2"]]),
    ("text,id\nодин,1,лишнее,ещё\nдва,2\n", [["один", "1", "лишнее", "ещё"], ["два", "2", "", ""]]),
    ('text,id\n"строка\r\nи ещё",1\n', [["строка\r\nи ещё", "1"]]),
    ('text,id\n"с ""кавычками""",1\n', [['с "кавычками"', "1"]]),
    ('text,id\nдом "Уют" стоит,1\n', [['дом "Уют" стоит', "1"]]),
    ("text,id\r\nодин,1\r\n", [["один", "1"]]),
    ("text,id\rодин,1\r", [["один", "1"]]),
    ("text,id\nодин,1", [["один", "1"]]),
    ("text,id\n,\nдва,2\n,\n", [["", ""], ["два", "2"], ["", ""]]),
    ("text,id\nа\u2028б\x85в\x0cг,1\n", [["а\u2028б\x85в\x0cг", "1"]]),
    ("text,id\n", []),
]


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(("content", "expected"), ROWS)
def test_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, expected: list[list[str]], kept: bool
) -> None:
    if not kept:
        monkeypatch.setattr(delimited, "KEPT_BYTES", 0)
    source = opened(tmp_path, content)
    for _ in range(2):
        assert rows_of(source) == expected
        assert source.row_count == len(expected)
        source.close()  # and read again


def test_longer_rows_get_columns_of_their_own(tmp_path: Path) -> None:
    assert opened(tmp_path, "text,id\nодин,1,2,3\n").columns == ["text", "id", "extra_1", "extra_2"]


def test_headings_survive_as_they_are(tmp_path: Path) -> None:
    assert opened(tmp_path, "id;;Текст;id; Дата \n1;2;3;4;5\n").columns == ["id", "", "Текст", "id", " Дата "]


def test_the_apostrophe_of_exports_stays_in_the_cell_and_not_in_the_message(tmp_path: Path) -> None:
    source = opened(tmp_path, "text\n'=это не формула\n'просто так\n")
    assert rows_of(source) == [["'=это не формула"], ["'просто так"]]
    assert texts_of(source) == ["=это не формула", "просто так"]


def test_many_columns_and_long_cells(tmp_path: Path) -> None:
    header = [f"c{n}" for n in range(299)] + ["text"]
    cells = ["x" * 30_000] * 299 + ["длинно " * 40_000]
    source = opened(tmp_path, ";".join(header) + "\n" + ";".join(cells) + "\n")
    assert rows_of(source) == [cells]


@pytest.mark.parametrize("kept", [0, delimited.KEPT_BYTES])
def test_batches_are_bounded_and_numbered_as_a_spreadsheet_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(delimited, "KEPT_BYTES", kept)
    count = 2 * BATCH_ROWS + 5
    source = opened(tmp_path, "\nid,text\n" + "".join(f"{n},сообщение\n" for n in range(count)))
    batches = list(source.batches())
    assert [len(batch) for batch in batches] == [BATCH_ROWS, BATCH_ROWS, 5]
    assert [batch.first_row for batch in batches] == [3, 3 + BATCH_ROWS, 3 + 2 * BATCH_ROWS]
    assert [row[0] for row in rows_of(source)] == [str(n) for n in range(count)]


def test_broken_bytes_mark_their_row_only(tmp_path: Path) -> None:
    lines = [b"text;id", *("Нет отопления в подъезде;1".encode() for _ in range(9))]
    lines[4] = "Нет отоплени".encode() + b"\xd1;1"
    source = opened(tmp_path, b"\n".join(lines))
    errors = [error for batch in source.batches() for error in batch.errors]
    assert [bool(error) for error in errors] == [number == 3 for number in range(9)]
    assert rows_of(source)[3] == ["Нет отоплени\ufffd", "1"]


def test_a_wide_row_and_blank_rows_far_down(tmp_path: Path) -> None:
    body = "1,a\n" * (BATCH_ROWS + 3) + "\n" * BATCH_ROWS + "2,b,more\n" + "\n" * (2 * BATCH_ROWS)
    source = opened(tmp_path, "\n" * (BATCH_ROWS + 1) + "id,text\n" + body)
    assert source.columns == ["id", "text", "extra_1"]
    rows = rows_of(source)
    assert len(rows) == source.row_count == 2 * BATCH_ROWS + 4
    assert rows[-1] == ["2", "b", "more"]
    assert next(iter(source.batches())).first_row == BATCH_ROWS + 3


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "KEPT_BYTES", 0)
    source = opened(tmp_path, "id,text\n" + "1,a\n" * 10)
    (tmp_path / "table.csv").write_text("id,text\n1,a\n")
    with pytest.raises(InputError, match="changed while it was read") as caught:
        rows_of(source)
    assert caught.value.row == 3


BAD = [
    ('id,text\n1,один\n2,"два\n3,три\n', 3, None, "never closes"),
    ("id;text;tail\n1;ok;\n2;" + "ы" * 10_000_001 + ";x\n", 3, "text", "10,000,000"),
    ('id;text;tail\n1;"много\nстрок";\n2;"a;b";"' + "ы\n" * 5_100_000 + '"\n', 3, "tail", "10,000,000"),
    ("id;text\n" + "1;2;3;" + "ы" * 10_000_001 + "\n", 2, "4", "10,000,000"),
    ("id;number\n1;2\n", 1, None, "'id', 'number'"),
    (" \n \n", None, None, "empty"),
]


@pytest.mark.parametrize(("content", "row", "column", "what"), BAD, ids=range(len(BAD)))
def test_errors_say_where(tmp_path: Path, content: str, row: int | None, column: str | None, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        opened(tmp_path, content)
    assert (caught.value.row, caught.value.column) == (row, column)
    assert caught.value.file == str(tmp_path / "table.csv")
    assert "ыы" not in str(caught.value)


CELLS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_as_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["number", "text", "date"], *rows])
    source = opened(tmp_path_factory.mktemp("any"), stream.getvalue().encode(encoding))
    assert rows_of(source) == rows
    assert len(texts_of(source)) == len(rows)
