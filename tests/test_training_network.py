from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from appealnlp.heads import softmax
from appealnlp.training.network import Network, NetworkSettings, fit_network

TOPICS, FEATURES, LENGTH = 4, 40, 6
SETTINGS = NetworkSettings(hidden=12, epochs=25, batch=32, learning_rate=0.02)


def toy(messages: int = 400, seed: int = 0) -> tuple[Any, np.ndarray, np.ndarray]:
    """Messages of six words, most of them from the ten words of their topic; features, empty vectors, topics."""
    draw = np.random.default_rng(seed)
    topics = draw.integers(0, TOPICS, messages)
    rows = np.zeros((messages, FEATURES), np.float32)
    for row, topic in zip(rows, topics, strict=True):
        row[draw.choice(10, 4, replace=False) + 10 * topic] = 1
        row[draw.choice(FEATURES, 2, replace=False)] += 0.5
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return csr_matrix(rows), np.zeros((messages, LENGTH), np.float32), topics


def fit(
    matrix: Any, vectors: np.ndarray, topics: np.ndarray, settings: NetworkSettings = SETTINGS, **options: Any
) -> Network:
    targets = np.eye(TOPICS, dtype=np.float32)[topics]
    weight = options.pop("weight", np.ones(len(topics)))
    return fit_network(matrix, vectors, targets, TOPICS, weight, settings, **options)


def accuracy(net: Network, matrix: Any, vectors: np.ndarray, topics: np.ndarray) -> float:
    return float((net.logits(matrix, vectors).argmax(axis=1) == topics).mean())


def parameters(net: Network) -> list[bytes]:
    return [part.tobytes() for part in (net.words, net.vectors, net.hidden_bias, net.topics, net.topic_bias)]


def test_a_separable_problem_is_learned_and_carries_over() -> None:
    net = fit(*toy())
    assert accuracy(net, *toy()) > 0.98
    assert accuracy(net, *toy(seed=9)) > 0.95


def test_the_same_data_give_the_same_bytes() -> None:
    data = toy()
    before = data[0].copy()
    assert parameters(fit(*data)) == parameters(fit(*data))
    assert (data[0] != before).nnz == 0  # word dropout did not touch the caller's matrix
    assert parameters(fit(*data)) != parameters(fit(*data, settings=replace(SETTINGS, seed=1)))


def test_vectors_alone_are_enough_and_reach_words_that_training_never_saw() -> None:
    draw = np.random.default_rng(2)
    centres = draw.standard_normal((TOPICS, LENGTH)).astype(np.float32) * 2
    topics = draw.integers(0, TOPICS, 400)
    vectors = (centres[topics] + draw.normal(0, 0.3, (400, LENGTH))).astype(np.float32)
    empty = csr_matrix((400, FEATURES), dtype=np.float32)
    assert accuracy(fit(empty, vectors, topics), empty, vectors, topics) > 0.95


def test_words_that_do_not_occur_keep_their_first_weights() -> None:
    matrix, vectors, topics = toy()
    wide = csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], FEATURES + 5))
    short, long = (fit(wide, vectors, topics, replace(SETTINGS, epochs=epochs)) for epochs in (1, 5))
    assert (short.words[FEATURES:] == long.words[FEATURES:]).all()
    assert (short.words[:FEATURES] != long.words[:FEATURES]).any(axis=1).all()


def test_a_heavy_message_outweighs_many_light_ones() -> None:
    # The same words, labelled 0 nine times and 3 once.
    matrix = csr_matrix(np.ones((10, FEATURES), np.float32) / np.sqrt(FEATURES))
    topics = np.array([0] * 9 + [3])
    vectors = np.zeros((10, LENGTH), np.float32)
    settings = replace(SETTINGS, epochs=120, batch=10, word_dropout=0.0, hidden_dropout=0.0)
    even = fit(matrix, vectors, topics, settings)
    uneven = fit(matrix, vectors, topics, settings, weight=np.array([1.0] * 9 + [100.0]))
    assert even.logits(matrix, vectors)[0].argmax() == 0
    assert uneven.logits(matrix, vectors)[0].argmax() == 3


