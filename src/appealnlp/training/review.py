"""Pick the rows of an unlabelled export that are worth a person's time: uncertain, and not two hundred alike.

Uncertainty sampling (D. Lewis, W. Gale, "A Sequential Algorithm for Training Text Classifiers", 1994) by the margin
between the two best topics; a part of the rows by how near an alarm their urgency is. Of rows that are alike one is taken,
and a topic gets only so many. Stronger pressure towards rows that are unlike the others, and the doubt in the group beside
that in the topic, picked rows that taught less (`scripts/measure_review.py` repeats the comparison with random rows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..classifier import Classifier, load
from ..context import marks_of
from ..errors import InputError
from ..messages import open_source
from ..scores import Sums
from ..urgency.scale import rank
from .build import Progress
from .fit import inverse_document_frequency, normalize
from .lexicon import count_matrix
from .split import duplicate_key

__all__ = ["Doubts", "ReviewRow", "look_for_doubts", "pick", "review"]

USUAL_COUNT = 200
CANDIDATES = 10
"""So many uncertain rows are compared for each one that is picked."""
FRAGMENT = 8
"""Rows with fewer letters and digits teach nothing."""
MOST_OF_A_TOPIC = 4
"""A topic fills at most so many times its even share of the picked rows."""
LIKE = 0.6
"""Cosine of two rows of which only one is worth reading."""
DOUBTFUL_ALARM = 0.5
"""An alarm with a probability between a quarter and three quarters."""
SHARE_OF_ALARMS = 0.2
"""Share of the picked rows that doubtful alarms may fill."""
_ALARM = rank("critical")

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A row to look at: where it is, what the model says, and ``doubt``: ``topic``, ``group`` or ``urgency``."""

    file: str
    row: int
    key: str
    text: str
    topic: str
    topic_title: str
    confidence: float
    alternatives: str
    urgency: str
    urgency_title: str
    doubt: str


@dataclass(frozen=True)
class Doubts:
    """How uncertain a model is, an entry per message, 0 sure to 1: of the topic, of the group, of an alarm.

    ``topic``: number of the decided topic.
    """

    of_topic: F64
    of_group: F64
    of_alarm: F64
    topic: I64


@dataclass
class _Rows:
    texts: list[str]
    files: list[str]
    numbers: list[int]
    keys: list[str]


def review(
    files: str | Path | Sequence[str | Path],
    *,
    model: str | Path | Classifier | None = None,
    text_column: str | None = None,
    count: int = USUAL_COUNT,
    progress: Progress = lambda what, done, total: None,
) -> list[ReviewRow]:
    """Pick rows for a person to label.

    :param files: one or more exports of any format that is read, without labels.
    :param model: folder of a model or a loaded one; the default model if not given.
    :param count: how many rows at most.
    :return: the rows, those that are worth most first.
    :raises AppealError: a file or the model cannot be used; the error says why.
    """
    if count < 1:
        raise InputError(f"{count} rows cannot be picked; at least one")
    loaded = model if isinstance(model, Classifier) else load(model)
    rows = _read([files] if isinstance(files, (str, Path)) else files, text_column)
    if not rows.texts:
        raise InputError("there is no message in these files that says anything")
    doubts = look_for_doubts(loaded, rows.texts, progress)
    picked = pick(loaded, rows.texts, doubts, count)
    results = loaded.classify_many([rows.texts[at] for at in picked])
    return [
        ReviewRow(
            rows.files[at],
            rows.numbers[at],
            rows.keys[at],
            rows.texts[at],
            result.topic,
            result.topic_title,
            result.confidence,
            "; ".join(f"{other.title}: {other.probability:.2f}" for other in result.alternatives),
            result.urgency,
            result.urgency_title,
            _main_doubt(doubts, at),
        )
        for at, result in zip(picked, results, strict=True)
    ]


def _read(files: Sequence[str | Path], text_column: str | None) -> _Rows:
    """Different messages that say something, each where it stands first."""
    rows = _Rows([], [], [], [])
    seen: set[str] = set()
    for file in files:
        with open_source(file, text_column=text_column) as source:
            for batch in source.batches():
                for number, (text, error) in enumerate(zip(batch.texts, batch.errors, strict=True), batch.first_row):
                    key = "" if error else duplicate_key(text)
                    if len(key) < FRAGMENT or key in seen:
                        continue
                    seen.add(key)
                    rows.texts.append(text)
                    rows.files.append(source.name)
                    rows.numbers.append(number)
                    rows.keys.append(key)
    return rows


