from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.errors import OutputError
from appealnlp.messages import excel_sink
from appealnlp.messages import sink as sink_module
from appealnlp.messages.batch import AddedColumn, Batch, Layout
from appealnlp.messages.excel import open_excel
from appealnlp.messages.excel_sink import ExcelSink
from appealnlp.messages.sink import CsvSink, check_target, csv_cells, formula_proof, open_sink, unique_names
from appealnlp.messages.values import as_text

ADDED = [AddedColumn("nlp_urgency", "Срочность"), AddedColumn("nlp_confidence", "nlp_confidence", "number")]
NAMES = ("id", "Текст", "Дата")
LAYOUT = Layout(NAMES, ("integer", "text", "datetime"), 1)
ROWS: list[list[object]] = [
    [1, 'Нет воды; "совсем",\nтретий день', datetime(2024, 2, 1, 10, 5)],
    [None, None, None],
    [3, "😀 ёлка\r\tи — тире", datetime(2024, 2, 2)],
]
VALUES = {"nlp_urgency": ["critical", "", "none"], "nlp_confidence": [0.51, None, 1.0]}
FORMATS = ["a.csv", "a.tsv", "a.xlsx", "a.jsonl", "a.parquet"]


def batch(rows: list[list[object]], **fields: object) -> Batch:
    count = len(rows)
    return Batch(rows, [""] * count, [None] * count, [""] * count, 2, **fields)  # type: ignore[arg-type]


def write(path: Path, layout: Layout = LAYOUT, rows: list[list[object]] = ROWS, **options: bool) -> bytes:
    with open_sink(path, layout, ADDED, **options) as sink:
        sink.write(batch(rows), {key: (values * len(rows))[: len(rows)] for key, values in VALUES.items()})
    return path.read_bytes()