def test_logits_are_the_hidden_units_rectified_times_the_topics() -> None:
    net = fit(*toy(), replace(SETTINGS, epochs=1))
    matrix, vectors, _ = toy(5)
    units = matrix.toarray() @ net.words + vectors @ net.vectors + net.hidden_bias
    assert np.allclose(net.hidden(matrix, vectors), units, atol=1e-5)
    assert np.allclose(
        net.logits(matrix, vectors), np.where(units > 0, units, 0) @ net.topics + net.topic_bias, atol=1e-4
    )


def test_progress_is_told_after_each_epoch() -> None:
    told: list[tuple[int, int]] = []
    fit(*toy(50), replace(SETTINGS, epochs=3), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("messages", [1, 31, 32, 33])
def test_any_number_of_messages_fills_its_batches(messages: int) -> None:
    net = fit(*toy(messages), replace(SETTINGS, epochs=2))
    assert all(
        np.isfinite(part).all() for part in (net.words, net.vectors, net.hidden_bias, net.topics, net.topic_bias)
    )


def of_words(matrix: Any, vectors: np.ndarray) -> np.ndarray:
    """A teacher that knows which ten words speak for each topic."""
    evidence = np.asarray(matrix.toarray()).reshape(len(vectors), TOPICS, -1).sum(axis=2) * 6
    chances = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), np.float32)


def test_a_student_thinks_as_its_teacher_does_and_needs_no_labels() -> None:
    matrix, vectors, topics = toy()
    net = fit_network(matrix, vectors, of_words, TOPICS, np.ones(len(topics)), SETTINGS)
    unseen, nothing, recorded = toy(seed=9)
    assert accuracy(net, unseen, nothing, recorded) > 0.95
    assert np.abs(softmax(net.logits(unseen, nothing)) - of_words(unseen, nothing)).mean() < 0.05


def test_a_teacher_is_asked_about_mixtures_of_messages_with_words_left_out() -> None:
    matrix, vectors, topics = toy(60)
    vectors = vectors + topics[:, None].astype(np.float32)
    asked: list[tuple[Any, np.ndarray]] = []

    def remember(part: Any, summed: np.ndarray) -> np.ndarray:
        asked.append((part.copy(), summed.copy()))
        return of_words(part, summed)

    settings = replace(SETTINGS, epochs=2, batch=25, word_dropout=0.7)
    before = matrix.copy()
    fit_network(matrix, vectors, remember, TOPICS, np.ones(60), settings)
    assert [len(summed) for _, summed in asked] == [25, 25, 10] * 2
    assert (matrix != before).nnz == 0
    lengths = np.concatenate([np.diff(part.indptr) for part, _ in asked])
    own = np.diff(matrix.indptr)
    assert lengths.min() < own.min() and lengths.max() > own.max()
    assert (np.concatenate([summed for _, summed in asked])[:, 0] % 1 > 0).any()  # between those of two messages


def test_the_same_teacher_gives_the_same_bytes() -> None:
    matrix, vectors, topics = toy()
    once, again = (
        fit_network(matrix, vectors, of_words, TOPICS, np.ones(len(topics)), replace(SETTINGS, epochs=2))
        for _ in range(2)
    )
    assert parameters(once) == parameters(again)


def test_a_network_goes_on_from_another_one_and_leaves_it_as_it_is() -> None:
    matrix, vectors, topics = toy()
    first = fit(matrix, vectors, topics)
    before = parameters(first)
    brief = replace(SETTINGS, epochs=1, learning_rate=1e-4)
    further = fit(matrix, vectors, topics, brief, start=first)
    assert parameters(first) == before != parameters(further)
    assert accuracy(further, matrix, vectors, topics) > 0.95 > accuracy(fit(matrix, vectors, topics, brief), *toy())
