from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.heads import softmax
from appealnlp.training.calibrate import expected_calibration_error, fit_temperature, review_threshold

GROUPS = np.array([0, 0, 1, 2])


def drawn(messages: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and answers drawn with just the probabilities that they stand for."""
    draw = np.random.default_rng(seed)
    logits = draw.normal(0, 2, (messages, 4))
    chance = softmax(logits.copy())
    truth = (chance.cumsum(axis=1) > draw.random((messages, 1))).argmax(axis=1)
    return logits, truth


@pytest.mark.parametrize("temperature", [0.2, 1.0, 3.0])
def test_the_temperature_is_found_again(temperature: float) -> None:
    logits, truth = drawn(20_000)
    assert fit_temperature(logits * temperature, truth, np.ones(20_000)) == pytest.approx(temperature, rel=0.05)


def test_weights_decide_whose_temperature_it_is() -> None:
    logits, truth = drawn(10_000)
    both = np.concatenate([logits, logits * 4])
    truths = np.concatenate([truth, truth])
    first = np.repeat([1.0, 0.0], 10_000)
    assert fit_temperature(both, truths, first) == pytest.approx(1, rel=0.05)
    assert fit_temperature(both, truths, 1 - first) == pytest.approx(4, rel=0.05)
    assert 1.2 < fit_temperature(both, truths, np.ones(20_000)) < 4


def test_huge_logits_are_no_error() -> None:
    logits, truth = drawn(500)
    assert np.isfinite(fit_temperature(logits * 1e4, truth, np.ones(500)))


def shares(logits: np.ndarray, truth: np.ndarray, threshold: float) -> tuple[float, int]:
    """Share of right groups at or above the threshold, and how many messages those are."""
    probabilities = softmax(logits.copy())
    groups = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(3)], axis=1)
    sure = groups.max(axis=1) >= threshold - 1e-12
    return float((groups.argmax(axis=1) == truth)[sure].mean()) if sure.any() else 1.0, int(sure.sum())


@pytest.mark.parametrize("accuracy", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_messages_above_the_threshold_reach_the_accuracy_and_no_lower_threshold_does(accuracy: float) -> None:
    logits, truth = drawn(3000, 5)
    threshold = review_threshold(logits.copy(), GROUPS, GROUPS[truth], accuracy)
    share, count = shares(logits, GROUPS[truth], threshold)
    assert share >= accuracy
    assert count > 20
    probabilities = softmax(logits.copy())
    groups = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(3)], axis=1).max(axis=1)
    for lower in np.sort(groups[groups < threshold - 1e-9])[::-50]:
        assert shares(logits, GROUPS[truth], lower)[0] < accuracy


def test_everything_is_for_review_where_the_accuracy_is_never_reached() -> None:
    logits = np.array([[5.0, 0, 0, 0], [0, 0, 5, 0]])
    assert review_threshold(logits, GROUPS, np.array([2, 2]), 0.5) > 1


def test_nothing_is_for_review_where_all_is_right() -> None:
    logits, _ = drawn(100)
    probabilities = softmax(logits.copy())
    groups = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(3)], axis=1)
    assert review_threshold(logits, GROUPS, groups.argmax(axis=1), 1.0) == pytest.approx(groups.max(axis=1).min())


def test_a_group_is_as_probable_as_its_topics_together() -> None:
    logits = np.log(np.array([[0.3, 0.3, 0.39, 0.01]]))
    assert review_threshold(logits, GROUPS, np.array([0]), 1.0) == pytest.approx(0.6)


def test_equally_sure_messages_stand_and_fall_together() -> None:
    logits = np.array([[3.0, 0, 0, 0]] * 10)
    right_and_wrong = np.array([0] * 5 + [1] * 5)
    threshold = review_threshold(logits, GROUPS, right_and_wrong, 0.9)
    assert shares(logits, right_and_wrong, threshold)[0] >= 0.9


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([1.0, 1.0], [1, 1], 0.0),
        ([1.0, 1.0], [0, 0], 1.0),
        ([0.5, 0.5], [1, 0], 0.0),
        ([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0], 0.25),
        ([0.0], [0], 0.0),
    ],
)
def test_expected_calibration_error(confidence: list[float], right: list[int], error: float) -> None:
    assert expected_calibration_error(np.array(confidence), np.array(right, bool)) == pytest.approx(error)


def test_calibrated_answers_have_a_small_error_and_boastful_ones_a_large_one() -> None:
    logits, truth = drawn(20_000)
    right = logits.argmax(axis=1) == truth
    assert expected_calibration_error(softmax(logits.copy()).max(axis=1), right) < 0.02
    assert expected_calibration_error(softmax(logits * 5).max(axis=1), right) > 0.1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_the_error_is_a_share(pairs: list[tuple[float, bool]]) -> None:
    confidence, right = (np.array(column) for column in zip(*pairs, strict=True))
    error = expected_calibration_error(confidence, right)
    assert 0 <= error <= 1
    assert error >= abs(confidence.mean() - right.mean()) - 1e-9  # bins can only add to the overall distance
