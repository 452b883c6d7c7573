from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from appealnlp.cli.judging import Columns, Judge, judge_batches
from appealnlp.cli.workers import PAYS_FROM, Workers, worth_starting
from appealnlp.errors import AppealError, ModelNotFoundError
from appealnlp.messages import Batch

KEYS = ("nlp_topic", "nlp_error")


def batch(texts: Sequence[str], errors: dict[int, str] | None = None) -> Batch:
    count = len(texts)
    marked = [(errors or {}).get(at, "") for at in range(count)]
    return Batch([[text] for text in texts], list(texts), ["2024-05-01"] * count, marked, 2)


def load_upper() -> Judge:
    def judge(texts: Sequence[str], months: Sequence[int | None]) -> Columns:
        if "сломать" in texts:
            raise ValueError("сломать")
        topics = [f"{text.upper()}{month}" for text, month in zip(texts, months, strict=True)]
        return {"nlp_topic": [*topics], "nlp_error": [""] * len(texts)}

    return judge


def load_refusing() -> Judge:
    def judge(texts: Sequence[str], months: Sequence[int | None]) -> Columns:
        raise ModelNotFoundError("no model")

    return judge


def load_dying() -> Judge:
    def judge(texts: Sequence[str], months: Sequence[int | None]) -> Columns:
        os._exit(9)

    return judge


def judge_all(batches: Sequence[Batch], load: Callable[[], Judge], jobs: int) -> list[tuple[Batch, Columns]]:
    if jobs == 1:
        return list(judge_batches(batches, load(), KEYS))
    with Workers(load(), load, jobs) as workers:
        return list(workers.judge_batches(batches, KEYS))


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_batch_in_order_whoever_judges(jobs: int) -> None:
    batches = [batch([f"т{number}-{at}" for at in range(number % 3 + 1)]) for number in range(12)]
    done = judge_all(batches, load_upper, jobs)
    assert [pair[0] for pair in done] == batches
    for given, columns in done:
        assert columns == {"nlp_topic": [text.upper() + "5" for text in given.texts], "nlp_error": [""] * len(given)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_row_that_came_with_an_error_keeps_it(jobs: int) -> None:
    ((_, columns),) = judge_all([batch(["а", "б"], {1: "не прочитано"})], load_upper, jobs)
    assert columns == {"nlp_topic": ["А5", None], "nlp_error": ["", "не прочитано"]}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_defect_costs_its_own_row(jobs: int) -> None:
    ((_, columns),) = judge_all([batch(["а", "сломать", "б"])], load_upper, jobs)
    assert columns == {
        "nlp_topic": ["А5", None, "Б5"],
        "nlp_error": ["", "внутренняя ошибка: ValueError", ""],
    }


def test_each_message_gets_the_month_of_its_date() -> None:
    dated = batch(["а", "б", "в", "г"])
    dated.dates[1:] = [None, "31.12.2023", "когда-то"]
    ((_, columns),) = judge_all([dated], load_upper, 1)
    assert columns["nlp_topic"] == ["А5", "БNone", "В12", "ГNone"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_judge_that_refuses_ends_the_run(jobs: int) -> None:
    with pytest.raises(ModelNotFoundError, match="no model"):
        judge_all([batch(["а"])] * 5, load_refusing, jobs)


def test_workers_serve_several_files_one_after_another() -> None:
    with Workers(load_upper(), load_upper, 2) as workers:
        for size in (0, 1, 5, 2):
            batches = [batch([f"{number}"]) for number in range(size)]
            done = list(workers.judge_batches(batches, KEYS))
            assert [columns["nlp_topic"] for _, columns in done] == [[f"{number}5"] for number in range(size)]


@pytest.mark.parametrize(("rows", "several"), [(0, False), (PAYS_FROM - 1, False), (PAYS_FROM, True)])
def test_several_processes_only_where_they_pay(monkeypatch: pytest.MonkeyPatch, rows: int, several: bool) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    assert worth_starting(rows) == (3 if several else 1)


def run_program(program: str) -> tuple[int, str, str]:
    """A process of its own: with one thread, so that workers are forks where that is possible."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[1])
    return done.returncode, done.stdout, done.stderr


PROGRAM = """
import os, signal, sys, threading, time
from appealnlp.cli.workers import Workers
from appealnlp.errors import AppealError
from tests.test_cli_judging import KEYS, batch, load_upper, load_{kind}
{before}
def main():
    with Workers(load_{kind}(), load_{kind}, 2) as workers:
        done = [columns["nlp_topic"][0] for _, columns in workers.judge_batches(map(batch, [["а"]] * 9), KEYS)]
    print(done, len(done))
try:
    main()
except AppealError as error:
    print(error)
"""
SPAWN = "sys.platform = 'elsewhere'"


@pytest.mark.parametrize("before", ["", SPAWN], ids=["as here", "spawn"])
@pytest.mark.parametrize(("kind", "printed"), [("upper", "['А5', 'А5'"), ("dying", "a worker process died")])
def test_a_crash_of_a_worker_is_an_error_and_not_a_hang(before: str, kind: str, printed: str) -> None:
    code, out, err = run_program(PROGRAM.format(kind=kind, before=before))
    assert printed in out
    assert (code, err) == (0, "")


def test_a_worker_that_cannot_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def start(process: BaseProcess) -> None:
        started.append(process)
        if len(started) == 2:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        begin(process)

    begin = BaseProcess.start
    monkeypatch.setattr(BaseProcess, "start", start)
    with pytest.raises(AppealError, match=r"could not be started .*temporarily"), Workers(load_upper(), load_upper, 3):
        pytest.fail("the second worker is missing")
    assert len(started) == 2
    assert not started[0].is_alive()


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_workers_end_with_the_process_that_started_them() -> None:
    program = """
import os, signal
from appealnlp.cli.workers import Workers
from tests.test_cli_judging import load_upper
workers = Workers(load_upper(), load_upper, 3).__enter__()
print(*(process.pid for process in workers._processes), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    code, out, _ = run_program(program)
    assert code == -signal.SIGKILL
    left = [int(number) for number in out.split()]
    assert len(left) == 3
    for _ in range(100):
        left = [number for number in left if is_running(number)]
        if not left:
            break
        time.sleep(0.1)
    assert not left


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().split()[2] != "Z"


SAME = """
from appealnlp.cli.classify import _load_judge
from appealnlp.cli.headings import CLASSIFIED
from appealnlp.cli.judging import judge_batches
from appealnlp.cli.workers import Workers
from tests.conftest import read_samples
from tests.test_cli_judging import batch

texts = [sample["text"] for sample in read_samples()]
batches = [batch(texts[at : at + 20]) for at in range(0, len(texts), 20)]
judge = _load_judge(None)
alone = list(judge_batches(batches, judge, CLASSIFIED))
for number in (1, 2, 3):
    with Workers(judge, None, number) as workers:
        assert list(workers.judge_batches(batches, CLASSIFIED)) == alone
print(len(alone))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.usefixtures("default_model")
def test_the_number_of_processes_changes_nothing() -> None:
    code, out, err = run_program(SAME)
    assert (code, err) == (0, "")
    assert int(out) > 10
