"""Sets of topics hold the right one as often as asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.conformal import COVERAGES, mass_before, quantile_for, set_quantiles, topic_set


def draw(messages: int, seed: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    logits = random.standard_normal((messages, 12)) * sharpness
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    shown = probabilities**2 / (probabilities**2).sum(axis=1, keepdims=True)  # an overconfident model
    return shown, np.array([random.choice(12, p=row) for row in probabilities])


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_coverage_holds_on_new_messages_also_of_a_model_that_is_too_sure(coverage: float) -> None:
    quantiles = set_quantiles(*draw(4000, 1, 1.5), [np.arange(4000)])
    probabilities, truth = draw(4000, 2, 1.5)
    quantile = quantile_for(quantiles, coverage)
    covered = np.mean(mass_before(probabilities, truth) <= quantile)
    assert coverage - 0.02 < covered < coverage + 0.03


def test_coverage_holds_in_the_harder_source() -> None:
    easy, hard = draw(3000, 3, 4.0), draw(3000, 4, 1.0)
    probabilities, truth = np.concatenate([easy[0], hard[0]]), np.concatenate([easy[1], hard[1]])
    quantiles = set_quantiles(probabilities, truth, [np.arange(6000), np.arange(3000), np.arange(3000, 6000)])
    new = draw(3000, 5, 1.0)
    assert np.mean(mass_before(*new) <= quantile_for(quantiles, 0.9)) > 0.88


PROBABILITIES = st.lists(st.floats(0.01, 1), min_size=2, max_size=8).map(lambda parts: np.array(parts) / sum(parts))


@given(PROBABILITIES, st.floats(0, 1), st.data())
def test_a_set_is_what_its_scores_say(probabilities: np.ndarray, quantile: float, data: Any) -> None:
    decided = data.draw(st.integers(0, len(probabilities) - 1))
    chosen = topic_set(probabilities, quantile, decided)
    assert decided in chosen
    assert int(probabilities.argmax()) == chosen[0]
    if len(set(probabilities.tolist())) == len(probabilities):
        for topic in range(len(probabilities)):
            score = float(mass_before(probabilities[None], np.array([topic]))[0])
            if abs(score - quantile) > 1e-9:
                assert (topic in chosen) == (score <= quantile or topic == decided)


def test_quantiles_grow_with_the_coverage_and_beyond_the_last_every_topic_belongs() -> None:
    quantiles = set_quantiles(*draw(500, 1, 1.0), [np.arange(500)])
    values = [quantile_for(quantiles, coverage) for coverage in COVERAGES]
    assert values == sorted(values)
    assert quantile_for(quantiles, 0.999) == 1.0
    assert quantile_for(quantiles, 0.91) == quantile_for(quantiles, 0.925)
    probabilities, _ = draw(1, 1, 1.0)
    assert sorted(topic_set(probabilities[0], 1.0, 0)) == list(range(12))