def csv_rows(content: bytes, delimiter: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


AS_TEXT = [
    ["id", "Текст", "Дата", "Срочность", "nlp_confidence"],
    ["1", 'Нет воды; "совсем",\nтретий день', "2024-02-01 10:05:00", "critical", "0.51"],
    ["", "", "", "", ""],
    ["3", "😀 ёлка\r\tи — тире", "2024-02-02 00:00:00", "none", "1"],
]


def test_csv(tmp_path: Path) -> None:
    content = write(tmp_path / "a.csv")
    assert csv_rows(content) == AS_TEXT
    assert content.startswith("id,Текст".encode())
    assert b"\r\n" not in content


def test_csv_for_excel(tmp_path: Path) -> None:
    content = write(tmp_path / "a.csv", excel_csv=True)
    assert csv_rows(content, ";", "utf-8-sig") == AS_TEXT
    assert content.startswith(b"\xef\xbb\xbfid;")
    assert content.endswith(b"none;1\r\n")


def test_tsv(tmp_path: Path) -> None:
    assert csv_rows(write(tmp_path / "a.tsv"), "\t") == AS_TEXT


def test_jsonl(tmp_path: Path) -> None:
    records = [json.loads(line) for line in write(tmp_path / "a.jsonl").decode().split("\n")[:-1]]
    assert records[0] == {
        "id": 1,
        "Текст": ROWS[0][1],
        "Дата": "2024-02-01 10:05:00",
        "Срочность": "critical",
        "nlp_confidence": 0.51,
    }
    assert records[1]["nlp_confidence"] is None
    assert len(records) == 3


def test_jsonl_keeps_objects_as_they_were(tmp_path: Path) -> None:
    objects = [{"text": "а", "tags": [1, {"x": None}]}, {"other": float("nan"), "nlp_urgency": "старое"}]
    layout = Layout(("text", "tags", "other"), ("text", "text", "number"), 0)
    with open_sink(tmp_path / "a.jsonl", layout, [AddedColumn("nlp_urgency", "nlp_urgency")]) as sink:
        rows = [[record.get(name) for name in layout.columns] for record in objects]
        sink.write(batch(rows, objects=objects), {"nlp_urgency": ["none", "urgent"]})
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {**objects[0], "nlp_urgency": "none"}
    assert json.loads(lines[1]) == {"other": None, "nlp_urgency": "urgent"}


def test_parquet(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.types == [pa.int64(), pa.string(), pa.timestamp("us"), pa.string(), pa.float64()]
    assert table.column("Дата").to_pylist() == [row[2] for row in ROWS]
    assert table.column("nlp_confidence").to_pylist() == VALUES["nlp_confidence"]


def test_parquet_keeps_arrow_types(tmp_path: Path) -> None:
    schema = pa.schema([("text", pa.large_string()), ("n", pa.int8()), ("when", pa.timestamp("ns"))])
    arrow = pa.RecordBatch.from_pydict({"text": ["а", None], "n": [1, None], "when": [123, None]}, schema)
    layout = Layout(("text", "n", "when"), ("text", "integer", "datetime"), 0, None, schema)
    with open_sink(tmp_path / "a.parquet", layout, ADDED[:1]) as sink:
        sink.write(batch([[], []], arrow=arrow), {"nlp_urgency": ["none", "urgent"]})
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.types[:3] == schema.types
    assert table.select([0, 1, 2]).to_batches()[0].equals(arrow)


def test_parquet_makes_row_groups_of_many_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "_ROW_GROUP", 5)
    with open_sink(tmp_path / "a.parquet", LAYOUT, ADDED) as sink:
        for _ in range(3):
            sink.write(batch(ROWS), VALUES)
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [6, 3]
    file.close()


def test_a_value_that_does_not_go_into_parquet(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="'id'"):
        write(tmp_path / "a.parquet", rows=[[2**70, "а", None]])
    assert list(tmp_path.iterdir()) == []


def test_excel(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book.active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0] == AS_TEXT[0]
    assert values[1] == [1, ROWS[0][1], ROWS[0][2], "critical", 0.51]
    assert values[3][1] == "😀 ёлка\n\tи — тире"  # Excel's line break
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E4"
    assert sheet.column_dimensions["B"].width > 60
    assert sheet["B2"].alignment.wrap_text
    assert sheet["B2"].alignment.vertical == "top"
    book.close()


def test_every_urgency_has_its_colour(tmp_path: Path) -> None:
    levels = ["emergency", "critical", "urgent", "routine", "none"]
    with open_sink(tmp_path / "a.xlsx", Layout(("text",), ("text",), 0), ADDED[:1]) as sink:
        sink.write(batch([["х"]] * 6), {"nlp_urgency": [*levels, ""]})
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert len({sheet.cell(row, 2).fill.fgColor.rgb for row in range(2, 7)}) == 5
    assert sheet["A2"].fill.fill_type is None


def test_long_texts_stand_whole_on_their_own_sheet(tmp_path: Path) -> None:
    long = "Длинно 😀 " * 12_000
    write(tmp_path / "a.xlsx", rows=[[1, "коротко", None], [2, long, None], [3, "а" * 32_767, None]])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["Сообщения"]
    assert len(sheet["B3"].value.encode("utf-16-le")) // 2 <= 32_767
    assert sheet["B3"].value.endswith("[целиком на листе «Длинные тексты»]")
    assert sheet["B4"].value == "а" * 32_767
    pieces = list(book["Длинные тексты"].iter_rows(min_row=2, values_only=True))
    assert "".join(str(piece[4]) for piece in pieces) == long
    assert {piece[1:3] for piece in pieces} == {(3, "Текст")}


def test_rows_over_the_limit_go_to_the_next_sheet(tmp_path: Path) -> None:
    with ExcelSink(tmp_path / "a.xlsx", LAYOUT, ADDED, max_rows=4) as sink:
        for start in range(0, 8, 2):
            rows: list[list[object]] = [[start, "а", None], [start + 1, "б", None]]
            sink.write(batch(rows), {key: values[:2] for key, values in VALUES.items()})
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Сообщения", "Сообщения 2", "Сообщения 3"]
    assert [sheet["A1"].value for sheet in book] == ["id"] * 3
    numbers = [row[0] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert numbers == list(range(8))


def test_a_sheet_that_grows_too_large_goes_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_sink, "MAX_SHEET_BYTES", 10)
    rows: list[list[object]] = [[1, "х" * 30_000, None]] * 3  # more than the system holds back before it writes
    with open_sink(tmp_path / "a.xlsx", LAYOUT, ADDED) as sink:
        for _ in range(2):
            sink.write(batch(rows), VALUES)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [sheet.max_row for sheet in book] == [4, 4]


def test_equal_rows_make_equal_workbooks(tmp_path: Path) -> None:
    assert write(tmp_path / "a.xlsx") == write(tmp_path / "b.xlsx")


def test_only_the_message_and_the_reason_wrap(tmp_path: Path) -> None:
    added = [AddedColumn("nlp_urgency", "Срочность"), AddedColumn("nlp_urgency_reason", "Причина")]
    with open_sink(tmp_path / "a.xlsx", LAYOUT, added) as sink:
        sink.write(batch([[1, "Нет воды", "вчера"]]), {"nlp_urgency": ["urgent"], "nlp_urgency_reason": ["вода"]})
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [cell.column_letter for cell in sheet[2] if cell.alignment.wrap_text] == ["B", "E"]
    assert {cell.alignment.vertical for cell in sheet[2]} == {"top"}
    assert all(cell.font.bold and cell.alignment.wrap_text for cell in sheet[1])
    widths = {letter: sheet.column_dimensions[letter].width for letter in "ABCDE"}
    assert widths["B"] > widths["E"] > widths["D"] > widths["A"]


HEIGHTS = [("Коротко", None), ("Длиннее " * 20, 45), ("а\nб\nв", 45), ("Очень длинно " * 1000, 225), (None, None)]


@pytest.mark.parametrize(("text", "height"), HEIGHTS)
def test_a_row_is_as_high_as_its_message_up_to_a_limit(tmp_path: Path, text: str | None, height: int | None) -> None:
    write(tmp_path / "a.xlsx", rows=[[1, text, None]])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active.row_dimensions[2].height == height


MOMENTS = [
    (date(2024, 1, 1), 45292, "dd.mm.yyyy"),
    (datetime(2024, 1, 1, 12), 45292.5, "dd.mm.yyyy hh:mm:ss"),
    (date(1900, 3, 1), 61, "dd.mm.yyyy"),
    (time(6), 0.25, "hh:mm:ss"),
    (timedelta(hours=36), 1.5, "[h]:mm:ss"),
    (date(1900, 2, 28), "1900-02-28", "General"),
    (timedelta(-1), "-1 day, 0:00:00", "General"),
    (datetime(2024, 1, 1, tzinfo=timezone.utc), "2024-01-01 00:00:00+00:00", "General"),
    (time(6, tzinfo=timezone.utc), "06:00:00+00:00", "General"),
]


@pytest.mark.parametrize(("moment", "value", "look"), MOMENTS)
def test_moments_in_excel(tmp_path: Path, moment: object, value: object, look: str) -> None:
    write(tmp_path / "a.xlsx", rows=[[moment, "х", None]])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    cell = next(cell for cell in sheet.iter() if cell.get("r") == "A2")
    stored = "".join(cell.itertext())
    assert (float(stored) if isinstance(value, (int, float)) else stored) == value
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].number_format == look


