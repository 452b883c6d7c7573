"""Learn topics with one hidden layer over weighted words: wide, sparse input, few hidden units, a softmax.

The hidden units are sums over words, so scoring adds up one row per word (see `appealnlp.scores`). Beside its own
learned row each lemma brings a ready word vector through a learned projection: lemmas that training never saw, or saw
rarely, land near their neighbours in meaning. After training the projection is folded into the rows, so it costs
nothing. Adam (D. Kingma, J. Ba, 2015), with rows of absent words left alone; dropout of words and of hidden units
(N. Srivastava et al., 2014). Plain numpy on one thread: the same data give the same weights.

A network learns from labels, or from a teacher: a larger model that says what it thinks of any message. Then it is shown
mixtures of two messages with more or fewer of their words, and the teacher is asked about just what it is shown
(L. Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", 2022).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Network", "NetworkSettings", "Teacher", "fit_network"]

F32 = npt.NDArray[np.float32]

Teacher = Callable[[Any, F32], F32]
"""Features and word vectors of any messages -> the probability of each topic, as in `Network.logits`."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How the network is trained; the defaults are what the experiments found best (`scripts/experiments.py`).

    ``word_dropout`` is the share of features left out of each message; with a teacher the largest share, and that of each
    message is drawn evenly below it.
    """

    hidden: int = 128
    epochs: int = 16
    learning_rate: float = 8e-3
    batch: int = 512
    word_dropout: float = 0.5
    hidden_dropout: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Network:
    """Learned parameters: ``relu(x @ words + v @ vectors + hidden_bias) @ topics + topic_bias``.

    Shapes: ``words`` (features, hidden), ``vectors`` (vector length, hidden), ``topics`` (hidden, topics).
    """

    words: F32
    vectors: F32
    hidden_bias: F32
    topics: F32
    topic_bias: F32

    def hidden(self, matrix: Any, vectors: F32) -> F32:
        """Hidden units before the rectifier, shape ``(messages, hidden)``."""
        units: F32 = matrix @ self.words + vectors @ self.vectors + self.hidden_bias
        return units

    def logits(self, matrix: Any, vectors: F32) -> F32:
        """Topic scores, shape ``(messages, topics)``."""
        scores: F32 = np.maximum(self.hidden(matrix, vectors), 0) @ self.topics + self.topic_bias
        return scores


class _Adam:
    """Adam's moments of one dense parameter."""

    def __init__(self, parameter: F32) -> None:
        self._parameter = parameter
        self._mean, self._square = np.zeros_like(parameter), np.zeros_like(parameter)

    def step(self, gradient: F32, rate: float) -> None:
        self._mean *= _DECAY_MEAN
        self._mean += (1 - _DECAY_MEAN) * gradient
        self._square *= _DECAY_SQUARE
        self._square += (1 - _DECAY_SQUARE) * gradient * gradient
        self._parameter -= rate * self._mean / (np.sqrt(self._square) + 1e-8)


_DECAY_MEAN, _DECAY_SQUARE = np.float32(0.9), np.float32(0.99)
_WARM_UP = 50


