"""What an export holds beside the text: other columns that move the topics of a model of one's own.

The text is judged first. Then every value of a column adds a row of numbers to the logarithms of the text's probabilities
(late fusion), and a calibration of its own makes probabilities of the sum. So a message without such a value keeps the
answer of the text to the last bit, and the words' fast path does not know of columns.

A value counts as a whole and by its lemmas: an executor or a district is the same word for word, the titles of threads
share words. A model keeps both as hashes only: what is in the columns of an export cannot be read from its folder, though
who guesses a value can check whether it was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .bundle import Bundle
from .errors import CorruptModelError, InputError
from .heads import Calibration
from .messages.columns import check_one, find_named
from .messages.values import as_text
from .text.lemmas import Lemmatizer
from .text.markup import clean
from .text.tokens import iter_forms

__all__ = [
    "Evidence", "ExportContext", "Values", "cell_text", "frame_columns", "key_of", "lacking", "parts_of", "read_context",
    "text_scores",
]  # fmt: skip

F16 = npt.NDArray[np.float16]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

MOST_CHARACTERS = 2000
"""Of a longer value, a post for example, its beginning counts."""
LEAST_PROBABILITY = 1e-7
"""Added to the probability of every topic: what the text rules out the columns may still bring back."""


def cell_text(value: object) -> str:
    """A cell as text, "" where there is none: without the apostrophe of spreadsheets, cut where it is too long."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    text = as_text(value).removeprefix("'")
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS].rpartition(" ")[0] or text[:MOST_CHARACTERS]
    return text.strip()


def parts_of(text: str, lemmatizer: Lemmatizer) -> tuple[str, list[str]]:
    """What counts of a value: all its words, folded, as one string, and its different lemmas; nothing of one without words.

    >>> parts_of("Отдел <b>ЖКХ</b>", Lemmatizer())
    ('отдел жкх', ['жкх', 'отдел'])
    """
    forms = [form for form, _, _ in iter_forms(clean(text)[0])]
    return " ".join(forms), sorted({lemmatizer.lemma(form) for form in forms})


def key_of(column: int, kind: str, part: str) -> int:
    """The hash that a model keeps of a part of a value.

    :param column: number of the column; the same word may mean another thing in another one.
    :param kind: ``value`` or ``lemma``.
    """
    return int.from_bytes(hashlib.sha256(f"{column} {kind} {part}".encode()).digest()[:8], "big")


def text_scores(probabilities: F32) -> F32:
    """What the text says, on the scale to which columns add: logarithms of calibrated probabilities."""
    return np.asarray(np.log(probabilities + np.float32(LEAST_PROBABILITY)), np.float32)


@dataclass(frozen=True)
class ExportContext:
    """What was learned of the columns.

    :param columns: their headings.
    :param keys: `key_of` each part that was learned, ascending, ``uint64``.
    :param weights: what each adds to each topic, shape ``(parts, topics)``.
    :param calibration: from scores of the topics, columns added, to probabilities.
    :param review_below: a message with a value whose group is less probable than this goes to a person.
    :param set_quantiles: for sets of topics of such messages (`appealnlp.conformal`).
    """

    columns: tuple[str, ...]
    keys: npt.NDArray[np.uint64]
    weights: F16
    calibration: Calibration
    review_below: float
    set_quantiles: Mapping[str, float]

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {key: number for number, key in enumerate(self.keys.tolist())}

    def known(self, column: int, text: str, lemmatizer: Lemmatizer) -> tuple[list[int], list[float]]:
        """Numbers of the parts of a value that were learned, and how much each counts: all its lemmas together as one."""
        whole, lemmas = parts_of(text, lemmatizer)
        as_whole = [self._numbers[key] for key in [key_of(column, "value", whole)] if key in self._numbers]
        keys = (key_of(column, "lemma", lemma) for lemma in lemmas)
        by_lemma = [self._numbers[key] for key in keys if key in self._numbers]
        return as_whole + by_lemma, [1.0] * len(as_whole) + [max(len(by_lemma), 1) ** -0.5] * len(by_lemma)

    def row(self, numbers: Sequence[int], sizes: Sequence[float]) -> F32:
        """What some parts add to each topic, shape ``(topics,)``: the same sum wherever the value stands."""
        rows = self.weights[list(numbers)].astype(np.float32) * np.array(sizes, np.float32)[:, None]
        return np.asarray(rows.sum(axis=0), np.float32)

    def read(self, given: Mapping[str, Sequence[object]], messages: int, lemmatizer: Lemmatizer) -> Values:
        """Look at the columns of some messages.

        :param given: heading -> value of each message; a column that is not there says nothing.
        :param messages: how many there are.
        :raises InputError: a column is none of the model's, or not as long as the messages are many.
        """
        names = list(given)
        places = [find_named(names, column) for column in self.columns]
        for number, name in enumerate(names):
            if number not in places:
                raise InputError(
                    f"the model did not learn from this column, but from: {', '.join(self.columns)}", column=name
                )
            if len(given[name]) != messages:
                raise InputError(f"{len(given[name])} values for {messages} texts; one for each is needed", column=name)
        numbers = np.full((len(self.columns), messages), -1, np.int64)
        learned: list[tuple[list[int], list[float]]] = []
        for column, place in enumerate(places):
            seen: dict[str, int] = {}  # each different value is looked at once
            for message, value in enumerate(given[names[place]] if place is not None else ()):
                text = cell_text(value)
                if text not in seen:
                    known = self.known(column, text, lemmatizer)
                    seen[text] = len(learned) if known[0] else -1
                    learned += [known] if known[0] else []
                numbers[column, message] = seen[text]
        return Values(self, numbers, learned)


