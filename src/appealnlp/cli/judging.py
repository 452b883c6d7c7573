"""Batches in, added columns out: in this process or in several, always in order, never stopped by one message."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from ..errors import AppealError
from ..messages import Batch
from ..messages.dates import month_of
from .headings import ERROR

__all__ = ["Columns", "Judge", "Months", "judge_batches"]

Columns = dict[str, list[object]]
Months = Sequence[int | None]
Judge = Callable[[Sequence[str], Months], Columns]  # messages, and the month of each where it is known

_worker_judge: Judge | None = None


def judge_batches(
    batches: Iterable[Batch], load: Callable[[], Judge], keys: Sequence[str], jobs: int = 1
) -> Iterator[tuple[Batch, Columns]]:
    """Judge every batch.

    :param batches: the rows.
    :param load: makes the judge, once per process; with several processes it must be picklable.
    :param keys: the columns that the judge adds; a row with an error has all but ``nlp_error`` empty.
    :param jobs: number of processes.
    :return: each batch with its added columns, in order.
    """
    if jobs <= 1:
        judge = load()
        for batch in batches:
            yield batch, _judged(judge, batch.texts, _months(batch), batch.errors, keys)
        return
    yield from _in_processes(iter(batches), load, keys, jobs)


def _in_processes(
    batches: Iterator[Batch], load: Callable[[], Judge], keys: Sequence[str], jobs: int
) -> Iterator[tuple[Batch, Columns]]:
    context = multiprocessing.get_context("spawn")  # forking a process with threads may hang
    pool = ProcessPoolExecutor(jobs, context, initializer=_start_worker, initargs=(load,))
    waiting: deque[tuple[Batch, Future[Columns]]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, pool.submit(_work, batch.texts, _months(batch), batch.errors, tuple(keys))))
            if len(waiting) >= 2 * jobs:  # enough to keep all busy, little enough to keep memory flat
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    except BrokenProcessPool:
        raise AppealError("a worker process died, perhaps for lack of memory; try a smaller --jobs") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(load: Callable[[], Judge]) -> None:
    global _worker_judge
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which then stops the workers
    _worker_judge = load()


def _months(batch: Batch) -> list[int | None]:
    return [month_of(date) for date in batch.dates]


def _work(texts: Sequence[str], months: Months, errors: Sequence[str], keys: Sequence[str]) -> Columns:
    if _worker_judge is None:
        raise RuntimeError("the worker was not started")
    return _judged(_worker_judge, texts, months, errors, keys)


def _judged(judge: Judge, texts: Sequence[str], months: Months, errors: Sequence[str], keys: Sequence[str]) -> Columns:
    """The judge's columns; rows that came with an error keep it and get no verdict."""
    readable = ["" if error else text for text, error in zip(texts, errors, strict=True)]
    try:
        columns = judge(readable, months)
    except AppealError:
        raise
    except Exception:  # one message must not cost the others their verdict: find it
        columns = _one_by_one(judge, readable, months, keys)
    columns = {key: list(columns[key]) for key in keys}
    for at, error in enumerate(errors):
        if error:
            for key, column in columns.items():
                column[at] = error if key == ERROR else None
    return columns


def _one_by_one(judge: Judge, texts: Sequence[str], months: Months, keys: Sequence[str]) -> Columns:
    columns: Columns = {key: [] for key in keys}
    for text, month in zip(texts, months, strict=True):
        try:
            verdict = judge([text], [month])
        except Exception as error:
            verdict = {key: [None] for key in keys}
            verdict[ERROR] = [f"внутренняя ошибка: {type(error).__name__}"]
        for key, column in columns.items():
            column.extend(islice(verdict[key], 1))
    return columns
