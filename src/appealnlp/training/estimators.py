"""The features and the network of this project as scikit-learn estimators, for pipelines and searches of your own.

>>> from sklearn.pipeline import make_pipeline
>>> model = make_pipeline(AppealVectorizer(), TopicNetwork(hidden=32))  # .fit(texts, topics).predict(texts)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..heads import softmax
from .fit import balanced_weights, inverse_document_frequency, normalize
from .lexicon import MINIMUM_MESSAGES, build_lexicon, count_matrix
from .network import Network, NetworkSettings, fit_network

__all__ = ["AppealVectorizer", "TopicNetwork"]


class AppealVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Messages to TF-IDF of their lemmas, word prefixes and pairs of adjacent lemmas: CSR, float32.

    A feature must occur in at least five messages; names of persons and places and long numbers are left out.

    :param prefixes: whether prefixes of three to six letters count.
    :param pairs: whether pairs of adjacent lemmas count.
    """

    def __init__(self, *, prefixes: bool = True, pairs: bool = True) -> None:
        self.prefixes = prefixes
        self.pairs = pairs

    def fit(self, X: Iterable[str], y: Any = None) -> AppealVectorizer:  # noqa: N803 - scikit-learn's name
        """Learn the features and their IDF.

        :param X: the messages.
        :raises ValueError: X is no series of texts, or no word occurs often enough.
        """
        texts = _texts(X)
        self.lexicon_ = build_lexicon(list(dict.fromkeys(texts)))
        idf = inverse_document_frequency(count_matrix(self.lexicon_, texts), MINIMUM_MESSAGES)
        lemmas, prefixes = len(self.lexicon_.lemmas), len(self.lexicon_.prefixes)
        if not self.prefixes:
            idf[lemmas : lemmas + prefixes] = 0
        if not self.pairs:
            idf[lemmas + prefixes :] = 0
        self.idf_ = idf
        self.features_ = np.flatnonzero(idf)
        if not len(self.features_):
            raise ValueError(f"empty vocabulary: no word occurs in {MINIMUM_MESSAGES} messages")
        return self

    def transform(self, X: Iterable[str]) -> Any:  # noqa: N803
        """The features of some messages, shape ``(messages, features)``."""
        check_is_fitted(self)
        return normalize(count_matrix(self.lexicon_, _texts(X)), self.idf_)[:, self.features_]

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """A lemma as it is, a prefix with ``-`` behind it, the two lemmas of a pair with a space between."""
        check_is_fitted(self)
        lexicon = self.lexicon_
        names = [
            *lexicon.lemmas,
            *(f"{prefix}-" for prefix in lexicon.prefixes),
            *(f"{lexicon.lemmas[left]} {lexicon.lemmas[right]}" for left, right in lexicon.pairs.tolist()),
        ]
        return np.array(names, object)[self.features_]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _texts(messages: Iterable[str]) -> list[str]:
    if isinstance(messages, (str, bytes)):
        raise ValueError("a series of messages is expected, not one message")
    texts = list(messages)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("every message must be a str")
    if not texts:
        raise ValueError("no messages: 0 sample(s) given")
    return texts


class TopicNetwork(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One hidden layer of rectified units over weighted words, a softmax over the classes (see `training.network`).

    :param hidden: how many hidden units.
    :param epochs: how often the messages are gone through; more often for few messages, until ``least_steps`` batches.
    :param batch: messages of one step.
    :param word_dropout: share of features left out at random in training; ``hidden_dropout`` likewise of units.
    :param balance: rare classes count more, by (mean size / own size) ** balance.
    :param random_state: seed; the same seed and data give the same network.
    """

    def __init__(
        self,
        *,
        hidden: int = 128,
        epochs: int = 12,
        learning_rate: float = 4e-3,
        batch: int = 256,
        word_dropout: float = 0.3,
        hidden_dropout: float = 0.3,
        balance: float = 0.3,
        least_steps: int = 400,
        random_state: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.batch = batch
        self.word_dropout = word_dropout
        self.hidden_dropout = hidden_dropout
        self.balance = balance
        self.least_steps = least_steps
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> TopicNetwork:  # noqa: N803
        """Train the network.

        :param X: features, sparse or dense, shape ``(messages, features)``; best scaled like TF-IDF.
        :param y: the class of each message.
        :param sample_weight: how much each message counts.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float32)  # noqa: N806
        check_classification_targets(y)
        self.classes_, truth = np.unique(y, return_inverse=True)
        base = _check_sample_weight(sample_weight, X, dtype=np.float64)
        used = np.flatnonzero(base > 0)
        weights = balanced_weights([str(number) for number in truth[used].tolist()], base[used], self.balance)
        batch = min(self.batch, max(len(used), 1))
        settings = NetworkSettings(
            hidden=self.hidden,
            epochs=max(self.epochs, -(-self.least_steps * batch // len(used))),
            learning_rate=self.learning_rate,
            batch=batch,
            word_dropout=self.word_dropout,
            hidden_dropout=self.hidden_dropout,
            seed=int(check_random_state(self.random_state).randint(1 << 31)),
        )
        targets = np.eye(len(self.classes_), dtype=np.float32)[truth[used]]
        net = fit_network(csr_matrix(X)[used], _no_vectors(len(used)), targets, len(self.classes_), weights, settings)
        # Probabilities in double precision do not depend on how many messages are asked for at once.
        parts: list[Any] = [net.words, net.vectors, net.hidden_bias, net.topics, net.topic_bias]
        self.network_ = Network(*(part.astype(np.float64) for part in parts))
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """Probability of each class, in the order of ``classes_``; shape ``(messages, classes)``."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)  # noqa: N806
        return np.asarray(softmax(self.network_.logits(csr_matrix(X), _no_vectors(X.shape[0]))))

    def predict(self, X: Any) -> Any:  # noqa: N803
        """The most probable class of each message."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _no_vectors(messages: int) -> npt.NDArray[np.float32]:
    """Matrices come without word vectors."""
    return np.zeros((messages, 1), np.float32)
