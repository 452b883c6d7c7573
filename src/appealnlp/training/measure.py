"""Measure a model on labelled rows it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..classifier import Classifier, load
from ..errors import InputError
from ..export_context import lacking
from ..urgency.scale import LEVELS
from .examples import Examples, LabelColumns, read_examples
from .figures import Figures, RowCounts, level_figures, routing, urgency_figures
from .names import LabelNames, level_codes

__all__ = ["Evaluation", "Predictions", "evaluate", "measure", "row_counts", "summarize"]

USUAL_ACCURACY = 0.95
"""What the review threshold of a model promises that does not say otherwise."""

Strings = npt.NDArray[np.object_]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """Recorded and given labels of some messages: equal-long arrays, "" where nothing is recorded.

    ``positions``: where each message is in the `Examples`. A recorded label that the model does not have stays as it was
    written. ``review``: whether the model wants a person to look. ``level`` is "" where the urgency was not asked for.
    """

    positions: npt.NDArray[np.int64]
    true_topic: Strings
    topic: Strings
    confidence: F64
    true_group: Strings
    group: Strings
    group_confidence: F64
    review: npt.NDArray[np.bool_]
    true_level: Strings
    level: Strings


@dataclass(frozen=True)
class Evaluation:
    """Figures, and the answers they were counted from."""

    figures: Figures
    predictions: Predictions


def measure(model: Classifier, examples: Examples) -> Evaluation:
    """Compare a model with recorded labels.

    Topics and groups are recorded by code or title; where no group is recorded it is that of the recorded topic.

    :raises InputError: a recorded urgency is none of the five levels.
    """
    names, taxonomy = LabelNames(model.taxonomy), model.taxonomy
    topics = [
        (names.topic(topic, group) or topic) if topic else ""
        for topic, group in zip(examples.topics, examples.groups, strict=True)
    ]
    known = frozenset(taxonomy.codes)
    groups = [
        (names.group(group) or group) if group else taxonomy.group_of(topic) if topic in known else ""
        for topic, group in zip(topics, examples.groups, strict=True)
    ]
    true_level = np.array(level_codes(examples.levels), object)
    columns = examples.context_of()
    decision = model.decide(examples.texts, context=columns)
    codes = np.array(taxonomy.codes, object)
    topic_group = np.array([topic.group for topic in taxonomy.topics], object)
    level = np.full(len(examples), "", object)
    asked = np.flatnonzero(true_level != "")
    if len(asked):
        verdicts = model.classify_columns(
            [examples.texts[at] for at in asked.tolist()], context=examples.context_of(asked.tolist())
        )
        level[asked] = [one or LEVELS[0] for one in verdicts["nlp_urgency"]]
    predictions = Predictions(
        positions=np.arange(len(examples)),
        true_topic=np.array(topics, object),
        topic=codes[decision.topic],
        confidence=decision.confidence.astype(np.float64),
        true_group=np.array(groups, object),
        group=topic_group[decision.topic],
        group_confidence=decision.group_confidence.astype(np.float64),
        review=decision.review,
        true_level=true_level,
        level=level,
    )
    manifest: Any = model.manifest
    figures = summarize(
        predictions,
        known_topics=known,
        known_groups=frozenset(taxonomy.groups) - {""},
        rows=row_counts(examples),
        method="all rows with a text and a label",
        asked=float(manifest.get("auto_accuracy", USUAL_ACCURACY)),
        threshold=float(manifest["review_below"]),
        notes=tuple(
            lacking(column, file, others=sum(where == file for _, where, _ in examples.lacking) < len(columns))
            for column, file, _ in examples.lacking
        ),
    )
    return Evaluation(figures, predictions)


def evaluate(
    files: str | Path | Sequence[str | Path],
    *,
    model: str | Path | Classifier | None = None,
    topic_column: str | None = None,
    text_column: str | None = None,
    group_column: str | None = None,
    urgency_column: str | None = None,
    report: str | Path | None = None,
    language: str = "ru",
    with_texts: bool = False,
) -> Evaluation:
    """Measure a model on labelled exports that it was not trained on.

    :param files: one or more files of any format that is read.
    :param model: folder of a model or a loaded one; the default model if not given.
    :param topic_column: heading of the column with the topic: its code or its title, as the model calls it; the other
        columns likewise. At least one of topic and group is needed.
        The columns that the model learned from beside the text are found by their headings; notes say which is not there.
    :param report: where to write the figures as an HTML page, ``ru`` or ``en`` by ``language``.
    :param with_texts: show texts of the worst errors in the page, with personal data masked.
    :raises AppealError: a file or the model cannot be used; the error says why.
    """
    if topic_column is None and group_column is None:
        raise InputError("name the column with the recorded labels: --topic-column, --group-column or both")
    loaded = model if isinstance(model, Classifier) else load(model)
    columns = LabelColumns(topic_column, text_column, group_column, urgency_column, loaded.context_columns)
    examples = read_examples([files] if isinstance(files, (str, Path)) else files, columns)
    if not len(examples):
        raise InputError(f"none of the {examples.read:,} rows has both a text and a label")
    evaluation = measure(loaded, examples)
    if report is not None:
        from .report import report_on, write_report

        title = str(loaded.manifest.get("name", loaded.path.name))
        write_report(report, report_on(loaded, examples, evaluation, title=title, with_texts=with_texts), language)
    return evaluation


def row_counts(examples: Examples) -> RowCounts:
    """How many rows were read and left aside."""
    return RowCounts(examples.read, examples.without_text, examples.without_label, examples.unreadable)


def summarize(
    predictions: Predictions,
    *,
    known_topics: frozenset[str],
    known_groups: frozenset[str],
    rows: RowCounts,
    method: str,
    asked: float,
    threshold: float,
    notes: tuple[str, ...] = (),
) -> Figures:
    """The figures of some predictions.

    :param known_topics: topics that the model has; ``known_groups`` likewise, empty for a model of one level.
    :param asked: the accuracy that messages not for review must reach, ``threshold`` the review threshold.
    """
    has_topic, has_group = predictions.true_topic != "", (predictions.true_group != "") & bool(known_groups)
    has_level = predictions.true_level != ""
    topic = level_figures(
        predictions.true_topic[has_topic],
        predictions.topic[has_topic],
        predictions.confidence[has_topic],
        known_topics,
    )
    group = level_figures(
        predictions.true_group[has_group],
        predictions.group[has_group],
        predictions.group_confidence[has_group],
        known_groups,
    )
    routed, level = (has_group, "group") if known_groups else (has_topic, "topic")
    right = predictions.true_group == predictions.group if known_groups else predictions.true_topic == predictions.topic
    return Figures(
        method=method,
        rows=rows,
        messages=len(predictions.positions),
        topic=topic if has_topic.any() else None,
        group=group if has_group.any() else None,
        routing=routing(level, asked, threshold, ~predictions.review[routed], right[routed]) if routed.any() else None,
        urgency=urgency_figures(predictions.true_level[has_level], predictions.level[has_level])
        if has_level.any()
        else None,
        notes=notes,
    )
