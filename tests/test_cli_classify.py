from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import appealnlp
from appealnlp.cli import main
from appealnlp.cli import run as run_module
from appealnlp.cli.headings import CLASSIFIED
from appealnlp.errors import ModelNotFoundError
from appealnlp.result import Alternative, Place, Result

Run = Callable[..., tuple[int, str, str]]


class FakeClassifier:
    """Judges by one word, so that every row shows which message it got."""

    context_columns = ()

    def classify_columns(
        self, texts: Sequence[str], *, months: Sequence[int | None], context: None
    ) -> dict[str, list[object]]:
        assert len(months) == len(texts)
        if "сломать" in texts:
            raise RuntimeError("a defect that quotes сломать")
        columns: dict[str, list[object]] = {key: [None] * len(texts) for key in CLASSIFIED}
        for at, text in enumerate(texts):
            columns["nlp_error"][at] = "" if text.strip() else "пустое сообщение"
            if text.strip():
                urgent = "вода" in text
                columns["nlp_topic"][at] = text.split()[0]
                columns["nlp_topic_title"][at] = "Вода" if urgent else "Прочее"
                columns["nlp_group"][at] = "utilities" if urgent else "other"
                columns["nlp_group_title"][at] = "Коммунальные услуги" if urgent else "Прочее"
                columns["nlp_confidence"][at] = 0.75
                columns["nlp_urgency"][at] = "critical" if urgent else "routine"
                columns["nlp_urgency_title"][at] = "Критическая" if urgent else "Обычная"
                columns["nlp_vulnerable"][at] = 0
                columns["nlp_react_hours"][at] = months[at]
                columns["nlp_needs_review"][at] = int(not urgent)
        return columns

    def classify(self, text: str) -> Result:
        if not text.strip():
            return Result(error="пустое сообщение")
        return Result(
            topic="utilities.no_water",
            topic_title="Нет воды",
            group="utilities",
            group_title="Коммунальные услуги",
            confidence=0.93,
            alternatives=(Alternative("utilities.leak", "Утечка", 0.05),),
            urgency="critical",
            urgency_title="Критическая",
            urgency_reason="«нет воды»",
            react_hours=4.0,
            kind="problem",
            vulnerable=True,
            places=(Place("ул. Лесная, 5", 0, 13, "street"),),
            needs_review=True,
        )


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(path: str | None = None, norms: str | None = None) -> FakeClassifier:
        if path is not None and not Path(path).is_dir():
            raise ModelNotFoundError(f"{path}: there is no model here")
        return FakeClassifier()

    monkeypatch.setitem(vars(appealnlp), "load", load)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(str(left.value.code or 0)), out, err

    return call


TEXTS = ["вода течёт", "'-5 в подъезде", "вода; снова"]


def table(path: Path, texts: Sequence[str] = TEXTS) -> Path:
    rows = [[str(number), text, f"=A{number}"] for number, text in enumerate(texts)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["id", "Текст", "formula"], *rows])
    return path


