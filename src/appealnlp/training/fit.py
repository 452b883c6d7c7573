"""Learn the weights of a model from labelled messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..scores import Weights, quantize

__all__ = ["ENERGY_UNIT", "Columns", "balanced_weights", "fit_columns", "inverse_document_frequency", "normalize", "stack"]

ENERGY_UNIT = 64
"""Squared norms of features are kept as whole numbers of 1/64."""

F32 = npt.NDArray[np.float32]


def inverse_document_frequency(counts: Any) -> F32:
    """Smoothed IDF of each feature: log((1 + n) / (1 + df)) + 1, rounded so that its square is a whole number of units."""
    messages = counts.shape[0]
    document_frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + messages) / (1 + document_frequency)) + 1
    return np.sqrt(np.rint(idf**2 * ENERGY_UNIT) / ENERGY_UNIT).astype(np.float32)


def normalize(counts: Any, idf: F32) -> Any:
    """Weight counts by IDF and divide each message by the root of the summed squared IDF of its features.

    For a message without repeated features this is cosine normalisation; unlike it, the divisor is a sum over the
    words, which is what makes fast scoring possible.
    """
    from scipy.sparse import diags

    energy = counts @ (idf**2)
    return (diags(1 / np.sqrt(np.maximum(energy, 1 / ENERGY_UNIT))) @ counts @ diags(idf)).tocsr().astype(np.float32)


def balanced_weights(
    labels: Sequence[str], base: npt.NDArray[np.float64] | None = None, power: float = 0.3
) -> npt.NDArray[np.float64]:
    """Weight of each example: rare labels count more, by (mean size / own size) ** power; the mean weight is 1."""
    names, numbers = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    weights = np.ones(len(numbers)) if base is None else base.astype(np.float64)
    sizes = np.bincount(numbers, weights, minlength=len(names))
    weights = weights * ((sizes.mean() / sizes) ** power)[numbers]
    return weights / weights.mean()


@dataclass(frozen=True, slots=True)
class Columns:
    """Learned outputs before rounding: ``weights`` of shape ``(features, outputs)`` on normalised input, and ``bias``."""

    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]


def fit_columns(
    matrix: Any, labels: Sequence[str], classes: Sequence[str], sample_weight: npt.NDArray[np.float64], c: float
) -> Columns:
    """One linear separator per class (L2-regularised squared hinge, scikit-learn's LinearSVC).

    :param matrix: CSR, shape ``(messages, features)``.
    :param classes: order of the output columns; a class without an example gets a bias that never wins.
    :param c: inverse strength of regularisation.
    """
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=c, random_state=0).fit(matrix, np.asarray(labels, dtype=object).astype(str), sample_weight)
    weights = np.zeros((matrix.shape[1], len(classes)))
    bias = np.full(len(classes), -10.0)
    place = {name: number for number, name in enumerate(classes)}
    if len(model.classes_) == 2:  # one separator stands for both
        columns = np.vstack([-model.coef_, model.coef_]), np.array([-model.intercept_[0], model.intercept_[0]])
    else:
        columns = model.coef_, model.intercept_
    for name, coefficients, intercept in zip(model.classes_, *columns, strict=True):
        weights[:, place[str(name)]] = coefficients
        bias[place[str(name)]] = intercept
    return Columns(weights, bias)


def stack(parts: Sequence[Columns], idf: F32) -> tuple[Weights, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Outputs side by side, as whole numbers: the weights, the size of one step per output, and the biases."""
    real = np.hstack([part.weights for part in parts]) * idf[:, None]
    sizes = np.abs(real).max(axis=0)
    sizes[sizes == 0] = 1.0
    values, shifts, step = quantize(real / sizes)
    energy = np.rint(idf.astype(np.float64) ** 2 * ENERGY_UNIT).astype(np.int32)
    scale = step * sizes * np.sqrt(ENERGY_UNIT)
    return Weights(values, shifts, energy), scale, np.concatenate([part.bias for part in parts])


