"""The run that ``classify`` and ``lemmatize`` share: read, judge, write, report."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..messages import Batch, Source, open_sink, open_source, unite
from ..messages.batch import Layout
from ..messages.columns import find_named
from ..messages.opening import STANDARD
from .headings import INCIDENT, SOURCE_FILE, Language, added_columns
from .judging import Columns, Judge, asked_columns, judge_batches
from .masking import MASKED, with_masked_texts
from .plan import Job, make_plan
from .progress import progress_bar
from .summary import Summary
from .workers import COLLECT_EVERY, Workers, worth_starting

if TYPE_CHECKING:
    from .incidents import Incidents

__all__ = ["run"]

JudgeAll = Callable[..., Iterator[tuple[Batch, Columns]]]
Judged = Iterator[tuple[int, Batch, Columns]]
"""Batches, each with the number of its input and its added columns."""


def run(
    inputs: Sequence[str],
    output: str,
    *,
    load: Callable[[], Judge],
    keys: tuple[str, ...],
    text_column: str | None,
    language: Language,
    jobs: int | None = None,
    mask: bool = False,
    incidents: Incidents | None = None,
) -> None:
    """Read the inputs, judge every row, write the outputs; all inputs are looked at before the first row is judged.

    :param inputs: files, folders, ``-``.
    :param output: a file, a folder or ``-``.
    :param load: makes the judge.
    :param keys: the columns that it adds.
    :param text_column: heading of the message column, if given.
    :param language: of the added headings, the csv dialect and the closing table.
    :param jobs: number of processes that judge; without it all processors if there are many rows.
    :param mask: write the messages masked; the judge then comes from `masking.load_with_masks`.
    :param incidents: finds incidents; all inputs are then read twice.
    :raises AppealError: if an input, the output or the model cannot be used.
    :raises typer.Exit: with 1 if some rows carry an error, with 130 if interrupted.
    """
    plan = make_plan(inputs, output)
    summary, total = Summary(), 0
    start = time.monotonic()
    try:
        with ExitStack() as stack, _stoppable(), _rarely_collecting():
            alone = sum(len(job.inputs) for job in plan) == 1
            sources = [_Inputs(job, text_column, stack, alone) for job in plan]
            total = sum(group.row_count for group in sources)
            judge = load()  # also with several processes: a model that cannot be used is to show before they start
            _look_for(asked_columns(judge), sources)
            gc.freeze()
            start = time.monotonic()
            jobs = worth_starting(total) if jobs is None else jobs
            judge_all: JudgeAll = partial(judge_batches, judge=judge)
            if jobs > 1:
                judge_all = stack.enter_context(Workers(judge, load, jobs)).judge_batches
            advance = stack.enter_context(progress_bar(total))
            wanted = (*keys, MASKED) if mask else keys
            if incidents is None:
                for group in sources:
                    rows = _noticed(_judged(group, judge_all, wanted), advance)
                    _write(group, rows, keys, language, summary, mask=mask)
            else:
                stack.enter_context(incidents)
                for group in sources:
                    for _, batch, columns in _judged(group, judge_all, wanted, again=True):
                        incidents.take(batch, columns)
                        advance(len(batch))
                completed = incidents.completed()
                for group in sources:
                    rows = ((number, batch, next(completed)) for number, batch in group.batches())
                    _write(group, rows, (*keys, *INCIDENT), language, summary, mask=mask)
    except KeyboardInterrupt:
        _say(f"interrupted after {summary.rows:,} of {total:,} rows; {output} was not completed, nothing half-written")
        raise typer.Exit(130) from None
    seconds = time.monotonic() - start
    stream = sys.stderr if output == STANDARD else sys.stdout
    for line in [*summary.lines(seconds, language), *(incidents.lines(language) if incidents is not None else ())]:
        typer.echo(line, file=stream)
    if summary.errors:
        raise typer.Exit(1)


def _look_for(columns: Sequence[str], sources: Sequence[_Inputs]) -> None:
    if columns:
        for group in sources:
            group.look_for(columns)


class _Inputs:
    """The inputs of one job, looked at and closed until their turn; the only one of a run stays open."""

    def __init__(self, job: Job, text_column: str | None, stack: ExitStack, alone: bool) -> None:
        self.job = job
        self._text_column = text_column
        self._kept: Source | None = None
        self.layouts: list[Layout] = []
        self._places: list[dict[str, int]] = [{}] * len(job.inputs)
        self.row_count = 0
        for name in job.inputs:
            source = open_source(name, text_column=text_column)
            stack.callback(source.close)
            self.layouts.append(source.layout)
            self.row_count += source.row_count
            notes = ", ".join([f"text column {_shown(source.text_column)}", *source.notices])
            _say(f"{name}: {source.row_count:,} rows, {notes}")
            if alone or name == STANDARD:
                self._kept = source
            else:
                source.close()

    def look_for(self, columns: Sequence[str]) -> None:
        """Find the columns that the judge looks at beside the message, and tell which inputs lack them."""
        from ..export_context import lacking

        found = [{column: find_named(layout.columns, column) for column in columns} for layout in self.layouts]
        self._places = [{column: at for column, at in places.items() if at is not None} for places in found]
        for name, places in zip(self.job.inputs, self._places, strict=True):
            for column in columns:
                if column not in places:
                    _say(lacking(column, name, others=bool(places)))

    def batches(self, *, again: bool = False) -> Iterator[tuple[int, Batch]]:
        """Every batch with the number of its input; ``again``: they will be wanted once more."""
        for number, batch in self._batches(again=again):
            batch.context = {column: [row[at] for row in batch.rows] for column, at in self._places[number].items()}
            yield number, batch

    def _batches(self, *, again: bool) -> Iterator[tuple[int, Batch]]:
        for number, name in enumerate(self.job.inputs):
            if self._kept is not None and self._kept.name == name:
                for batch in self._kept.batches():
                    yield number, batch
                if not again:
                    self._kept.close()
            else:
                with open_source(name, text_column=self._text_column) as source:
                    for batch in source.batches():
                        yield number, batch


def _judged(group: _Inputs, judge_all: JudgeAll, keys: tuple[str, ...], *, again: bool = False) -> Judged:
    numbers: deque[int] = deque()

    def batches() -> Iterator[Batch]:
        for number, batch in group.batches(again=again):
            numbers.append(number)
            yield batch

    for batch, columns in judge_all(batches(), keys=keys):
        yield numbers.popleft(), batch, columns


def _noticed(rows: Judged, advance: Callable[[int], None]) -> Judged:
    """The same, with the bar advanced once a batch has been written."""
    for number, batch, columns in rows:
        yield number, batch, columns
        advance(len(batch))


def _write(
    group: _Inputs, rows: Judged, keys: tuple[str, ...], language: Language, summary: Summary, *, mask: bool
) -> None:
    names = [Path(name).name if name != STANDARD else name for name in group.job.inputs]
    several = len(names) > 1
    added = added_columns((SOURCE_FILE, *keys) if several else keys, language)
    union = unite(group.layouts, [column.heading for column in added])
    if union.dropped:
        _say(f"columns of an earlier run are replaced: {', '.join(sorted(union.dropped))}")
    excel = language is Language.ru
    with open_sink(group.job.output, union.layout, added, excel_csv=excel, standard=group.job.standard) as sink:
        for number, read, columns in rows:
            batch = union.apply(number, read)
            if mask:
                text = union.place_of(number, group.layouts[number].text)
                batch = with_masked_texts(batch, text, union.layout.columns, columns.pop(MASKED))
            extra = {SOURCE_FILE: [names[number]] * len(batch)} if several else {}
            sink.write(batch, {**columns, **extra})
            summary.add(columns)


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite request to end (SIGTERM) cleans up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Python's collector of cyclic garbage would look through all rows and the model every few hundred rows."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_EVERY)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _shown(column: str) -> str:
    return repr(column) if column else "(no name)"


def _say(line: str) -> None:
    typer.echo(line, err=True)
