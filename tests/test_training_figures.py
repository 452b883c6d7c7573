"""Figures against scikit-learn and against counting by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, precision_recall_fscore_support

from appealnlp.training.figures import Figures, RowCounts, kind_figures, level_figures, routing, urgency_figures
from appealnlp.urgency.scale import LEVELS, rank

NAMES = st.sampled_from(["дороги", "вода", "свет", "снег"])


@given(st.lists(st.tuples(NAMES, NAMES, st.floats(0, 1)), min_size=1, max_size=60))
def test_figures_are_those_of_scikit_learn(rows: list[tuple[str, str, float]]) -> None:
    true, given_, confidence = (list(column) for column in zip(*rows, strict=True))
    figures = level_figures(
        np.array(true, object), np.array(given_, object), np.array(confidence), frozenset({"дороги", "вода", "свет"})
    )
    assert figures.accuracy == pytest.approx(accuracy_score(true, given_))
    recorded = sorted(set(true))
    for average, value in (("weighted", figures.weighted_f1), ("macro", figures.macro_f1)):
        expected = f1_score(true, given_, labels=recorded, average=average, zero_division=0)
        assert value == pytest.approx(expected)
    labels = [one.label for one in figures.labels]
    table = precision_recall_fscore_support(true, given_, labels=labels, zero_division=0)
    for one, precision, recall, f1, support in zip(figures.labels, *table, strict=True):
        assert (one.precision, one.recall, one.f1) == pytest.approx((precision, recall, f1))
        assert one.support == support
        assert one.given == given_.count(one.label)
    assert figures.unknown == true.count("снег")
    assert sum(one.count for one in figures.confusions) == sum(a != b for a, b in zip(true, given_, strict=True))
    assert sum(one.messages for one in figures.reliability) == len(rows)
    assert figures.coverage[-1].coverage == 1
    assert figures.coverage[-1].accuracy == pytest.approx(figures.accuracy)
    thresholds = [point.threshold for point in figures.coverage]
    assert thresholds == sorted(thresholds, reverse=True)


def test_the_worst_confusions_come_first_and_have_a_direction() -> None:
    true = np.array(["а", "а", "а", "б", "б", "в"], object)
    given_ = np.array(["б", "б", "а", "а", "б", "а"], object)
    confusions = level_figures(true, given_, np.full(6, 0.5), frozenset("абв")).confusions
    assert (confusions[0].true, confusions[0].given, confusions[0].count) == ("а", "б", 2)


LEVEL = st.sampled_from(LEVELS)


@given(st.lists(st.tuples(LEVEL, LEVEL), min_size=2, max_size=60))
def test_urgency(rows: list[tuple[str, str]]) -> None:
    true, given_ = (list(column) for column in zip(*rows, strict=True))
    figures = urgency_figures(np.array(true, object), np.array(given_, object))
    alarms = [rank(level) >= 3 for level in given_]
    due = [rank(level) >= 3 for level in true]
    found = sum(a and d for a, d in zip(alarms, due, strict=True))
    assert figures.accuracy == pytest.approx(accuracy_score(true, given_))
    assert figures.recall == pytest.approx(found / sum(due)) if any(due) else math.isnan(figures.recall)
    assert figures.precision == pytest.approx(found / sum(alarms)) if any(alarms) else math.isnan(figures.precision)
    assert figures.false_alarms == pytest.approx((sum(alarms) - found) / len(rows))
    ranks = [[rank(level) for level in levels] for levels in (true, given_)]
    if len({*ranks[0], *ranks[1]}) > 1:
        expected = cohen_kappa_score(*ranks, weights="quadratic", labels=range(5))
        assert figures.quadratic_kappa == pytest.approx(expected)
    assert sum(sum(row.values()) for row in figures.confusion.values()) == len(rows)


KIND = st.sampled_from(["problem", "question", "other"])


@given(st.lists(st.tuples(KIND, KIND, st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_kinds_and_flags(rows: list[tuple[str, str, bool, bool]]) -> None:
    true, given_, due, flagged = (list(column) for column in zip(*rows, strict=True))
    figures = kind_figures(
        np.array(true, object), np.array(given_, object), np.array(due, bool), np.array(flagged, bool)
    )
    assert figures.messages == len(rows)
    assert figures.kind_accuracy == pytest.approx(accuracy_score(true, given_))
    if any(due) or any(flagged):
        assert figures.vulnerable_f1 == pytest.approx(f1_score(due, flagged, zero_division=0))
    else:
        assert math.isnan(figures.vulnerable_f1)
    hits = sum(a and b for a, b in zip(due, flagged, strict=True))
    for share, among in ((figures.vulnerable_recall, due), (figures.vulnerable_precision, flagged)):
        assert share == pytest.approx(hits / sum(among) if any(among) else math.nan, nan_ok=True)


@pytest.mark.parametrize(
    ("right", "held", "share"), [([1, 1, 0, 0], True, 0.5), ([1, 0, 1, 1], False, 0.5), ([0, 0, 0, 0], False, 0.5)]
)
def test_a_promise_holds_or_not(right: list[int], held: bool, share: float) -> None:
    sure = np.array([True, True, False, False])
    found = routing("group", 0.95, 0.8, sure, np.array(right, bool))
    assert (found.held, found.share) == (held, share)


def test_nothing_sure_breaks_no_promise() -> None:
    found = routing("topic", 0.95, 1.01, np.zeros(3, bool), np.ones(3, bool))
    assert (found.held, found.share) == (True, 0.0)


def test_what_cannot_be_divided_is_null_in_json() -> None:
    nothing = np.zeros(0, object)
    figures = Figures("…", RowCounts(0, 0, 0, 0), 0, level_figures(nothing, nothing, np.zeros(0), frozenset()))
    text = json.dumps(figures.as_dict(), allow_nan=False)
    assert json.loads(text)["topic"]["accuracy"] is None
