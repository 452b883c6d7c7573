from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from appealnlp.heads import Calibration, softmax
from appealnlp.training.calibrate import expected_calibration_error, fit_calibration, review_threshold

GROUPS = np.array([0, 0, 1, 2])


def drawn(messages: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and answers drawn with just the probabilities that they stand for."""
    draw = np.random.default_rng(seed)
    logits = draw.normal(0, 2, (messages, 4))
    chance = softmax(logits.copy())
    truth = (chance.cumsum(axis=1) > draw.random((messages, 1))).argmax(axis=1)
    return logits, truth


def calibrate(logits: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> Calibration:
    """With words that say nothing."""
    return fit_calibration(logits, truth, weight, csr_matrix((len(truth), 3), dtype=np.float32))[0]


@pytest.mark.parametrize("temperature", [0.2, 1.0, 3.0])
def test_the_probabilities_are_found_again(temperature: float) -> None:
    logits, truth = drawn(20_000)
    calibration = calibrate(logits * temperature, truth, np.ones(20_000))
    found = calibration.probabilities((logits * temperature).astype(np.float32))
    assert np.abs(found - softmax(logits)).mean() < 0.01


def test_weights_decide_for_whom_they_are_right() -> None:
    logits, truth = drawn(10_000)
    both = np.concatenate([logits, logits * 4]).astype(np.float32)
    truths = np.concatenate([truth, truth])
    first = np.repeat([1.0, 0.0], 10_000)
    chance = softmax(logits)
    for weight, part in ((first, both[:10_000]), (1 - first, both[10_000:])):
        assert np.abs(calibrate(both, truths, weight).probabilities(part) - chance).mean() < 0.015
    between = calibrate(both, truths, np.ones(20_000)).probabilities(both[10_000:])
    assert np.abs(between - chance).mean() > 0.015


def test_a_temperature_that_depends_on_the_message_is_found_again() -> None:
    draw = np.random.default_rng(1)
    logits = draw.normal(0, 2, (30_000, 4)).astype(np.float32)
    chance = Calibration(0.7, -1.0, 2.5).probabilities(logits)
    truth = (chance.cumsum(axis=1) > draw.random((30_000, 1))).argmax(axis=1)
    found = calibrate(logits, truth, np.ones(30_000))
    assert np.abs(found.probabilities(logits) - chance).mean() < 0.01
    assert found.slope < 0 < found.curve


def test_words_tell_whose_scores_are_boastful() -> None:
    logits, truth = drawn(20_000)
    boastful = np.arange(20_000) % 2
    told = (logits * np.where(boastful, 4, 1)[:, None]).astype(np.float32)
    words = csr_matrix(np.stack([1 - boastful, boastful], axis=1).astype(np.float32))
    calibration, doubt = fit_calibration(told, truth, np.ones(20_000), words)
    found = calibration.probabilities(told, (words @ doubt).astype(np.float32))
    assert doubt[1] - doubt[0] > 0.7
    together = calibrate(told, truth, np.ones(20_000)).probabilities(told)
    chance = softmax(logits)
    assert np.abs(found - chance).mean() < 0.5 * np.abs(together - chance).mean()


def test_the_most_probable_topic_stays_the_most_probable() -> None:
    logits, truth = drawn(500)
    chance = calibrate(logits, truth, np.ones(500)).probabilities(logits.astype(np.float32))
    assert (chance.argmax(axis=1) == logits.argmax(axis=1)).all()
    assert np.allclose(chance.sum(axis=1), 1, atol=1e-6)


def test_huge_logits_are_no_error() -> None:
    logits, truth = drawn(500)
    calibration = calibrate(logits * 1e4, truth, np.ones(500))
    assert np.isfinite(calibration.probabilities((logits * 1e4).astype(np.float32))).all()


def shares(logits: np.ndarray, truth: np.ndarray, threshold: float) -> tuple[float, int]:
    """Share of right groups at or above the threshold, and how many messages those are."""
    probabilities = softmax(logits.copy())
    groups = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(3)], axis=1)
    sure = groups.max(axis=1) >= threshold - 1e-12
    return float((groups.argmax(axis=1) == truth)[sure].mean()) if sure.any() else 1.0, int(sure.sum())


@pytest.mark.parametrize("accuracy", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_messages_above_the_threshold_reach_the_accuracy_and_no_lower_threshold_does(accuracy: float) -> None:
    logits, truth = drawn(3000, 5)
    threshold = review_threshold(softmax(logits), GROUPS, GROUPS[truth], accuracy)
    share, count = shares(logits, GROUPS[truth], threshold)
    assert share >= accuracy
    assert count > 20
    probabilities = softmax(logits.copy())
    groups = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(3)], axis=1).max(axis=1)
    for lower in np.sort(groups[groups < threshold - 1e-9])[::-50]:
        assert shares(logits, GROUPS[truth], lower)[0] < accuracy


def test_everything_is_for_review_where_the_accuracy_is_never_reached() -> None:
    logits = np.array([[5.0, 0, 0, 0], [0, 0, 5, 0]])
    assert review_threshold(softmax(logits), GROUPS, np.array([2, 2]), 0.5) > 1


def test_nothing_is_for_review_where_all_is_right() -> None:
    logits, _ = drawn(100)
    probabilities = softmax(logits.copy())
    groups = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(3)], axis=1)
    assert review_threshold(softmax(logits), GROUPS, groups.argmax(axis=1), 1.0) == pytest.approx(
        groups.max(axis=1).min()
    )


def test_a_group_is_as_probable_as_its_topics_together() -> None:
    logits = np.log(np.array([[0.3, 0.3, 0.39, 0.01]]))
    assert review_threshold(softmax(logits), GROUPS, np.array([0]), 1.0) == pytest.approx(0.6)


def test_equally_sure_messages_stand_and_fall_together() -> None:
    logits = np.array([[3.0, 0, 0, 0]] * 10)
    right_and_wrong = np.array([0] * 5 + [1] * 5)
    threshold = review_threshold(softmax(logits), GROUPS, right_and_wrong, 0.9)
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
