"""What an evaluation says, as plain data: for the JSON file, the card in a model's folder and the report."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..urgency.scale import LEVELS, rank
from .calibrate import expected_calibration_error

__all__ = [
    "Confusion",
    "CoveragePoint",
    "Figures",
    "KindFigures",
    "LabelFigures",
    "LevelFigures",
    "ReliabilityBin",
    "Routing",
    "RowCounts",
    "UrgencyFigures",
    "as_json",
    "kind_figures",
    "level_figures",
    "routing",
    "urgency_figures",
]

BINS = 15
WORST = 20
POINTS = 20

Strings = npt.NDArray[np.object_]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows of the files: ``read`` in all, and those that do not count."""

    read: int
    without_text: int
    without_label: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label: how many messages carry it, how many were given it, and how many of either were right."""

    label: str
    support: int
    given: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """``count`` messages of label ``true`` were given ``given``."""

    true: str
    given: str
    count: int


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Messages whose confidence lies between ``low`` and ``high``: how sure on average, and how often right."""

    low: float
    high: float
    messages: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Of the surest ``coverage`` of the messages, those with a confidence of ``threshold`` and more, how many are right."""

    coverage: float
    threshold: float
    accuracy: float


@dataclass(frozen=True)
class LevelFigures:
    """Figures of one level of labels, topic or group.

    Shares are 0..1. ``messages`` carry a label of this level; ``unknown`` of them one that the model does not have (they
    count as wrong), and ``unknown_labels`` says which. ``ece`` is the expected calibration error, ``confusions`` the
    most frequent errors.
    """

    messages: int
    accuracy: float
    weighted_f1: float
    macro_f1: float
    ece: float
    unknown: int
    unknown_labels: dict[str, int]
    labels: tuple[LabelFigures, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    coverage: tuple[CoveragePoint, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """What goes on without a person looking: the ``share`` of messages not for review and how many of them are right.

    ``level``: ``group`` or ``topic``, which of them must be right. ``asked``: the accuracy the threshold was chosen for.
    ``held``: whether ``accuracy`` is at most 1.5 points below it.
    """

    level: str
    asked: float
    threshold: float
    share: float
    accuracy: float
    held: bool


@dataclass(frozen=True, slots=True)
class UrgencyFigures:
    """Figures on messages with a recorded urgency, rules included.

    An alarm is emergency or critical. ``recall`` and ``precision`` are of alarms, ``false_alarms`` is the share of all
    messages that got an alarm they do not deserve; ``confusion`` counts by recorded, then given level.
    """

    messages: int
    accuracy: float
    quadratic_kappa: float
    recall: float
    precision: float
    false_alarms: float
    confusion: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Figures on messages with a recorded kind and vulnerable flag, rules included.

    ``vulnerable_precision`` and ``vulnerable_recall`` are of the messages flagged and due to be flagged, ``vulnerable_f1``
    is their harmonic mean.
    """

    messages: int
    kind_accuracy: float
    vulnerable_precision: float
    vulnerable_recall: float
    vulnerable_f1: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Figures:
    """All figures of one evaluation; what was not measured is ``None``.

    ``method``: which messages were measured, in a sentence.
    """

    method: str
    rows: RowCounts
    messages: int
    topic: LevelFigures | None = None
    group: LevelFigures | None = None
    routing: Routing | None = None
    urgency: UrgencyFigures | None = None
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """For JSON: plain values, shares with six digits, ``None`` where there is nothing to divide by."""
        found: dict[str, Any] = as_json(asdict(self))
        return found


def as_json(value: Any) -> Any:
    """Dictionaries and lists of plain values, floats rounded, ``None`` for what is no number."""
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return value


def level_figures(true: Strings, given: Strings, confidence: F64, known: frozenset[str]) -> LevelFigures:
    """Compare given labels with recorded ones.

    :param true: recorded label of each message, none of them "".
    :param given: the model's label; ``confidence``: its probability that it is right.
    :param known: the labels the model can give.
    """
    right = true == given
    names, true_numbers = np.unique(np.concatenate([true, given]).astype(str), return_inverse=True)
    given_numbers, true_numbers = true_numbers[len(true) :], true_numbers[: len(true)]
    support = np.bincount(true_numbers, minlength=len(names))
    answers = np.bincount(given_numbers, minlength=len(names))
    hits = np.bincount(true_numbers[right], minlength=len(names))
    recall, precision = hits / np.maximum(support, 1), hits / np.maximum(answers, 1)
    f1 = 2 * hits / np.maximum(support + answers, 1)
    recorded = support > 0
    unknown = {
        name: int(count) for name, count in zip(names.tolist(), support, strict=True) if name not in known and count
    }
    return LevelFigures(
        messages=len(true),
        accuracy=_share(right),
        weighted_f1=float(np.average(f1, weights=support)) if len(true) else math.nan,
        macro_f1=float(f1[recorded].mean()) if recorded.any() else math.nan,
        ece=expected_calibration_error(confidence, right, BINS) if len(true) else math.nan,
        unknown=sum(unknown.values()),
        unknown_labels=dict(sorted(unknown.items(), key=lambda pair: (-pair[1], pair[0]))),
        labels=tuple(
            LabelFigures(
                name, int(support[at]), int(answers[at]), float(precision[at]), float(recall[at]), float(f1[at])
            )
            for at, name in enumerate(names.tolist())
        ),
        confusions=_confusions(names, true_numbers[~right], given_numbers[~right]),
        reliability=_reliability(confidence, right),
        coverage=_coverage(confidence, right),
    )


