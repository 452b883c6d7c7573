"""Near-duplicates and splits that keep them on one side."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..text.markup import clean
from ..text.tokens import FOLD

__all__ = ["distinct", "duplicate_key", "fold_numbers"]

_NOT_ALPHANUMERIC = re.compile("[^0-9a-zа-яѐ-џ]")


def duplicate_key(text: str) -> str:
    """The letters and digits of a message, folded: texts with the same key are near-duplicates.

    >>> duplicate_key("Нет воды!!! Ленина, 5") == duplicate_key("нет воды ленина 5")
    True
    """
    return _NOT_ALPHANUMERIC.sub("", clean(text)[0].translate(FOLD))


def fold_numbers(keys: Sequence[str], folds: int) -> npt.NDArray[np.int64]:
    """A fold from 0 to ``folds - 1`` for each key; equal keys get equal folds, whatever else is in the data."""
    return np.array([int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % folds for key in keys], np.int64)


def distinct(keys: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Positions of the first example of each (key, label) pair, in order."""
    first: dict[tuple[str, str], int] = {}
    for position, pair in enumerate(zip(keys, labels, strict=True)):
        first.setdefault(pair, position)
    return np.array(list(first.values()), np.int64)