def fit_network(
    matrix: Any,
    vectors: F32,
    targets: F32 | Teacher,
    topics: int,
    sample_weight: npt.NDArray[np.floating],
    settings: NetworkSettings,
    progress: Callable[[int, int], None] | None = None,
    start: Network | None = None,
) -> Network:
    """Train the network.

    :param matrix: normalised features, CSR float32, shape ``(messages, features)``.
    :param vectors: summed word vectors of each message, normalised alike, shape ``(messages, vector length)``.
    :param targets: probability of each topic for each message, shape ``(messages, topics)``, rows sum to 1; or a teacher.
    :param topics: how many there are.
    :param sample_weight: how much each message counts.
    :param progress: told the finished and the total number of epochs.
    :param start: a network of the same shape to go on from; random weights if not given.
    """
    from scipy.sparse import csr_matrix

    draw = np.random.default_rng(settings.seed)
    messages, features = matrix.shape
    hidden = settings.hidden

    def normal(rows: int, columns: int, spread: float) -> F32:
        return np.asarray(draw.standard_normal((rows, columns), dtype=np.float32) * np.float32(spread))

    net = Network(
        normal(features, hidden, 0.1),
        normal(vectors.shape[1], hidden, 0.1),
        np.zeros(hidden, np.float32),
        normal(hidden, topics, 0.5 * np.sqrt(2 / hidden)),
        np.zeros(topics, np.float32),
    )
    if start is not None:
        net = Network(*(getattr(start, field.name).copy() for field in fields(Network)))
    words = net.words
    mean, square = np.zeros_like(words), np.zeros_like(words)
    dense = [_Adam(part) for part in (net.topics, net.hidden_bias, net.topic_bias, net.vectors)]
    weight = (sample_weight / sample_weight.mean()).astype(np.float32)
    keep_unit = np.float32(1 - settings.hidden_dropout)
    steps = settings.epochs * -(-messages // settings.batch)
    step = 0
    for epoch in range(settings.epochs):
        order = draw.permutation(messages)
        for first in range(0, messages, settings.batch):
            rows = order[first : first + settings.batch]
            part, summed = matrix[rows], vectors[rows]
            if callable(targets):
                part, summed = _mixed(part, summed, draw)
                left_out = draw.random(len(rows), dtype=np.float32) * np.float32(settings.word_dropout)
                part = _thinned(part, np.repeat(1 - left_out, np.diff(part.indptr)), draw)
                wanted = targets(part, summed)
            else:
                part = _thinned(part, np.float32(1 - settings.word_dropout), draw)
                wanted = targets[rows]
            seen = np.unique(part.indices)  # only these rows of `words` change
            small = csr_matrix((part.data, np.searchsorted(seen, part.indices), part.indptr), (len(rows), len(seen)))

            units = part @ words + summed @ net.vectors + net.hidden_bias
            kept = (draw.random(units.shape, dtype=np.float32) < keep_unit) / keep_unit * (units > 0)
            units = units * kept
            scores = units @ net.topics + net.topic_bias
            scores -= scores.max(axis=1, keepdims=True)
            np.exp(scores, out=scores)
            chance = scores / scores.sum(axis=1, keepdims=True)

            slope = chance - wanted
            slope *= (weight[rows] / len(rows))[:, None]
            unit_slope = (slope @ net.topics.T) * kept

            step += 1
            rate = settings.learning_rate * (1 - (step - 1) / steps) * min(1.0, step / _WARM_UP)
            rate *= float(np.sqrt(1 - _DECAY_SQUARE**step) / (1 - _DECAY_MEAN**step))
            _step_rows(words, mean, square, seen, small.T @ unit_slope, np.float32(rate))
            gradients = (units.T @ slope, unit_slope.sum(axis=0), slope.sum(axis=0), summed.T @ unit_slope)
            for parameter, one in zip(dense, gradients, strict=True):
                parameter.step(one, np.float32(rate))
        if progress is not None:
            progress(epoch + 1, settings.epochs)
    return net


def _thinned(part: Any, keep: F32 | np.float32, draw: np.random.Generator) -> Any:
    """Messages without some of their features, the others larger for it; ``keep`` is the share kept of each entry."""
    part.data = part.data * ((draw.random(len(part.data), dtype=np.float32) < keep) / keep)
    part.eliminate_zeros()
    return part


def _mixed(part: Any, summed: F32, draw: np.random.Generator) -> tuple[Any, F32]:
    """Each message with a share of another one of the batch, a small one mostly (H. Zhang et al., "mixup", 2018)."""
    from scipy.sparse import diags

    other = draw.permutation(len(summed))
    share = draw.beta(0.5, 0.5, len(summed)).astype(np.float32)
    share = np.minimum(share, 1 - share)
    mixed = (diags(1 - share) @ part + diags(share) @ part[other]).tocsr().astype(np.float32)
    return mixed, (1 - share)[:, None] * summed + share[:, None] * summed[other]


def _step_rows(
    words: F32, mean: F32, square: F32, rows: npt.NDArray[np.int64], gradient: F32, rate: np.float32
) -> None:
    """One step of Adam for some rows of a parameter and of its moments; ``gradient`` is used up."""
    spread = square.take(rows, axis=0)
    spread *= _DECAY_SQUARE
    squares = np.square(gradient)
    squares *= 1 - _DECAY_SQUARE
    spread += squares
    square[rows] = spread
    moved = mean.take(rows, axis=0)
    moved *= _DECAY_MEAN
    gradient *= 1 - _DECAY_MEAN
    moved += gradient
    mean[rows] = moved
    np.sqrt(spread, out=spread)
    spread += np.float32(1e-8)
    moved /= spread
    moved *= rate
    words[rows] -= moved
