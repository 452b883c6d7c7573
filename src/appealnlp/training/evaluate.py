"""How often a model is right: figures on labelled messages it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..classifier import Classifier
from .calibrate import expected_calibration_error
from .figures import KindFigures, UrgencyFigures, kind_figures, urgency_figures

__all__ = ["KindFigures", "TopicFigures", "UrgencyFigures", "evaluate_kinds", "evaluate_topics", "evaluate_urgency"]


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """Figures on messages with a recorded topic or group.

    Shares are 0..1. ``sure`` is the share not marked for review, ``sure_group`` the share of those with the right
    group; ``ece`` is the expected calibration error of the topic's confidence. ``by_group`` holds, for each recorded
    group, the number of messages and the shares with the right group and the right topic.
    """

    messages: int
    group_accuracy: float
    topic_messages: int
    topic_accuracy: float
    topic_weighted_f1: float
    topic_macro_f1: float
    ece: float
    sure: float
    sure_group: float
    by_group: dict[str, tuple[int, float, float]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def evaluate_topics(
    model: Classifier, texts: Sequence[str], topics: Sequence[str], groups: Sequence[str]
) -> TopicFigures:
    """Compare a model's topics and groups with recorded ones.

    :param topics: recorded topic of each message, "" where only the group is known.
    :param groups: recorded group of each message, "" where it is unknown.
    """
    from sklearn.metrics import f1_score

    given = model.classify_columns(texts)
    topic, group = np.array(given["nlp_topic"], object), np.array(given["nlp_group"], object)
    true_topic, true_group = np.array(topics, object), np.array(groups, object)
    has_topic, has_group = true_topic != "", true_group != ""
    right_topic, right_group = topic == true_topic, group == true_group
    confidence = np.array([value or 0.0 for value in given["nlp_confidence"]])
    sure = (np.array([value or 0 for value in given["nlp_needs_review"]]) == 0) & has_group
    labels = sorted(set(true_topic[has_topic].tolist()))

    def f1(average: str) -> float:
        return float(
            f1_score(
                true_topic[has_topic].astype(str),
                topic[has_topic].astype(str),
                labels=labels,
                average=average,
                zero_division=0,
            )
        )

    return TopicFigures(
        messages=len(texts),
        group_accuracy=_share(right_group[has_group]),
        topic_messages=int(has_topic.sum()),
        topic_accuracy=_share(right_topic[has_topic]),
        topic_weighted_f1=f1("weighted"),
        topic_macro_f1=f1("macro"),
        ece=expected_calibration_error(confidence[has_topic], right_topic[has_topic]),
        sure=float(sure.sum() / max(has_group.sum(), 1)),
        sure_group=_share(right_group[sure]),
        by_group={
            name: (
                int((true_group == name).sum()),
                _share(right_group[true_group == name]),
                _share(right_topic[(true_group == name) & has_topic]),
            )
            for name in sorted(set(true_group[has_group].tolist()))
        },
    )


def evaluate_urgency(model: Classifier, texts: Sequence[str], levels: Sequence[str]) -> UrgencyFigures:
    """Compare a model's urgency, rules included, with recorded levels."""
    given = [level or "none" for level in model.classify_columns(texts)["nlp_urgency"]]
    return urgency_figures(np.array(levels, object), np.array(given, object))


def evaluate_kinds(
    model: Classifier, texts: Sequence[str], kinds: Sequence[str], vulnerable: Sequence[bool]
) -> KindFigures:
    """Compare a model's kinds and vulnerable flags, rules included, with recorded ones."""
    given = model.classify_columns(texts)
    flags = np.array([value == 1 for value in given["nlp_vulnerable"]], bool)
    return kind_figures(np.array(kinds, object), np.array(given["nlp_kind"], object), np.array(vulnerable, bool), flags)


def _share(flags: Any) -> float:
    return float(np.mean(flags)) if len(flags) else float("nan")
