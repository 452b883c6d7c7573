"""Learn the weights of a model from labelled messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..scores import Weights, quantize

__all__ = [
    "ENERGY_UNIT",
    "Columns",
    "balanced_weights",
    "inverse_document_frequency",
    "message_norm",
    "normalize",
    "stack",
]

ENERGY_UNIT = 64
"""Squared norms of features are kept as whole numbers of 1/64."""

F32 = npt.NDArray[np.float32]


def inverse_document_frequency(counts: Any, least: int) -> F32:
    """Smoothed IDF of each feature, log((1 + n) / (1 + df)) + 1, or 0 for a feature in fewer than ``least`` messages.

    It is rounded so that its square is a whole number of units.
    """
    messages = counts.shape[0]
    document_frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + messages) / (1 + document_frequency)) + 1
    rounded = np.sqrt(np.rint(idf**2 * ENERGY_UNIT) / ENERGY_UNIT)
    return np.where(document_frequency >= least, rounded, 0).astype(np.float32)


def message_norm(counts: Any, idf: F32) -> F32:
    """The divisor of each message: the root of the summed squared IDF of its features, each time they occur.

    For a message without repeated features this is the divisor of cosine normalisation; unlike that it is a sum over
    the words, which is what makes fast scoring possible.
    """
    return np.asarray(np.sqrt(np.maximum(counts @ (idf**2), 1 / ENERGY_UNIT)), np.float32)


def normalize(counts: Any, idf: F32) -> Any:
    """Weight counts by IDF and divide each message by its `message_norm`: CSR, float32."""
    from scipy.sparse import diags

    return (diags(1 / message_norm(counts, idf)) @ counts @ diags(idf)).tocsr().astype(np.float32)


def balanced_weights(
    labels: Sequence[str], base: npt.NDArray[np.float64] | None = None, power: float = 0.3
) -> npt.NDArray[np.float64]:
    """Weight of each example: rare labels count more, by (mean size / own size) ** power; the mean weight is 1."""
    names, numbers = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    weights = np.ones(len(numbers)) if base is None else base.astype(np.float64)
    sizes = np.bincount(numbers, weights, minlength=len(names))
    weights = weights * ((sizes.mean() / sizes) ** power)[numbers]
    return np.asarray(weights / weights.mean())


@dataclass(frozen=True, slots=True)
class Columns:
    """Learned outputs before rounding: ``weights`` of shape ``(features, outputs)`` and ``bias``."""

    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]


def stack(
    parts: Sequence[Columns], idf: F32, further_idf: F32 | None = None
) -> tuple[Weights, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Outputs side by side, as whole numbers: the weights, the size of one step per output, and the biases.

    :param parts: weights per occurrence of a feature, IDF included.
    :param further_idf: if all outputs but those of the first part were learned with another IDF.
    """
    real = np.hstack([part.weights for part in parts])
    sizes = np.sqrt((real**2).mean(axis=0))
    sizes[sizes == 0] = 1.0
    values, shifts, step = quantize(real / sizes)
    both = idf if further_idf is None else np.stack([idf, further_idf], axis=1)
    energy = np.rint(both.astype(np.float64) ** 2 * ENERGY_UNIT).astype(np.int32)
    scale = step * sizes * np.sqrt(ENERGY_UNIT)
    return Weights(values, shifts, energy), scale, np.concatenate([part.bias for part in parts])