def look_for_doubts(
    model: Classifier, texts: Sequence[str], progress: Progress = lambda what, done, total: None
) -> Doubts:
    """How uncertain a model is about some messages."""
    parts = []
    for chunk in model._scorer.score_many(texts):
        here = texts[chunk.first : chunk.first + len(chunk.sums.energy)]
        parts.append(_doubts(model, chunk.sums, here))
        progress("messages", chunk.first + len(chunk.sums.energy), len(texts))
    columns: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Doubts(*columns)


def _doubts(model: Classifier, sums: Sums, texts: Sequence[str]) -> tuple[F64, F64, F64, I64]:
    heads = model._heads
    outputs = heads.outputs(sums)
    probabilities = heads.probabilities(outputs)
    decided = heads.decide(sums, marks_of(texts))
    best = np.partition(probabilities, -2, axis=1)[:, -2:].astype(np.float64)
    levels = decided.level_scores
    powers = np.exp(levels - levels.max(axis=1, keepdims=True), dtype=np.float64)
    alarm = powers[:, _ALARM:].sum(axis=1) / powers.sum(axis=1)
    return (
        1 - (best[:, 1] - best[:, 0]),
        1 - decided.group_confidence.astype(np.float64),
        1 - np.abs(2 * alarm - 1),
        decided.topic,
    )


def pick(model: Classifier, texts: Sequence[str], doubts: Doubts, count: int) -> list[int]:
    """Positions of the rows worth most: doubtful alarms first, then doubtful topics, no row like one before it."""
    alarming = np.flatnonzero(doubts.of_alarm >= DOUBTFUL_ALARM)
    alarming = alarming[np.argsort(-doubts.of_alarm[alarming], kind="stable")]
    alarms = int(count * SHARE_OF_ALARMS)
    uncertain = np.argsort(-doubts.of_topic, kind="stable")
    candidates = np.unique(np.concatenate([alarming[: CANDIDATES * alarms], uncertain[: CANDIDATES * count]]))
    counts = count_matrix(model._scorer.lexicon, [texts[at] for at in candidates.tolist()])
    chosen = _Chosen(normalize(counts, inverse_document_frequency(counts, 1)), doubts.topic[candidates])
    most = int(np.ceil(MOST_OF_A_TOPIC * count / len(model.taxonomy.topics)))
    chosen.add(np.where(doubts.of_alarm >= DOUBTFUL_ALARM, doubts.of_alarm, 0)[candidates], alarms, most)
    chosen.add(doubts.of_topic[candidates], count, most)
    chosen.add(doubts.of_topic[candidates], count, count)  # the other topics had too few
    return [int(at) for at in candidates[chosen.rows]]


class _Chosen:
    """Rows chosen one after the other.

    :param features: TF-IDF rows of the candidates; ``topic``: number of the decided topic of each.
    """

    def __init__(self, features: Any, topic: I64) -> None:
        self.rows: list[int] = []
        self._features, self._topic = features, topic
        self._of_topic = np.zeros(int(topic.max(initial=0)) + 1, np.int64)
        self._likeness = np.zeros(len(topic))

    def add(self, worth: F64, until: int, most: int) -> None:
        """Choose the row with the most worth that is not like a chosen one, until there are so many or no more.

        :param most: so many rows of a topic are enough.
        """
        worth = worth.copy()
        worth[self.rows] = 0
        while len(self.rows) < until:
            value = worth * (self._likeness < LIKE) * (self._of_topic[self._topic] < most)
            best = int(value.argmax())
            if value[best] <= 0:
                return
            self.rows.append(best)
            worth[best] = 0
            self._of_topic[self._topic[best]] += 1
            likeness = np.asarray((self._features @ self._features[best].T).todense()).ravel()
            self._likeness = np.maximum(self._likeness, likeness)


def _main_doubt(doubts: Doubts, at: int) -> str:
    if doubts.of_alarm[at] >= max(DOUBTFUL_ALARM, doubts.of_topic[at]):
        return "urgency"
    return "group" if doubts.of_group[at] > 0.5 else "topic"
