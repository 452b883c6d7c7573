"""Several processes that judge: each gets every n-th batch through a pipe of its own, so results come back in order."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from ..errors import AppealError
from ..messages import Batch
from .judging import Columns, Judge, judged, months_of

__all__ = ["COLLECT_EVERY", "PAYS_FROM", "Workers", "worth_starting"]

PAYS_FROM = 20_000
"""Rows from which a second process saves more time than its start costs."""
COLLECT_EVERY = 100_000
"""Objects made between two searches for cyclic garbage; a batch makes thousands and hardly any garbage."""
_DIED = "a worker process died, perhaps for lack of memory; try a smaller --jobs"


def worth_starting(rows: int) -> int:
    """How many processes a run of so many rows should use: one, or as many as there are processors for it."""
    if rows < PAYS_FROM:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Processes that judge, to be used as a context manager.

    On Linux they are forks, which start at once and share the model's memory, unless the process has threads, whose
    locks a fork would copy; elsewhere each starts anew and loads its own model.

    :param judge: what a fork uses.
    :param load: makes the judge of a process that starts anew; it must be picklable.
    :param number: how many processes.
    """

    def __init__(self, judge: Judge, load: Callable[[], Judge], number: int) -> None:
        self._judge, self._load, self._number = judge, load, number
        self._pipes: list[Connection[Any, Any]] = []
        self._processes: list[Any] = []

    def _start(self) -> None:
        forks = sys.platform == "linux" and threading.active_count() == 1
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        judge = self._judge
        load = (lambda: judge) if forks else self._load
        for _ in range(self._number):
            ours, theirs = context.Pipe()
            self._pipes.append(ours)
            process = context.Process(target=_serve, args=(theirs, load, list(self._pipes) if forks else []))
            process.start()
            theirs.close()  # so that reading from a worker that died ends
            self._processes.append(process)

    def judge_batches(self, batches: Iterable[Batch], keys: Sequence[str]) -> Iterator[tuple[Batch, Columns]]:
        """Judge every batch; the same as `appealnlp.cli.judging.judge_batches`.

        :raises AppealError: if the judge cannot be made or a process dies.
        """
        waiting: deque[tuple[Batch, Connection[Any, Any]]] = deque()
        idle = deque(self._pipes)
        for batch in batches:
            done = None
            if not idle:
                done = self._take(*waiting.popleft(), idle)
            pipe = idle.popleft()
            try:
                pipe.send((batch.texts, months_of(batch), batch.errors, tuple(keys), dict(batch.context)))
            except OSError:
                raise AppealError(_DIED) from None
            waiting.append((batch, pipe))
            if done is not None:
                yield done
        while waiting:
            yield self._take(*waiting.popleft(), idle)

    @staticmethod
    def _take(batch: Batch, pipe: Any, idle: deque[Any]) -> tuple[Batch, Columns]:
        """Wait for the columns of a batch; its worker is then idle."""
        try:
            answer = pipe.recv()
        except (EOFError, OSError):
            raise AppealError(_DIED) from None
        if isinstance(answer, BaseException):
            raise answer
        idle.append(pipe)
        return batch, answer

    def __enter__(self) -> Workers:
        try:
            self._start()
        except BaseException as error:
            self._end(at_once=True)
            if isinstance(error, OSError):
                what = f"a worker process could not be started ({error.strerror}); try a smaller --jobs"
                raise AppealError(what) from None
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(at_once=error is not None)

    def _end(self, at_once: bool) -> None:
        for pipe in self._pipes:
            pipe.close()  # an idle worker ends
        for process in self._processes:
            if at_once:
                process.kill()
            process.join()


def _serve(pipe: Any, load: Callable[[], Judge], inherited: Sequence[Any]) -> None:
    """Judge what comes through the pipe until it is closed; send the columns, or the error that ends the run."""
    for wish in (signal.SIGINT, signal.SIGTERM):  # it is for the main process, which then stops the workers
        signal.signal(wish, signal.SIG_IGN)
    for other in inherited:  # a fork has the main process's ends too: closed here, its death ends this process
        other.close()
    gc.set_threshold(COLLECT_EVERY)
    try:
        judge = load()
        gc.freeze()  # looking through what is shared would copy it
        while True:
            try:
                task = pipe.recv()
            except EOFError:
                return
            pipe.send(judged(judge, *task))
    except OSError:
        return  # the main process has gone
    except Exception as error:
        pipe.send(error if isinstance(error, AppealError) else AppealError(f"internal error: {type(error).__name__}"))