XML_LOOKALIKES = ["<r></r>", "<r><t>Нет воды</t></r>", "<r>& </broken></r>", "</t></is>", "&amp;", "]]>"]


@pytest.mark.parametrize("text", XML_LOOKALIKES)
def test_a_message_that_looks_like_xml_stays_text(tmp_path: Path, text: str) -> None:
    write(tmp_path / "a.xlsx", rows=[[text, text, None]])
    (read,) = open_excel(tmp_path / "a.xlsx").batches()
    assert read.rows[0][:2] == [text, text]


def test_characters_that_no_xml_holds(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", rows=[["\ud800а", "\uffff\x01", None]])
    (read,) = open_excel(tmp_path / "a.xlsx").batches()
    assert read.rows[0][:2] == ["\ufffdа", "\ufffd\x01"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40, alphabet=st.characters(codec="utf-8", exclude_characters="\r\ufffe\uffff"))))
def test_any_text_comes_back_from_excel(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    write(path, Layout(("n", "text"), ("integer", "text"), 1), [[1, text] for text in texts] + [[1, "х"]])
    (read,) = open_excel(path).batches()
    assert [row[1] or "" for row in read.rows] == [*texts, "х"]


@pytest.mark.parametrize(("package", "name"), [("xlsxwriter", "a.xlsx"), ("pyarrow", "a.parquet")])
def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OutputError, match=r"pip install \"appealnlp\[(excel|parquet)\]\""):
        write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_the_rows_kept_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    write(tmp_path / "a.xlsx")
    with pytest.raises(KeyError), open_sink(tmp_path / "b.xlsx", LAYOUT, ADDED) as sink:
        sink.write(batch(ROWS), VALUES)
        raise KeyError
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_disk_that_fills_up_when_a_workbook_is_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OutputError, match="No space left"):
        write(tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


ODD_VALUES = [
    2**60,
    float("nan"),
    float("inf"),
    date(1850, 1, 1),
    {"а": 1},
    True,
    b"\x01",
    10**400,
    Decimal("NaN"),
    Decimal("sNaN"),
]


def test_odd_values_go_into_every_format(tmp_path: Path) -> None:
    layout = Layout(tuple(map(str, range(len(ODD_VALUES)))), ("text",) * len(ODD_VALUES), 0)
    for name in FORMATS:
        write(tmp_path / name, layout, [list(ODD_VALUES)])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A2"].value == str(2**60)
    assert sheet["D2"].value == "1850-01-01"


DANGEROUS = ["=1+1", "+7-912-000", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "=", "- Когда починят?", "-1+1", "+5 рублей"]
HARMLESS = ["-5", "+5", "-5,5", "-0.5", "+79120000000", "-5%", "-", "---", "1=1", "а", "", "'=1", "—", "«=»"]


@pytest.mark.parametrize("value", DANGEROUS)
def test_a_formula_gets_an_apostrophe(value: str) -> None:
    assert formula_proof(value) == "'" + value


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_no_formula_stays(value: str) -> None:
    assert formula_proof(value) == value


VALUES_OF_A_COLUMN = st.lists(st.text(max_size=8) | st.text(",;\t\"\r\n=-'0 ", max_size=5), min_size=1, max_size=8)


@settings(deadline=None)
@given(column=VALUES_OF_A_COLUMN, delimiter=st.sampled_from(",;\t"))
def test_cells_are_quoted_as_the_csv_module_does(column: list[str], delimiter: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([formula_proof(text), "x"] for text in column if "\0" not in text)
    lines = [cell + delimiter + "x\r\n" for cell in csv_cells(column, delimiter) if "\0" not in cell]
    assert "".join(lines) == stream.getvalue()


@settings(deadline=None)
@given(st.lists(st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=5)))
def test_cells_of_any_kind_are_their_text(column: list[object]) -> None:
    for values in (column, [value for value in column if isinstance(value, int)]):
        assert csv_cells(values, "\x1f") == csv_cells([as_text(value) for value in values], "\x1f")


def test_a_zero_byte_is_replaced(tmp_path: Path) -> None:
    content = write(tmp_path / "a.csv", rows=[[1, "а\0б", None]])
    assert csv_rows(content)[1][1] == "а\ufffdб"


@pytest.mark.parametrize("options", [{}, {"excel_csv": True}])
def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path, options: dict[str, bool]) -> None:
    layout = Layout(("=заголовок", "text"), ("text", "text"), 1)
    content = write(tmp_path / "a.csv", layout, [[value, value] for value in DANGEROUS], **options)
    rows = csv_rows(content, ";" if options else ",", "utf-8-sig")
    assert rows[0][:2] == ["'=заголовок", "text"]
    assert [row[0] for row in rows[1:]] == ["'" + value for value in DANGEROUS]


