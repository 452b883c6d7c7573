"""From an evaluation to what the report shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...classifier import Classifier
from ..build import CurvePoint
from ..examples import Examples
from ..figures import Figures
from ..measure import Evaluation, Predictions
from .evidence import confusing_words
from .page import ErrorRow, Report

__all__ = ["report_on"]

SHOWN_ERRORS = 30


def report_on(
    model: Classifier,
    examples: Examples,
    evaluation: Evaluation,
    *,
    title: str,
    before: Figures | None = None,
    learning: Sequence[CurvePoint] = (),
    with_texts: bool = False,
) -> Report:
    """Gather what the report on an evaluation shows.

    :param model: the model that was measured.
    :param examples: the rows that ``evaluation.predictions`` counts.
    :param before: figures of an earlier model on the same rows.
    :param learning: the learning curve, fewest messages first.
    :param with_texts: show the texts of the worst errors, with personal data masked.
    """
    figures, predictions = evaluation.figures, evaluation.predictions
    topics = model.taxonomy.topics
    titles = {topic.code: topic.title for topic in topics} | {topic.group: topic.group_title for topic in topics}
    manifest = model.manifest
    confusions = figures.topic.confusions if figures.topic is not None else ()
    return Report(
        title=title,
        figures=figures,
        before=before,
        titles=titles,
        evidence=confusing_words(model, examples, predictions, confusions),
        learning=learning,
        errors=_errors(examples, predictions, with_texts),
        left_out=manifest.get("left_out", {}),
        several_groups=manifest.get("several_groups", {}),
    )


def _errors(examples: Examples, predictions: Predictions, with_texts: bool) -> list[ErrorRow]:
    """The errors of which the model was most sure, one for each different message."""
    wrong = np.flatnonzero((predictions.true_topic != "") & (predictions.true_topic != predictions.topic))
    order = wrong[np.argsort(-predictions.confidence[wrong], kind="stable")].tolist()
    chosen: dict[str, int] = {}
    for number in order:
        chosen.setdefault(examples.keys[predictions.positions[number]], number)
        if len(chosen) == SHOWN_ERRORS:
            break
    positions = [int(predictions.positions[number]) for number in chosen.values()]
    texts = _masked([examples.texts[at] for at in positions]) if with_texts else [""] * len(positions)
    return [
        ErrorRow(
            row=f"{Path(examples.files[at]).name}: {examples.rows[at]}",
            true=str(predictions.true_topic[number]),
            given=str(predictions.topic[number]),
            confidence=float(predictions.confidence[number]),
            text=text,
        )
        for number, at, text in zip(chosen.values(), positions, texts, strict=True)
    ]


def _masked(texts: Sequence[str]) -> list[str]:
    from ...text.privacy import mask_many

    return [" ".join(text.split())[:300] for text in mask_many(texts)]
