"""Find places: symbols, one search of the grammar over them, and parts that belong together put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..result import Place
from ..text import Token
from ..text.chunks import ChunkTokens
from ..text.markup import clean
from ..text.tokens import iter_forms
from .classes import CLASSES, name_class
from .grammar import KINDS, grammar
from .starts import may_begin
from .symbols import GAPS, FormClasses, symbols, symbols_of_chunk, token_symbol

__all__ = ["ChunkPlaces", "find_places", "find_places_many"]

I64 = npt.NDArray[np.int64]
_OPENING = {"»": "«", "”": "“„", "“": "„", '"': '"', "`": "`", "'": "'"}
"""Closing quotation mark -> what may open it."""
_CLOSES = np.zeros(65536, np.bool_)
_CLOSES[[*map(ord, _OPENING)]] = True
_STREET, _OBJECT, _HOUSE, _WIDE = map(KINDS.index, ("street", "object", "house", "district"))
_HOUSES = {(_STREET, _HOUSE), (_HOUSE, _STREET)}
_NEAR = {(_OBJECT, _STREET), (_STREET, _OBJECT)} | _HOUSES
"""What belongs together without a district or settlement."""
_JOINING = frozenset(GAPS[kind] for kind in ("none", "blank", "comma", "dot", "dot_blank"))
_BEFORE_LINK = frozenset((GAPS["blank"], GAPS["comma"]))
_LINKS = frozenset(token_symbol(CLASSES.index(name) + 1, 0) for name in ("in", "on"))


def find_places(text: str, tokens: Sequence[Token], name_of: Callable[[str], int] = name_class) -> list[Place]:
    """Find what says where: contiguous pieces of the message, in order, none overlapping.

    Parts that belong together are one place («г. Пермь, ул. Мира, д. 5»). Kinds: ``street``, ``object``, ``stop``,
    ``district``, ``settlement``, ``house`` (a house whose street is not named); a place of several parts has the kind
    of its most exact one.

    :param text: the message, as given to `appealnlp.text.preprocess`.
    :param tokens: its tokens.
    :param name_of: what name a word could be (`appealnlp.places.classes.name_class`).
    :return: the places; empty if there are none.
    """
    cleaned, origin = clean(text)
    spans = [(token.start, token.end) for token in tokens]
    if origin is not None:
        spans = [(start, end) for _, start, end in iter_forms(cleaned)]
    read = symbols(cleaned, spans, [token.form for token in tokens], name_of)
    places = []
    for first, last, kind in zip(*_parts(read), strict=True):
        start, end = tokens[first].start, tokens[last - 1].end
        places.append(_place(text, start, _closed(text, start, end), kind))
    return places


@dataclass(frozen=True, slots=True)
class ChunkPlaces:
    """The places of a chunk of messages, made when they are looked at.

    Place *i* is ``starts[i]:ends[i]`` in the text of its message, of kind ``KINDS[kinds[i]]``; message *m* owns the places
    ``bounds[m]:bounds[m + 1]``.
    """

    texts: Sequence[str]
    starts: list[int]
    ends: list[int]
    kinds: list[int]
    bounds: list[int]

    def of(self, message: int) -> list[Place]:
        """The places of one message, as `find_places` gives them."""
        here = slice(self.bounds[message], self.bounds[message + 1])
        spans = zip(self.starts[here], self.ends[here], self.kinds[here], strict=True)
        return [_place(self.texts[message], *span) for span in spans]

    def joined(self) -> list[str]:
        """The places of each message as written, `` | `` between."""
        starts, ends = self.starts, self.ends
        return [
            ""
            if first == last
            else text[starts[first] : ends[first]]
            if first + 1 == last
            else " | ".join([text[starts[at] : ends[at]] for at in range(first, last)])
            for text, (first, last) in zip(self.texts, pairwise(self.bounds), strict=True)
        ]


def find_places_many(
    texts: Sequence[str], tokens: ChunkTokens, rows: npt.NDArray[np.int32], forms: FormClasses
) -> ChunkPlaces:
    """`find_places` on every message of a chunk.

    :param texts: the messages.
    :param tokens: their tokens.
    :param rows: row of each token in the memory of word forms to which ``forms`` belongs.
    """
    read = symbols_of_chunk(tokens, rows, forms)
    firsts, lasts, kinds = _parts(read.decode("latin-1"), may_begin(read).tolist() if read else ())
    first, last = np.array(firsts, np.int64), np.array(lasts, np.int64) - 1
    owners = np.searchsorted(tokens.bounds, first, side="right") - 1
    starts, ends = tokens.positions(owners, tokens.starts[first]), tokens.positions(owners, tokens.ends[last])
    quoted = _CLOSES.take(tokens.units.take(tokens.ends[last], mode="clip")) | ~tokens.straight[owners]
    for at in np.flatnonzero(quoted).tolist():
        ends[at] = _closed(texts[owners[at]], int(starts[at]), int(ends[at]))
    bounds = np.searchsorted(owners, np.arange(len(texts) + 1))
    return ChunkPlaces(texts, starts.tolist(), ends.tolist(), kinds, bounds.tolist())


def _parts(read: str, begins: Iterable[int] | None = None) -> tuple[list[int], list[int], list[int]]:
    """Of each place in a string of symbols: its first token, its end and the rank of its kind.

    :param begins: the positions at which a place can begin; all of them if not given.
    """
    firsts: list[int] = []
    ends: list[int] = []
    ranks: list[int] = []
    pattern, rank_of_group = grammar()
    matches = pattern.finditer(read) if begins is None else _matches(pattern.match, read, begins)
    end, rank = -2, 0
    for match in matches:
        first, stop = match.span()
        first, stop, here = first >> 1, stop >> 1, rank_of_group[match.lastindex or 0]
        if first - end < 2 and _belong_together(read, end, first, rank, here):
            ends[-1], ranks[-1] = stop, min(rank, here)
            rank = ranks[-1]
        else:
            firsts.append(first)
            ends.append(stop)
            ranks.append(here)
            rank = here
        end = stop
    return firsts, ends, ranks


def _matches(
    match: Callable[[str, int], re.Match[str] | None], read: str, begins: Iterable[int]
) -> Iterator[re.Match[str]]:
    """What ``finditer`` finds when a match can begin at these positions only."""
    stop = 0
    for begin in begins:
        if begin >= stop and (found := match(read, begin)) is not None:
            stop = found.end()
            yield found


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
    return Place(text[start:end], start, end, KINDS[kind])


def _closed(text: str, start: int, end: int) -> int:
    """The end of a place, behind the closing mark if a quotation was opened in it."""
    closing = text[end : end + 1]
    if closing in _OPENING:
        inside = text[start:end]
        for opening in _OPENING[closing]:
            count = inside.count(opening)
            if count % 2 if opening == closing else count > inside.count(closing):
                return end + 1
    return end