def test_no_cell_of_a_workbook_is_a_formula_and_all_stay_as_they_are(tmp_path: Path) -> None:
    layout = Layout(("=заголовок", "text"), ("text", "text"), 1)
    cells = [*DANGEROUS, "https://example.org", "0012", "_x000D_"]
    write(tmp_path / "a.xlsx", layout, [[value, value] for value in cells])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows(max_col=2) for cell in row} == {"s"}
    (read,) = open_excel(tmp_path / "a.xlsx").batches()
    assert [row[0] for row in read.rows] == [cell.replace("\r", "\n") for cell in cells]
    assert not sheet._hyperlinks


@pytest.mark.parametrize("name", FORMATS)
def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("старое")
    with pytest.raises(KeyboardInterrupt), open_sink(tmp_path / name, LAYOUT, ADDED) as sink:
        sink.write(batch(ROWS), VALUES)
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "старое"


@pytest.mark.parametrize("name", FORMATS)
def test_until_the_end_there_is_no_target(tmp_path: Path, name: str) -> None:
    with open_sink(tmp_path / name, LAYOUT, ADDED) as sink:
        sink.write(batch(ROWS), VALUES)
        assert not (tmp_path / name).exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", FORMATS)
def test_no_rows_make_a_file_with_headings(tmp_path: Path, name: str) -> None:
    with open_sink(tmp_path / name, LAYOUT, ADDED):
        pass
    assert (tmp_path / name).exists()


