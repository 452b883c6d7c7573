from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import appealnlp
from appealnlp.classifier import COLUMNS
from appealnlp.cli import main
from appealnlp.cli.judging import Columns, Judge, Months
from appealnlp.cli.masking import MASKED, load_with_masks, with_masked_texts
from appealnlp.messages import Batch

Run = Callable[..., tuple[int, str, str]]
TEXT = "Меня зовут Мария, тел. 8 900 000-12-13"
SHOWN = "Меня зовут [ИМЯ], тел. [ТЕЛЕФОН]"
ROWS = [{"id": 1, "text": TEXT, "author": "Мария"}, {"id": 2, "text": "Нет воды", "author": "Пётр"}]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(str(left.value.code or 0)), out, err

    return call


def write(path: Path) -> Path:
    if path.suffix == ".parquet":
        kinds = pa.schema([("id", pa.int64()), ("text", pa.large_string()), ("author", pa.string())])
        pq.write_table(pa.Table.from_pylist(ROWS, kinds), path)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (list(ROWS[0]), *(list(row.values()) for row in ROWS)):
            book.active.append(row)
        book.save(path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([list(ROWS[0]), *(list(row.values()) for row in ROWS)])
    return path


def read(path: Path) -> list[list[str]]:
    """The rows of an output without its headings, as text."""
    if path.suffix == ".parquet":
        rows = [list(row.values()) for row in pq.read_table(path).to_pylist()]
    elif path.suffix == ".xlsx":
        rows = [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)][1:]
    elif path.suffix == ".jsonl":
        rows = [list(json.loads(line).values()) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
    return [[str(cell or "") for cell in row] for row in rows]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl", ".parquet"])
@pytest.mark.parametrize("target", [".csv", ".xlsx", ".jsonl", ".parquet"])
def test_the_message_column_is_masked_and_no_other(suffix: str, target: str, tmp_path: Path, run: Run) -> None:
    output = tmp_path / f"out{target}"
    code, _, _ = run("mask", write(tmp_path / f"in{suffix}"), "-o", output)
    assert code == 0
    assert read(output) == [["1", SHOWN, "Мария", ""], ["2", "Нет воды", "Пётр", ""]]


def test_types_of_parquet_survive(tmp_path: Path, run: Run) -> None:
    run("mask", write(tmp_path / "in.parquet"), "-o", tmp_path / "out.parquet")
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert [schema.field(name).type for name in ("id", "text", "author")] == [
        pa.int64(),
        pa.large_string(),
        pa.string(),
    ]


def test_each_input_has_its_own_message_column(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.csv").write_text(f'text,note\n"{TEXT}",Мария\n', encoding="utf-8")
    (tmp_path / "b.csv").write_text(f'note,Сообщение\nПётр,"{TEXT}"\n', encoding="utf-8")
    code, _, _ = run("mask", tmp_path / "a.csv", tmp_path / "b.csv", "-o", tmp_path / "out.csv")
    assert code == 0
    assert [row[:3] for row in read(tmp_path / "out.csv")] == [[SHOWN, "Мария", ""], ["", "Пётр", SHOWN]]


def test_a_line_that_cannot_be_read_is_masked_as_a_whole(tmp_path: Path, run: Run) -> None:
    line = json.dumps({"text": "Нет воды"}, ensure_ascii=False)
    (tmp_path / "in.jsonl").write_text(f'{line}\n{{"text": "{TEXT}\n', encoding="utf-8")
    code, _, _ = run("mask", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert code == 1
    assert SHOWN in written
    assert "Мария" not in written


def test_lemmas_of_a_masked_message(tmp_path: Path, run: Run) -> None:
    code, _, _ = run("lemmatize", write(tmp_path / "in.csv"), "-o", tmp_path / "out.csv", "--mask")
    assert code == 0
    assert read(tmp_path / "out.csv")[0] == ["1", SHOWN, "Мария", "я звать тело", ""]


def test_several_processes_write_the_same(tmp_path: Path, run: Run) -> None:
    source = write(tmp_path / "in.csv")
    run("mask", source, "-o", tmp_path / "one.csv")
    run("mask", source, "-o", tmp_path / "two.csv", "--jobs", "2")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_one_message(run: Run) -> None:
    assert run("mask", "--message", TEXT)[1] == f"{SHOWN}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["mask"],
        ["mask", "in.csv"],
        ["mask", "--message", "x", "-o", "out.csv"],
        ["classify", "--message", "x", "--mask"],
        ["lemmatize", "--message", "x", "--mask"],
    ],
)
def test_calls_that_say_nothing(arguments: list[str], run: Run) -> None:
    assert run(*arguments)[0] == 2


def quoting() -> Judge:
    def judge(texts: Sequence[str], months: Months) -> Columns:
        return {
            "nlp_urgency_reason": [f"Срочная: «{text}»; акт" if text else None for text in texts],
            "nlp_places": ["ул. Гагарина, д. 5, кв. 12 | Курск" if text else "" for text in texts],
        }

    return judge


def test_what_the_verdict_quotes_is_masked() -> None:
    columns = load_with_masks(quoting)([TEXT, ""], [None, None])
    assert columns == {
        "nlp_urgency_reason": [f"Срочная: «{SHOWN}»; акт", None],
        "nlp_places": ["ул. Гагарина, д. 5, кв. [КВАРТИРА] | Курск", ""],
        MASKED: [SHOWN, ""],
    }


def test_the_verdict_is_on_the_message_itself(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Model:
        context_columns = ()

        def classify_columns(self, texts: Sequence[str], *, months: Months, context: None) -> Columns:
            seen.extend(texts)
            return {key: ["", ""] for key in COLUMNS}

    monkeypatch.setitem(vars(appealnlp), "load", lambda path=None, norms=None: Model())
    code, _, _ = run("classify", write(tmp_path / "in.csv"), "-o", tmp_path / "out.csv", "--mask")
    assert code == 0
    assert seen == [row["text"] for row in ROWS]
    assert read(tmp_path / "out.csv")[0][1] == SHOWN


def test_what_could_not_be_masked_is_not_written() -> None:
    batch = Batch([["a", TEXT]], [TEXT], [None], [""], 2)
    assert with_masked_texts(batch, 1, ["id", "text"], [None]).rows == [["a", None]]
    assert batch.rows == [["a", TEXT]]