@dataclass(frozen=True)
class Values:
    """The columns of some messages.

    ``numbers``: which of ``learned`` each message has in each column, -1 for none, shape ``(columns, messages)``;
    ``learned``: of the different values, see `ExportContext.known`.
    """

    context: ExportContext
    numbers: I64
    learned: Sequence[tuple[Sequence[int], Sequence[float]]]

    def of(self, first: int, count: int) -> Evidence | None:
        """What the columns say of ``count`` messages from the ``first`` on; ``None`` if nothing."""
        numbers = self.numbers[:, first : first + count]
        rows = np.flatnonzero((numbers >= 0).any(axis=0))
        if not len(rows):
            return None
        shifts = np.zeros((len(rows), self.context.weights.shape[1]), np.float32)
        for column in numbers[:, rows]:
            values, at = np.unique(column, return_inverse=True)
            added = np.zeros((len(values), shifts.shape[1]), np.float32)
            for place, value in enumerate(values.tolist()):
                if value >= 0:
                    added[place] = self.context.row(*self.learned[value])
            shifts += added[at]
        return Evidence(self.context, rows, shifts)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What columns add to the topics of some messages of a chunk.

    ``rows``: numbers of the messages of which they say anything; ``shifts``: shape ``(rows, topics)``.
    """

    context: ExportContext
    rows: I64
    shifts: F32

    def weigh(self, probabilities: F32) -> None:
        """Put the probabilities with the columns in the place of those by the text alone, shape ``(messages, topics)``."""
        scores = text_scores(probabilities[self.rows]) + self.shifts
        probabilities[self.rows] = self.context.calibration.probabilities(scores)

    def review_below(self, usual: float, messages: int) -> F32:
        """The review threshold of each message.

        :param usual: that of messages without a value.
        """
        below = np.full(messages, usual, np.float32)
        below[self.rows] = self.context.review_below
        return below


def frame_columns(columns: Sequence[str], frame: Any) -> dict[str, list[object]]:
    """The columns of a data frame (pandas or polars) that a model looks at; a warning says which is not there.

    :raises InputError: two columns have the heading of one.
    """
    import warnings

    names = [str(name) for name in frame.columns]
    places = {column: find_named(names, column) for column in columns}
    found = {}
    for column, place in places.items():
        if place is None:
            warnings.warn(lacking(column, "the frame", any(at is not None for at in places.values())), stacklevel=3)
            continue
        check_one(names, names[place])
        values = frame[frame.columns[place]]
        # pandas has several kinds of nothing; None stands for all of them.
        found[column] = (
            values.astype(object).where(values.notna(), None) if hasattr(values, "notna") else values
        ).to_list()
    return found


def lacking(column: str, file: str, others: bool) -> str:
    """What a person is told when a column is not there.

    :param others: whether another column that the model learned from is.
    """
    decided = "topics are decided without it" if others else "topics are decided by the text alone"
    return f"column {column!r}, which the model learned from, is not in {file}: {decided}"


def read_context(bundle: Bundle, topics: int) -> ExportContext:
    """The part of a bundle with the columns, with its shapes checked.

    :raises KeyError, TypeError, ValueError: the manifest is incomplete.
    """
    columns, settings = bundle.manifest["context_columns"], bundle.manifest["context"]
    if not isinstance(columns, list) or not columns or not all(isinstance(name, str) and name for name in columns):
        raise ValueError("headings are texts")
    temperature, slope, curve, below = (
        float(value) for value in (settings["temperature"], *settings["temperature_slopes"], settings["review_below"])
    )
    quantiles: Any = settings["set_quantiles"]
    if not all(np.isfinite([slope, curve])) or not all(np.isfinite(one) and one > 0 for one in (temperature, below)):
        raise ValueError("a setting is not a positive number")
    if not isinstance(quantiles, dict):
        raise TypeError("quantiles have names")
    keys = bundle.array("context_keys.npy", "uint64", -1)
    weights = bundle.array("context_weights.npy", "float16", len(keys), topics)
    if not np.isfinite(weights).all() or not (keys[1:] > keys[:-1]).all():
        raise CorruptModelError(f"{bundle.path}: what it says of columns is damaged; train the model again")
    return ExportContext(tuple(columns), keys, weights, Calibration(temperature, slope, curve), below, quantiles)
