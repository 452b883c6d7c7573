"""Find places: symbols, one search of the grammar over them, and parts that belong together put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from ..result import Place
from ..text import Token
from ..text.chunks import ChunkTokens
from ..text.markup import clean
from .classes import CLASSES
from .grammar import KINDS, grammar
from .symbols import GAPS, FormClasses, symbols, symbols_of_chunk, token_symbol

__all__ = ["find_places", "find_places_many"]

I64 = npt.NDArray[np.int64]
_OPENING = {"»": "«", "”": "“„", "“": "„", '"': '"', "`": "`", "'": "'"}
"""Closing quotation mark -> what may open it."""
_CLOSING = frozenset(_OPENING)
_STREET, _OBJECT, _HOUSE, _WIDE = map(KINDS.index, ("street", "object", "house", "district"))
_HOUSES = {(_STREET, _HOUSE), (_HOUSE, _STREET)}
_NEAR = {(_OBJECT, _STREET), (_STREET, _OBJECT)} | _HOUSES
"""What belongs together without a district or settlement."""
_JOINING = frozenset(GAPS[kind] for kind in ("none", "blank", "comma", "dot", "dot_blank"))
_BEFORE_LINK = frozenset((GAPS["blank"], GAPS["comma"]))
_LINKS = frozenset(token_symbol(CLASSES.index(name) + 1, 0) for name in ("in", "on"))


def find_places(text: str, tokens: Sequence[Token]) -> list[Place]:
    """Find what says where: contiguous pieces of the message, in order, none overlapping.

    Parts that belong together are one place («г. Пермь, ул. Мира, д. 5»). Kinds: ``street``, ``object``, ``stop``,
    ``district``, ``settlement``, ``house`` (a house whose street is not named); a place of several parts has the kind
    of its most exact one.

    :param text: the message, as given to `appealnlp.text.preprocess`.
    :param tokens: its tokens.
    :return: the places; empty if there are none.
    """
    cleaned = clean(text)[0]
    read = symbols(cleaned if len(cleaned) == len(text) else text, tokens)
    return [_place(text, tokens[first].start, tokens[end - 1].end, kind) for first, end, kind in _parts(read)]


def find_places_many(
    texts: Sequence[str],
    tokens: ChunkTokens,
    rows: npt.NDArray[np.int32],
    forms: FormClasses,
    straight: npt.NDArray[np.bool_],
    plain: Callable[[str], list[Place]],
) -> list[list[Place]]:
    """`find_places` on every message of a chunk.

    :param texts: the messages.
    :param tokens: their tokens.
    :param rows: row of each token in the memory of word forms to which ``forms`` belongs.
    :param plain: `find_places`, for messages in which positions of tokens are not positions in the text.
    """
    places: list[list[Place]] = [[] for _ in texts]
    parts = _parts(symbols_of_chunk(tokens, rows, forms))
    if not parts:
        return places
    first, end, kinds = np.array(parts).T
    owners = np.searchsorted(tokens.bounds, first, side="right") - 1
    offsets = tokens.offsets[owners]
    starts, ends = tokens.starts[first] - offsets, tokens.ends[end - 1] - offsets
    bent = np.flatnonzero(~straight[owners]).tolist()
    for owner, numbers in groupby(bent, owners.__getitem__):
        text, some = texts[owner], list(numbers)
        if clean(text)[1] is None:  # only emoji, of two units each
            letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
            units = np.append(0, np.cumsum(1 + (letters > 0xFFFF)))
            starts[some], ends[some] = np.searchsorted(units, starts[some]), np.searchsorted(units, ends[some])
        else:
            places[owner] = plain(text)
            owners[some] = -1
    for owner, start, stop, kind in zip(*(column.tolist() for column in (owners, starts, ends, kinds)), strict=True):
        if owner >= 0:
            places[owner].append(_place(texts[owner], start, stop, kind))
    return places


def _parts(read: str) -> list[tuple[int, int, int]]:
    """First token, end and kind of the places in a string of symbols."""
    found: list[tuple[int, int, int]] = []
    end, kind = -2, 0
    pattern, kinds = grammar()
    ranks = [0, *map(KINDS.index, kinds[1:])]
    for match in pattern.finditer(read):
        at, stop = match.span()
        at, stop, rank = at >> 1, stop >> 1, ranks[match.lastindex or 0]
        if at - end < 2 and _belong_together(read, end, at, kind, rank):
            kind = min(kind, rank)
            found[-1] = (found[-1][0], stop, kind)
        else:
            found.append((at, stop, rank))
            kind = rank
        end = stop
    return found


def _belong_together(read: str, end: int, start: int, left: int, right: int) -> bool:
    """Whether a part of rank ``right`` from token ``start`` on belongs to the place of rank ``left`` before it."""
    if left == right < _WIDE or (left < _WIDE and right < _WIDE and (left, right) not in _NEAR):
        return False
    if start == end:
        return read[2 * start] in _JOINING
    return (
        left != right
        and (left, right) not in _HOUSES
        and read[2 * end + 1] in _LINKS
        and read[2 * end] in _BEFORE_LINK
        and read[2 * start] == GAPS["blank"]
    )


def _place(text: str, start: int, end: int, kind: int) -> Place:
    """The place from ``start`` to ``end``, with the closing mark if a quotation was opened in it."""
    if text[end : end + 1] in _CLOSING:
        inside, closing = text[start:end], text[end]
        for opening in _OPENING[closing]:
            count = inside.count(opening)
            if count % 2 if opening == closing else count > inside.count(closing):
                end += 1
                break
    return Place(text[start:end], start, end, KINDS[kind])