def read_csv(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


def test_columns_are_added_and_the_others_stay(tmp_path: Path, run: Run) -> None:
    code, out, err = run("classify", table(tmp_path / "in.csv"), "-o", tmp_path / "out.csv")
    rows = read_csv(tmp_path / "out.csv")
    assert code == 0
    assert rows[0] == ["id", "Текст", "formula", *CLASSIFIED]
    assert [row[:2] for row in rows[1:]] == [["0", "вода течёт"], ["1", "'-5 в подъезде"], ["2", "вода; снова"]]
    assert [row[2] for row in rows[1:]] == ["'=A0", "'=A1", "'=A2"]
    assert [row[3] for row in rows[1:]] == ["вода", "-5", "вода;"]
    assert "rows: 3" in out
    assert "33.3%" in out
    assert "Критическая" in out
    assert "text column 'Текст'" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_russian_headings_make_csv_for_excel(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("classify", table(tmp_path / "in.csv"), "-o", tmp_path / "out.csv", "--columns", "ru")
    assert code == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    header = read_csv(tmp_path / "out.csv", ";")[0]
    assert header[:5] == ["id", "Текст", "formula", "Авто: код темы", "Авто: тема"]
    assert len(header) == 3 + len(CLASSIFIED)
    assert "строк: 3" in out


OUTPUTS = ["out.csv", "out.tsv", "out.xlsx", "out.jsonl", "out.parquet"]
INPUTS = ["in.csv", "in.tsv", "in.xlsx", "in.jsonl", "in.parquet"]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("given", INPUTS)
def test_every_format_into_every_format(tmp_path: Path, run: Run, given: str, output: str) -> None:
    made = tmp_path / given
    assert run("classify", table(tmp_path / "first.csv"), "-o", made)[0] == 0
    code, _, err = run("classify", made, "-o", tmp_path / output)
    assert code == 0
    assert "replaced" in err
    rows = {
        ".csv": lambda path: read_csv(path),
        ".tsv": lambda path: read_csv(path, "\t"),
        ".xlsx": lambda path: [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)],
        ".jsonl": lambda path: [
            *[list(json.loads(path.read_text(encoding="utf-8").split("\n")[0]))],
            *[list(json.loads(line).values()) for line in path.read_text(encoding="utf-8").splitlines()],
        ],
        ".parquet": lambda path: [
            pq.read_schema(path).names,
            *[list(row.values()) for row in pq.read_table(path).to_pylist()],
        ],
    }[Path(output).suffix](tmp_path / output)
    assert rows[0] == ["id", "Текст", "formula", *CLASSIFIED]
    assert [str(row[0]) for row in rows[1:]] == ["0", "1", "2"]
    assert [row[3] for row in rows[1:]] in (["вода", "-5", "вода;"], ["вода", "'-5", "вода;"])


def test_bad_rows_carry_an_error_and_the_run_goes_on(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "вода"}\n{"text": \n{"text": " "}\n{"text": "ещё"}\n')
    code, out, _ = run("classify", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert code == 1
    assert [record["nlp_topic"] for record in records] == ["вода", None, None, "ещё"]
    assert ["строка 2" in record["nlp_error"] for record in records] == [False, True, False, False]
    assert records[2]["nlp_error"] == "пустое сообщение"
    assert "with an error: 2" in out


def test_a_defect_costs_its_own_row_only_and_is_not_quoted(tmp_path: Path, run: Run) -> None:
    given = table(tmp_path / "in.csv", ["вода", "сломать", "ещё"])
    code, out, err = run("classify", given, "-o", tmp_path / "out.csv")
    rows = read_csv(tmp_path / "out.csv")
    assert code == 1
    assert [row[3] for row in rows[1:]] == ["вода", "", "ещё"]
    assert rows[2][-1] == "внутренняя ошибка: RuntimeError"
    assert "quotes" not in out + err


def test_several_inputs_make_one_table_with_their_names(tmp_path: Path, run: Run) -> None:
    table(tmp_path / "a.csv", ["вода"])
    (tmp_path / "b.jsonl").write_text('{"text": "ещё", "Текст": "вторая", "n": 5}\n', encoding="utf-8")
    code, _, _ = run("classify", tmp_path / "a.csv", tmp_path / "b.jsonl", "-o", tmp_path / "out.csv")
    rows = read_csv(tmp_path / "out.csv")
    assert code == 0
    assert rows[0][:7] == ["id", "Текст", "formula", "text", "n", "nlp_source_file", "nlp_topic"]
    assert rows[1][:7] == ["0", "вода", "'=A0", "", "", "a.csv", "вода"]
    assert rows[2][:7] == ["", "вторая", "", "ещё", "5", "b.jsonl", "вторая"]


def folder_of_exports(folder: Path) -> Path:
    (folder / "deep").mkdir(parents=True)
    table(folder / "a.csv", ["вода"])
    table(folder / "deep" / "a.csv", ["ещё", "вода"])
    (folder / "deep" / "result.json").write_text(json.dumps({"messages": [{"type": "message", "text": "тг"}]}))
    (folder / "README.txt").write_text("не сообщения")
    (folder / "~$a.xlsx").write_text("временный")
    (folder / ".hidden.csv").write_text("")
    return folder


def test_a_folder_into_one_file(tmp_path: Path, run: Run) -> None:
    given = folder_of_exports(tmp_path / "in")
    output = given / "all.csv"
    for _ in range(2):  # the second run finds the first one's output in the folder
        assert run("classify", given, "-o", output)[0] == 0
        rows = read_csv(output)
        at = rows[0].index("nlp_source_file")
        assert [row[at] for row in rows[1:]] == ["a.csv", "a.csv", "a.csv", "result.json"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_into_a_folder(tmp_path: Path, run: Run, exists: bool) -> None:
    given, output = folder_of_exports(tmp_path / "in"), tmp_path / "out"
    if exists:
        output.mkdir()
    assert run("classify", given, "-o", output if exists else f"{output}/")[0] == 0
    made = sorted(str(path.relative_to(output)) for path in output.rglob("*") if path.is_file())
    assert made == ["a.csv", "deep/a.csv", "deep/result.jsonl"]
    assert "nlp_source_file" not in read_csv(output / "a.csv")[0]


def test_standard_input_and_output(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Текст\nвода\n".encode())))
    code, out, err = run("classify", "-", "-o", "-")
    rows = list(csv.reader(io.StringIO(out)))
    assert code == 0
    assert rows[0] == ["Текст", *CLASSIFIED]
    assert rows[1][:2] == ["вода", "вода"]
    assert len(rows) == 2
    assert "rows: 1" in err


def test_json_goes_to_standard_output_as_json_lines(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "вода", "x": [1]}\n')
    _, out, _ = run("classify", tmp_path / "in.jsonl", "-o", "-")
    assert json.loads(out)["x"] == [1]


def test_parquet_types_stay(tmp_path: Path, run: Run) -> None:
    given = pa.table({"n": pa.array([1], pa.int8()), "text": ["вода"], "t": pa.array([5], pa.timestamp("ns"))})
    pq.write_table(given, tmp_path / "in.parquet")
    assert run("classify", tmp_path / "in.parquet", "-o", tmp_path / "out.parquet")[0] == 0
    made = pq.read_table(tmp_path / "out.parquet")
    assert made.select(["n", "text", "t"]).equals(given)
    assert made.schema.field("nlp_confidence").type == pa.float64()


def test_a_text_column_of_another_name(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in.csv").write_text("мысли;text\nвода;иное\n", encoding="utf-8")
    arguments = ("classify", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--text-column")
    assert run(*arguments, "Мысли")[0] == 0
    assert read_csv(tmp_path / "out.csv")[1][2] == "вода"
    code, _, err = run(*arguments, "чувства")
    assert code == 2
    assert "'мысли', 'text'" in err


def test_the_month_of_each_message_reaches_the_classifier(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in.csv").write_text("text;Дата\nвода;05.02.2024\nещё;\nснег;2023-12-31 10:00\n", encoding="cp1251")
    assert run("classify", tmp_path / "in.csv", "-o", tmp_path / "out.csv")[0] == 0
    rows = read_csv(tmp_path / "out.csv")
    at = rows[0].index("nlp_react_hours")
    assert [row[at] for row in rows[1:]] == ["2", "", "12"]


def test_one_message_as_a_card(run: Run) -> None:
    code, out, _ = run("classify", "--message", "Нет воды на ул. Лесная, 5")
    assert code == 0
    assert out.splitlines() == [
        "Тема         Нет воды (93%)",
        "Код темы     utilities.no_water",
        "Группа       Коммунальные услуги",
        "Возможно     Утечка (5%)",
        "Срочность    Критическая, реагировать за 4 ч",
        "Почему       «нет воды»",
        "Вид          проблема, речь об уязвимых людях",
        "Где          ул. Лесная, 5",
        "Проверить    нужен взгляд человека",
    ]


def test_one_message_as_json(run: Run) -> None:
    code, out, _ = run("classify", "--message", "Нет воды", "--json")
    verdict = json.loads(out)
    assert code == 0
    assert verdict["topic"] == "utilities.no_water"
    assert verdict["alternatives"] == [{"topic": "utilities.leak", "title": "Утечка", "probability": 0.05}]


def test_an_empty_message(run: Run) -> None:
    code, out, _ = run("classify", "--message", " ")
    assert code == 1
    assert "пустое сообщение" in out


CALLS = [
    ([], "give an INPUT"),
    (["in.csv"], "-o"),
    (["--message", "x", "in.csv"], "goes without"),
    (["in.csv", "-o", "out.csv", "--json"], "--message"),
    (["in.csv", "-o", "out.doc"], "must end with"),
    (["in.csv", "-o", "none/out.csv"], "no folder"),
    (["in.csv", "-o", "in.csv"], "also an input"),
    (["in.csv", "-o", "."], "also an input"),
    (["in.csv", "in.csv", "-o", "folder/"], "two inputs"),
    (["-", "-", "-o", "out.csv"], "only once"),
    (["folder", "-o", "out.csv"], "in this folder"),
    (["in.csv", "-o", "in.csv/"], "cannot be made"),
    (["none.csv", "-o", "out.csv"], "no such file"),
    (["in.csv", "empty.csv", "-o", "out.csv"], "empty.csv: the file is empty"),
    (["empty.csv", "-o", "out.csv"], "empty.csv: the file is empty"),
    (["false.xlsx", "-o", "out.csv"], "rename it to .csv"),
    (["columns.csv", "-o", "out.csv"], "Columns seen: 'a', 'b'"),
    (["broken.json", "-o", "out.csv"], "line 1, column 14"),
    (["rubbish.csv", "-o", "out.csv"], "binary"),
    (["long.csv", "-o", "out.csv"], "long.csv, row 3, column 'text'"),
    (["in.csv", "-o", "out.csv", "--model", "none"], "no model here"),
]


@pytest.mark.parametrize(("arguments", "what"), CALLS, ids=[" ".join(call) for call, _ in CALLS])
def test_unusable_calls_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, arguments: list[str], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    table(tmp_path / "in.csv")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").touch()
    table(tmp_path / "false.xlsx")
    (tmp_path / "columns.csv").write_text("a;b\n1;2\n")
    (tmp_path / "broken.json").write_text('{"messages": ]')
    (tmp_path / "rubbish.csv").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "long.csv").write_text("id;text\n1;а\n2;" + "x" * 30_000_000 + "\n")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    code, out, err = run("classify", *arguments)
    assert code == 2
    assert what in err
    assert not out
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    if "Usage" not in err:
        assert err.splitlines()[-1].startswith("appealnlp: ")


def test_an_old_output_survives_an_unusable_input(tmp_path: Path, run: Run) -> None:
    (tmp_path / "out.csv").write_text("старое")
    pq.write_table(pa.table({"text": [f"сообщение {n}" for n in range(9000)]}), tmp_path / "in.parquet")
    content = bytearray((tmp_path / "in.parquet").read_bytes())
    content[4:600] = b"\xff" * 596
    (tmp_path / "in.parquet").write_bytes(content)
    code, _, err = run("classify", tmp_path / "in.parquet", "-o", tmp_path / "out.csv")
    assert code == 2
    assert "damaged" in err
    assert (tmp_path / "out.csv").read_text() == "старое"
    assert len(list(tmp_path.iterdir())) == 2


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    given = table(tmp_path / "in.csv", ["вода"] * 10_000)
    (tmp_path / "out.csv").write_text("старое")

    def stop(self: object, columns: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module.Summary, "add", stop)
    code, out, err = run("classify", given, "-o", tmp_path / "out.csv")
    assert code == 130
    assert "interrupted after 0 of 10,000 rows" in err
    assert (tmp_path / "out.csv").read_text() == "старое"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert not out


SLOW = """
import sys, time
import appealnlp
from appealnlp.cli import main
from appealnlp.cli.headings import CLASSIFIED

class Slow:
    context_columns = ()

    def classify_columns(self, texts, months, context):
        time.sleep(0.05)
        return {key: [""] * len(texts) for key in CLASSIFIED}

appealnlp.load = lambda path=None, norms=None: Slow()
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_real_interruption_leaves_nothing(tmp_path: Path, sent: signal.Signals, jobs: str) -> None:
    given = table(tmp_path / "in.csv", ["вода"] * 600_000)
    arguments = [sys.executable, "-c", SLOW, "classify", str(given), "-o", str(tmp_path / "out.xlsx"), "--jobs", jobs]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    for _ in range(600):
        if list(tmp_path.glob(".out.xlsx.*.part")):
            break
        time.sleep(0.05)
    time.sleep(0.3)
    os.killpg(process.pid, sent)  # as a terminal and a service manager do: to the workers, too
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted after" in err
    assert b"Traceback" not in err
    assert not out
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


HEAVY = ["numpy", "scipy", "sklearn", "pymorphy3", "pyarrow", "xlsxwriter", "python_calamine", "pandas", "polars"]
SERVICE = ["multiprocessing", "appealnlp.messages", "appealnlp.cli.run"]
CALL = "from appealnlp.cli import main\ntry:\n    main({})\nexcept SystemExit:\n    pass"
KNOWN_WORDS = "третий день нет отопления, дома 12 градусов, ребёнку полгода"
LOADED = [
    ("import appealnlp", ["typer", *HEAVY, *SERVICE]),
    (CALL.format(["--help"]), HEAVY + SERVICE),
    (CALL.format(["classify", "--help"]), HEAVY + SERVICE),
    (CALL.format(["classify", "--message", KNOWN_WORDS]), ["rich", *HEAVY[1:], *SERVICE]),
]


@pytest.mark.parametrize(("code", "heavy"), LOADED, ids=["import", "help", "help of a command", "one message"])
def test_nothing_is_loaded_before_it_is_needed(code: str, heavy: list[str]) -> None:
    code += f"\nimport sys\nprint([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr.strip() == "[]"


def test_a_narrow_console_encoding_breaks_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    given, made = str(table(tmp_path / "in.csv")), str(tmp_path / "out.csv")
    arguments = [sys.executable, "-c", SLOW, "classify", given, "-o", made, "--columns", "ru"]
    done = subprocess.run(arguments, capture_output=True, env=environment, check=True)
    assert "строк: 3" in done.stdout.decode()