def _confusions(names: Any, true: Any, given: Any) -> tuple[Confusion, ...]:
    pairs, counts = np.unique(true * len(names) + given, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:WORST]
    return tuple(
        Confusion(str(names[pair // len(names)]), str(names[pair % len(names)]), int(count))
        for pair, count in zip(pairs[order].tolist(), counts[order].tolist(), strict=True)
    )


def _reliability(confidence: F64, right: Flags) -> tuple[ReliabilityBin, ...]:
    number = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    return tuple(
        ReliabilityBin(
            one / BINS, (one + 1) / BINS, int(inside.sum()), float(confidence[inside].mean()), _share(right[inside])
        )
        for one in range(BINS)
        if (inside := number == one).any()
    )


def _coverage(confidence: F64, right: Flags) -> tuple[CoveragePoint, ...]:
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = [max(round(len(order) * point / POINTS), 1) - 1 for point in range(1, POINTS + 1)] if len(order) else []
    return tuple(
        CoveragePoint((at + 1) / len(order), float(confidence[order[at]]), float(share[at]))
        for at in dict.fromkeys(last)
    )


HOLDS_WITHIN = 0.015


def routing(level: str, asked: float, threshold: float, sure: Flags, right: Flags) -> Routing:
    """Share and accuracy of the messages that need no review.

    :param sure: which messages are not for review.
    :param right: which have the right group, or topic in a model of one level.
    """
    accuracy = _share(right[sure])
    held = not sure.any() or accuracy >= asked - HOLDS_WITHIN
    return Routing(level, asked, threshold, _share(sure), accuracy, bool(held))


def urgency_figures(true: Strings, given: Strings) -> UrgencyFigures:
    """Compare given levels of urgency with recorded ones (codes, see `appealnlp.urgency.scale.LEVELS`)."""
    ranks = [np.array([rank(level) for level in levels], np.int64) for levels in (true.tolist(), given.tolist())]
    due, alarm = (one >= rank("critical") for one in ranks)
    observed = np.zeros((len(LEVELS), len(LEVELS)), np.int64)
    np.add.at(observed, (ranks[0], ranks[1]), 1)
    return UrgencyFigures(
        messages=len(true),
        accuracy=_share(ranks[0] == ranks[1]),
        quadratic_kappa=_quadratic_kappa(observed),
        recall=_share(alarm[due]),
        precision=_share(due[alarm]),
        false_alarms=_share(alarm & ~due),
        confusion={
            one: dict(zip(LEVELS, row, strict=True)) for one, row in zip(LEVELS, observed.tolist(), strict=True)
        },
    )


def kind_figures(true_kinds: Strings, kinds: Strings, true_flags: Flags, flags: Flags) -> KindFigures:
    """Compare given kinds and vulnerable flags with recorded ones."""
    hits = int((true_flags & flags).sum())
    marked = int(true_flags.sum() + flags.sum())
    return KindFigures(
        messages=len(true_kinds),
        kind_accuracy=_share(true_kinds == kinds),
        vulnerable_precision=_share(true_flags[flags]),
        vulnerable_recall=_share(flags[true_flags]),
        vulnerable_f1=2 * hits / marked if marked else math.nan,
    )


def _quadratic_kappa(observed: npt.NDArray[np.int64]) -> float:
    """Cohen's kappa with quadratic weights (J. Cohen, 1968)."""
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(int(observed.sum()), 1)
    weights = np.subtract.outer(np.arange(len(observed)), np.arange(len(observed))) ** 2
    return float(1 - (weights * observed).sum() / max(float((weights * expected).sum()), 1e-12))


def _share(flags: Flags) -> float:
    return float(np.mean(flags)) if len(flags) else math.nan
