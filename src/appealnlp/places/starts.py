"""Where a place can begin: a look at a token and at what stands around it, for all tokens of a chunk at once.

The regular expression of the grammar tries all rules at every token that begins one, and most of them in vain. A table
tells from the token before and its gap, and from the gap behind and the next token, which rules are worth a try:
``planes[plane[first], gap, next]`` has a bit for every condition under which a rule goes on so, and ``before[last, gap]``
a bit for every condition that holds behind such a token. It lets through what begins no place, but never stops one that
does. `scripts/build_place_starts.py` works it out from the grammar; tests make it anew and compare.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["TABLE", "may_begin"]

TABLE = Path(__file__).with_name("starts.npz")
"""The file with the table."""

I64 = npt.NDArray[np.int64]


@lru_cache(maxsize=1)
def _table() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16], npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
    """The arrays as they are looked up: steps into them for each token, and the flat arrays."""
    with np.load(TABLE) as arrays:
        plane, planes, before = arrays["plane"], arrays["planes"], arrays["before"]
    _, gaps, tokens = planes.shape
    return (
        plane * np.int32(gaps * tokens),
        planes.ravel(),
        np.arange(256, dtype=np.int32) * before.shape[1],
        before.ravel(),
    )


def may_begin(read: bytes) -> I64:
    """Positions in a string of symbols, as bytes, of the tokens at which a place can begin, ascending."""
    firsts, planes, lasts, before = _table()
    symbols = np.frombuffer(read, np.uint8)
    gaps, tokens = symbols[0::2], symbols[1::2]
    at = np.flatnonzero(firsts.take(tokens))
    followed = np.append(tokens, np.uint8(0))
    where = firsts.take(tokens.take(at)) + gaps.take(at + 1) * np.int32(len(lasts)) + followed.take(at + 1)
    last = lasts.take(followed.take(at - 1, mode="wrap")) + gaps.take(at)
    found: I64 = at[(planes.take(where) & before.take(last)) != 0] * 2 + 1
    return found
