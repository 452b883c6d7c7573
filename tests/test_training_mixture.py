from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from appealnlp.heads import softmax
from appealnlp.training.build import Recipe
from appealnlp.training.mixture import NEVER, Mixture, fit_linear
from appealnlp.training.network import Network

FEATURES, TOPICS, LENGTH, HIDDEN = 6, 3, 2, 4


def network() -> Network:
    draw = np.random.default_rng(0)
    shapes = ((FEATURES, HIDDEN), (LENGTH, HIDDEN), (HIDDEN,), (HIDDEN, TOPICS), (TOPICS,))
    return Network(*(draw.normal(size=shape).astype(np.float32) for shape in shapes))


def messages(truth: list[int]) -> tuple[csr_matrix, np.ndarray]:
    """Two features of each topic, one of them in each message."""
    rows = np.zeros((len(truth), FEATURES), np.float32)
    rows[np.arange(len(truth)), [2 * topic + place % 2 for place, topic in enumerate(truth)]] = 1
    return csr_matrix(rows), np.ones((len(truth), LENGTH), np.float32)


def test_without_a_linear_model_the_scores_are_those_of_the_network() -> None:
    seen = messages([0, 1, 2])
    assert (Mixture(network()).logits(*seen) == network().logits(*seen)).all()


@pytest.mark.parametrize("linear", [0.0, 4.0])
def test_a_teacher_says_the_scores_as_probabilities(linear: float) -> None:
    truth = [0, 1, 2] * 4
    seen = messages(truth)
    weights = np.ones(len(truth))
    machines = fit_linear(seen[0], np.array(truth), weights, TOPICS, Recipe(linear=linear)) if linear else None
    mixture = Mixture(network(), machines)
    assert np.allclose(mixture.teacher()(*seen), softmax(mixture.logits(*seen)), atol=1e-5)


@pytest.mark.parametrize("truth", [[0, 1, 2], [0, 2], [1]], ids=["all topics", "two of three", "one of three"])
def test_machines_find_topics_with_examples_and_no_others(truth: list[int]) -> None:
    numbers = np.array(truth * 6)
    matrix, _ = messages(numbers.tolist())
    found = fit_linear(matrix, numbers, np.ones(len(numbers)), TOPICS, Recipe(linear=2.0))
    scores = matrix @ found.weights + found.bias
    assert (scores.argmax(axis=1) == numbers).all()
    assert all(found.bias[topic] == 2 * NEVER for topic in range(TOPICS) if topic not in truth)
