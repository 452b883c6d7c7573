"""Batches in, added columns out: always in order, never stopped by one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ..errors import AppealError
from ..messages import Batch
from ..messages.dates import month_of
from .headings import ERROR

__all__ = ["Columns", "Context", "Judge", "Months", "ask", "asked_columns", "judge_batches", "judged", "months_of"]

Columns = dict[str, list[object]]
Months = Sequence[int | None]
Context = Mapping[str, Sequence[object]]
Judge = Callable[..., Columns]
"""Takes messages, and the month of each where it is known. One that has ``context_columns`` takes the values of these
columns as well, heading -> one of each message, as far as the export has them."""


def asked_columns(judge: Judge) -> tuple[str, ...]:
    """Headings of the columns that a judge looks at beside the message."""
    asked: tuple[str, ...] = getattr(judge, "context_columns", ())
    return asked


def ask(judge: Judge, texts: Sequence[str], months: Months, context: Context | None) -> Columns:
    """What a judge says; one that looks at messages alone is not given anything else."""
    return judge(texts, months, context) if context else judge(texts, months)


def judge_batches(batches: Iterable[Batch], judge: Judge, keys: Sequence[str]) -> Iterator[tuple[Batch, Columns]]:
    """Judge every batch in this process.

    :param batches: the rows.
    :param judge: says what the columns of some messages are.
    :param keys: the columns that the judge adds; a row with an error has all but ``nlp_error`` empty.
    :return: each batch with its added columns, in order.
    """
    for batch in batches:
        yield batch, judged(judge, batch.texts, months_of(batch), batch.errors, keys, batch.context)


def months_of(batch: Batch) -> list[int | None]:
    """The month of each message of a batch, where it is known."""
    months = {date: month_of(date) for date in set(batch.dates)}
    return [months[date] for date in batch.dates]


def judged(
    judge: Judge,
    texts: Sequence[str],
    months: Months,
    errors: Sequence[str],
    keys: Sequence[str],
    context: Context,
) -> Columns:
    """The judge's columns; rows that came with an error keep it and get no verdict."""
    readable = ["" if error else text for text, error in zip(texts, errors, strict=True)] if any(errors) else texts
    try:
        columns = ask(judge, readable, months, context)
    except AppealError:
        raise
    except Exception:  # one message must not cost the others their verdict: find it
        columns = _one_by_one(judge, readable, months, keys, context)
    columns = {key: list(columns[key]) for key in keys}
    for at, error in enumerate(errors):
        if error:
            for key, column in columns.items():
                column[at] = error if key == ERROR else None
    return columns


def _one_by_one(judge: Judge, texts: Sequence[str], months: Months, keys: Sequence[str], context: Context) -> Columns:
    columns: Columns = {key: [] for key in keys}
    for at, (text, month) in enumerate(zip(texts, months, strict=True)):
        here = {name: [values[at]] for name, values in context.items()}
        try:
            verdict = ask(judge, [text], [month], here)
        except Exception as error:
            verdict = {key: [None] for key in keys}
            verdict[ERROR] = [f"внутренняя ошибка: {type(error).__name__}"]
        for key, column in columns.items():
            column.extend(islice(verdict[key], 1))
    return columns
