"""Near-duplicates: MinHash signatures by rensa, and the buckets of locality-sensitive hashing over them.

A bucket links each of its messages with the one before it, so that a text copied ten thousand times costs ten thousand
steps. See J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import AppealError
from .times import near

__all__ = ["FEWEST_WORDS", "PERMUTATIONS", "SIMILAR", "links", "signatures"]

PERMUTATIONS = 64
FEWEST_WORDS = 12
"""Shorter messages («Спасибо!», «Когда дадут воду?») say the same without being copied."""
SIMILAR = 0.6
"""Share of common pairs of words from which on two texts are copies of one."""
_WORD = re.compile(r"[^\W_]+")
_SEED = 20251


def signatures(texts: Sequence[str]) -> Any:
    """MinHash signatures of the pairs of neighbouring words.

    :param texts: the messages.
    :return: array (messages, `PERMUTATIONS`) of 16 bits; zeros for a message of less than `FEWEST_WORDS` words.
    :raises AppealError: if rensa is not installed.
    """
    try:
        from rensa import RMinHash
    except ImportError:
        raise AppealError('finding incidents needs: pip install "appealnlp[incidents]"') from None
    signed = np.zeros((len(texts), PERMUTATIONS), np.uint16)
    forms = [_WORD.findall(text.lower().replace("ё", "е")) for text in texts]
    long = [at for at, words in enumerate(forms) if len(words) >= FEWEST_WORDS]
    if long:
        pairs = [{f"{one} {other}" for one, other in pairwise(forms[at])} for at in long]
        digests = RMinHash.digests_from_token_sets(pairs, PERMUTATIONS, _SEED)
        signed[long] = np.array(digests, np.uint64).astype(np.uint16)
    return signed


def links(signed: Any, places: Any, minutes: Any) -> Any:
    """Pairs of messages that are copies of one text, written at the same place and time.

    :param signed: array (messages, `PERMUTATIONS`), see `signatures`.
    :param places: array (messages,) of numbers.
    :param minutes: array (messages,), see `appealnlp.incidents.times`.
    :return: array (pairs, 2) of positions.
    """
    long = np.flatnonzero(signed.any(axis=1))
    bands = np.ascontiguousarray(signed[long]).view(np.uint64)  # four rows of 16 bits are one number
    found = [np.zeros((0, 2), np.int64)]
    for band in bands.T:
        order = np.lexsort((minutes[long], places[long], band))
        one, other = order[1:], order[:-1]
        bucket = (band[one] == band[other]) & (places[long[one]] == places[long[other]])
        pairs = np.stack([long[one], long[other]], axis=1)[bucket]
        pairs = pairs[near(minutes, pairs[:, 0], pairs[:, 1])]
        for some in np.array_split(pairs, len(pairs) // 100_000 + 1):
            alike = (signed[some[:, 0]] == signed[some[:, 1]]).sum(axis=1)
            found.append(some[alike >= SIMILAR * PERMUTATIONS])
    return np.concatenate(found)
