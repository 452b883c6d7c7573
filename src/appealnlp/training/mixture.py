"""A network and a linear model beside it, whose scores are added up: they err on different messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..heads import softmax
from .fit import Columns
from .network import Network, Teacher

if TYPE_CHECKING:
    from .build import Recipe

__all__ = ["Mixture", "fit_linear"]

F32 = npt.NDArray[np.float32]
SVM_C, SVM_TOLERANCE = 0.2, 0.1
"""A finer tolerance takes half as long again and moves no figure by a thousandth."""
NEVER = -10.0
"""Score of a topic without an example, a long way below all margins."""


@dataclass(frozen=True)
class Mixture:
    """Scores of topics: those of the network, plus those of the linear model if there is one."""

    network: Network
    linear: Columns | None = None

    def logits(self, matrix: Any, vectors: F32) -> F32:
        """Scores, shape ``(messages, topics)``; see `Network.logits`."""
        scores = self.network.logits(matrix, vectors)
        if self.linear is not None:
            scores = scores + np.asarray(matrix @ self.linear.weights + self.linear.bias, np.float32)
        return scores

    def teacher(self) -> Teacher:
        """What the scores say as probabilities, quick to ask many times."""
        linear = None if self.linear is None else self.linear.weights.astype(np.float32)

        def probabilities(matrix: Any, vectors: F32) -> F32:
            scores = self.network.logits(matrix, vectors)
            if self.linear is not None:
                scores += matrix @ linear
                scores += self.linear.bias.astype(np.float32)
            return np.asarray(softmax(scores), np.float32)

        return probabilities


def fit_linear(
    matrix: Any, truth: npt.NDArray[np.int64], sample_weight: npt.NDArray[np.floating], topics: int, recipe: Recipe
) -> Columns:
    """One-against-rest linear support vector machines, their margins multiplied with ``recipe.linear``.

    :param matrix: normalised features, CSR, shape ``(messages, features)``.
    :param truth: number of the topic of each message, below ``topics``; not every topic needs an example.
    """
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((matrix.shape[1], topics)), np.full(topics, NEVER)
    present = np.unique(truth)
    if len(present) > 1:
        model = LinearSVC(C=SVM_C, tol=SVM_TOLERANCE, random_state=0).fit(matrix, truth, sample_weight)
        margins, intercepts = model.coef_, model.intercept_
        if len(present) == 2:  # one separator stands for both
            margins, intercepts = np.vstack([-margins, margins]), np.append(-intercepts, intercepts)
        weights[:, present], bias[present] = margins.T, intercepts
    else:
        bias[present] = 0
    return Columns(weights * recipe.linear, bias * recipe.linear)