def test_the_mode_of_an_old_file_stays_and_links_are_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "a.csv", tmp_path / "link.csv"
    target.write_text("старое")
    target.chmod(0o640)
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("id,")
    assert target.stat().st_mode & 0o777 == 0o640


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(0o700)


def test_targets_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, what in [
        ("a.doc", ".csv, .tsv, .xlsx, .jsonl, .parquet"),
        ("a", "must end with"),
        ("none/a.csv", "no folder"),
        ("folder.csv", "a folder, not a file"),
        ("pipe.csv", "not an ordinary file"),
    ]:
        with pytest.raises(OutputError, match=what):
            check_target(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    with _unwritable(tmp_path), pytest.raises(OutputError, match="cannot be written"):
        check_target(tmp_path / "a.csv")


def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CsvSink, "_write", full)
    with pytest.raises(OutputError, match="No space left"):
        write(tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with open_sink("-", Layout(("text",), ("text",), 0), []) as sink:
        sink.write(batch([["ё"]]), {})
    with open_sink("-", Layout(("text",), ("text",), 0), [], standard="jsonl") as sink:
        sink.write(batch([["ё"]]), {})
    assert capsys.readouterr().out == 'text\nё\n{"text": "ё"}\n'


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["", "", "column_1"], ["column_1_2", "column_2", "column_1"]),
    ],
)
def test_unique_names(names: list[str], unique: list[str]) -> None:
    assert unique_names(names) == unique


@given(st.lists(st.sampled_from(["", "a", "a_2", "a_3", "column_1", "column_2"])))
def test_unique_names_are_unique_and_first_come_first_kept(names: list[str]) -> None:
    unique = unique_names(names)
    assert len(set(unique)) == len(names)
    assert all(name in unique for name in names if name)


CELLS = st.none() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=30) | st.dates() | st.datetimes()


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_rows_in_are_rows_out_in_every_format(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    layout = Layout(("a", "text"), ("text", "text"), 1)
    for name in FORMATS:
        write(folder / name, layout, rows)
    assert len(csv_rows((folder / "a.csv").read_bytes())) == len(rows) + 1
    assert len(csv_rows((folder / "a.tsv").read_bytes(), "\t")) == len(rows) + 1
    assert len((folder / "a.jsonl").read_text(encoding="utf-8").split("\n")) == len(rows) + 1
    assert pq.read_metadata(folder / "a.parquet").num_rows == len(rows)
    book = openpyxl.load_workbook(folder / "a.xlsx")
    assert book.active.auto_filter.ref == f"A1:D{max(len(rows), 1) + 1}"
