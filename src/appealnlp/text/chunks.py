"""Tokens of many messages at once, as numpy arrays: the fast twin of `appealnlp.text.tokens`.

The messages of a chunk are joined with NUL between them and viewed as one array of UTF-16 code units. A table maps each
unit to a letter class in which case, ё and typographic hyphens are already folded; tokens begin and end where the kind
of class changes. The hash of a token is a polynomial in its classes modulo 2**64, computed for all tokens by prefix
sums: no Python loop touches a token. `form_hash` is the plain reference, and tests compare the two on random text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .markup import Suspect, clean_suspect
from .tokens import FOLD

__all__ = ["ChunkTokens", "HashTable", "form_hash", "form_hashes", "prefix_hashes", "tokenize_chunk"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_MULTIPLIER = 0x9E3779B97F4A7C15
_INVERSE = pow(_MULTIPLIER, -1, 1 << 64)
_MIX = 0xBF58476D1CE4E5B9
_MASK = (1 << 64) - 1
_HIGH, _LOW = 0xD800 >> 10, 0xDC00 >> 10
_DIGIT, _LETTER, _HYPHEN = 1, 11, 255  # first class of each kind


def _class_table() -> npt.NDArray[np.uint8]:
    """Class of each UTF-16 code unit: 0 other, 1-10 digits, 11-254 folded letters, 255 hyphen."""
    table = np.zeros(65536, np.uint8)
    letters = [*map(chr, range(ord("a"), ord("z") + 1)), *map(chr, range(0x430, 0x460))]
    for number, letter in enumerate(letters):
        table[ord(letter)] = _LETTER + number
    for number, digit in enumerate("0123456789"):
        table[ord(digit)] = _DIGIT + number
    table[ord("-")] = _HYPHEN
    for code, folded in FOLD.items():
        table[code] = table[folded]
    return table


_CLASS = _class_table()
_FOLDED = np.arange(65536, dtype=np.uint16)
_FOLDED[[*FOLD]] = [*FOLD.values()]
_CLASS_OF = {chr(code): int(_CLASS[code]) for code in np.flatnonzero(_CLASS)}


def form_hash(form: str) -> int:
    """64-bit hash of one folded form (plain reference)."""
    total, power = 0, 1
    for letter in form:
        total += _CLASS_OF[letter] * power
        power = power * _MULTIPLIER & _MASK
    total &= _MASK
    total ^= total >> 32
    total = total * _MIX & _MASK
    return total ^ total >> 29


def form_hashes(forms: Sequence[str]) -> U64:
    """Hashes of many folded forms, in order."""
    if not forms:
        return np.zeros(0, np.uint64)
    classes = _CLASS[np.frombuffer("".join(forms).encode("utf-16-le"), np.uint16)]
    lengths = np.fromiter(map(len, forms), np.int64, len(forms))
    ends = np.cumsum(lengths)
    return _span_hashes(_prefix_sums(classes), ends - lengths, ends)


class _Powers:
    """Powers of the multiplier and of its inverse, grown to the longest chunk seen."""

    def __init__(self) -> None:
        self._powers = self._inverses = np.ones(1, np.uint64)

    def upto(self, length: int) -> tuple[U64, U64]:
        powers, inverses = self._powers, self._inverses
        if min(len(powers), len(inverses)) <= length:
            size = max(1 << length.bit_length(), 1 << 18)
            powers, inverses = (np.full(size, base, np.uint64) for base in (_MULTIPLIER, _INVERSE))
            for each in (powers, inverses):
                each[0] = 1
                np.cumprod(each, out=each)
            self._powers, self._inverses = powers, inverses
        return powers, inverses


_POWERS = _Powers()


def _prefix_sums(classes: npt.NDArray[np.uint8]) -> U64:
    """``sums[i]`` = sum of class[j] * multiplier**j over j < i, modulo 2**64."""
    sums = np.empty(len(classes) + 1, np.uint64)
    sums[0] = 0
    np.multiply(classes, _POWERS.upto(len(classes))[0][: len(classes)], out=sums[1:])
    np.cumsum(sums[1:], out=sums[1:])
    return sums


def _span_hashes(sums: U64, starts: I64, ends: I64) -> U64:
    hashes = (sums.take(ends) - sums.take(starts)) * _POWERS.upto(len(sums))[1].take(starts)
    hashes ^= hashes >> np.uint64(32)
    hashes *= np.uint64(_MIX)
    hashes ^= hashes >> np.uint64(29)
    return hashes


_SLASH, _W, _QUOTE = 512, 1024, 2048
"""Code units that make a suspect only together with their neighbours."""


def _suspect_table() -> npt.NDArray[np.uint16]:
    """What a code unit may mean for `appealnlp.text.markup.clean`: bits of `Suspect`, or of the three above."""
    table = np.zeros(65536, np.uint16)
    for sign, suspect in zip("<[@_\\&", (*_SIGNS, Suspect.LENGTH), strict=True):
        table[ord(sign)] = suspect
    invisible = [*range(0x300, 0x370), 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
    table[[*invisible, *range(0xFE00, 0xFE10), 0xFEFF]] = Suspect.LENGTH
    table[ord("/")] = _SLASH
    table[[*map(ord, "wW")]] = _W
    table[[*map(ord, "\"'`’*")]] = _QUOTE
    return table


_SIGNS = (Suspect.TAG, Suspect.BRACKET, Suspect.AT, Suspect.UNDERSCORE, Suspect.BACKSLASH)
_SUSPECT = _suspect_table()


def _suspects(units: npt.NDArray[np.uint16], offsets: I64) -> Iterator[tuple[int, int]]:
    """Messages in which `appealnlp.text.markup.clean` may find something to do: their numbers and bits of `Suspect`."""
    suspects = _SUSPECT.take(units)
    at = np.flatnonzero(suspects != 0)
    kinds = suspects[at]
    last = len(units) - 1
    after, second = suspects[np.minimum(at + 1, last)], suspects[np.minimum(at + 2, last)]
    found = np.where(kinds < _SLASH, kinds, 0)
    found[(kinds == _SLASH) & (after == _SLASH)] = Suspect.LINK
    found[(kinds == _W) & (after == _W) & (second == _W)] = Suspect.WWW
    quotes = np.flatnonzero(kinds == _QUOTE)
    if len(quotes):
        place = at[quotes]
        # The unit before the first one is the last one: it can only add a needless look.
        before, following = _CLASS[units[place - 1]], _CLASS[units[np.minimum(place + 1, last)]]
        found[quotes[(before >= _LETTER) & (following >= _LETTER)]] = Suspect.HARD_SIGN
    needed = np.flatnonzero(found)
    messages = np.searchsorted(offsets, at[needed], side="right") - 1
    first = np.flatnonzero(np.diff(messages, prepend=-1))
    if len(first):
        yield from zip(messages[first].tolist(), np.bitwise_or.reduceat(found[needed], first).tolist(), strict=True)


def _joined_units(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint16], I64, I64, I64]:
    """The texts with NUL between them as UTF-16 code units.

    :return: the units; where each text begins, and the end; how many characters each has; where pairs of units begin
        that are one character or look like it.
    """
    units = np.frombuffer(bytearray("\0".join(texts).encode("utf-16-le", "surrogatepass")), np.uint16)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths + 1, out=offsets[1:])
    pairs = len(units) + 1 - int(offsets[-1])
    high = np.zeros(0, np.int64)
    if pairs:  # characters outside the basic plane, emoji mostly, take two units
        high = np.flatnonzero(units[:-1] >> 10 == _HIGH)
        high = high[units[high + 1] >> 10 == _LOW]
        if len(high) == pairs:
            offsets += np.searchsorted(high - np.arange(pairs), offsets)
        else:  # lone surrogates that look like a pair: rare enough for the slow way
            taken = np.array([len(text.encode("utf-16-le", "surrogatepass")) // 2 for text in texts], np.int64)
            np.cumsum(taken + 1, out=offsets[1:])
    return units, offsets, lengths, high


def _characters_of_units(text: str) -> I64:
    """For each UTF-16 code unit of a text, and its end, the number of its character."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.repeat(np.arange(len(letters) + 1), np.append(1 + (letters > 0xFFFF), 1))


@dataclass(frozen=True, slots=True)
class ChunkTokens:
    """All tokens of a chunk, in order of the text.

    ``starts`` and ``ends`` are positions in ``units`` (UTF-16 code units of the joined and cleaned messages); message *m*
    begins at unit ``offsets[m]`` and owns the tokens ``bounds[m]:bounds[m + 1]``; ``is_number`` marks digit runs.
    What `positions` needs: ``straight`` marks messages in which a unit's position after ``offsets[m]`` is its position in
    the original text; ``high`` says where pairs of units begin that are one character; ``origins`` are the positions in
    the original text of all units of a message for which that does not tell.
    """

    units: npt.NDArray[np.uint16]
    sums: U64
    offsets: I64
    starts: I64
    ends: I64
    hashes: U64
    is_number: npt.NDArray[np.bool_]
    bounds: I64
    straight: npt.NDArray[np.bool_]
    high: I64
    origins: dict[int, I64]

    def form(self, token: int) -> str:
        """The folded form of one token."""
        return self.written(token).translate(FOLD)

    def forms(self, tokens: I64) -> list[str]:
        """The folded forms of some tokens."""
        if not len(tokens):
            return []
        lengths = self.ends[tokens] - self.starts[tokens] + 1
        behind = np.cumsum(lengths)
        at = np.arange(behind[-1]) + np.repeat(self.starts[tokens] - behind + lengths, lengths)
        units = _FOLDED.take(self.units.take(at, mode="clip"))
        units[behind - 1] = 0
        forms: list[str] = units.tobytes().decode("utf-16-le")[:-1].split("\0")
        return forms

    def written(self, token: int) -> str:
        """One token as it stands in the cleaned text."""
        return self.units[self.starts[token] : self.ends[token]].tobytes().decode("utf-16-le")

    def positions(self, messages: I64, units: I64) -> I64:
        """Where edges of tokens stand in the original texts.

        :param messages: of each edge, the number of the message.
        :param units: position of each edge in ``units``.
        """
        offsets = self.offsets.take(messages)
        found: I64 = units - offsets
        bent = np.flatnonzero(~self.straight.take(messages))
        if len(bent):
            within = found[bent]
            found[bent] -= np.searchsorted(self.high, units[bent]) - np.searchsorted(self.high, offsets[bent])
            if self.origins:
                for at, message, unit in zip(bent.tolist(), messages[bent].tolist(), within.tolist(), strict=True):
                    if message in self.origins:
                        found[at] = self.origins[message][unit]
        return found


def tokenize_chunk(texts: Sequence[str]) -> ChunkTokens:
    """Clean and tokenise messages together; equal to `markup.clean` and `iter_forms` on each of them.

    A cleaned text never takes more units than the original, so it is written over it, padded with NUL.
    """
    units, offsets, lengths, high = _joined_units(texts)
    taken = np.diff(offsets) - 1
    straight = taken == lengths
    origins: dict[int, I64] = {}
    if len(high):  # halves of characters that happen to stand side by side look like one character
        odd = ~straight & (taken - lengths != np.diff(np.searchsorted(high, offsets)))
        origins = {message: _characters_of_units(texts[message]) for message in np.flatnonzero(odd).tolist()}
    for message, suspects in _suspects(units, offsets[:-1]) if len(units) else ():
        text = texts[message]
        cleaned, origin = clean_suspect(text, suspects)
        if cleaned is not text:
            start, stop = int(offsets[message]), int(offsets[message + 1]) - 1
            fresh = np.frombuffer(cleaned.encode("utf-16-le", "surrogatepass"), np.uint16)
            units[start : start + len(fresh)] = fresh
            units[start + len(fresh) : stop] = 0
            if origin is not None or not straight[message]:
                straight[message] = False
                characters = _characters_of_units(cleaned)
                origins[message] = characters if origin is None else np.array(origin, np.int64)[characters]
    classes = _CLASS.take(units)
    # Kind of each unit: 0 nothing, 1 number, 2 word. A hyphen belongs to a word between two letters only.
    kinds = np.zeros(len(units) + 2, np.uint8)
    body = kinds[1:-1]
    np.add(classes >= _DIGIT, classes >= _LETTER, out=body, casting="unsafe", dtype=np.uint8)
    hyphens = np.flatnonzero(classes == _HYPHEN)
    if len(hyphens):
        body[hyphens] = 0
        inside = (kinds[hyphens] == 2) & (kinds[hyphens + 2] == 2)
        body[hyphens[inside]] = 2
    edges = np.flatnonzero(kinds[1:] != kinds[:-1])  # unit positions where the kind changes
    before, after = kinds.take(edges), kinds.take(edges + 1)
    starts, ends = np.compress(after != 0, edges), np.compress(before != 0, edges)
    sums = _prefix_sums(classes)
    return ChunkTokens(
        units=units,
        sums=sums,
        offsets=offsets[:-1],
        starts=starts,
        ends=ends,
        hashes=_span_hashes(sums, starts, ends),
        is_number=np.compress(after != 0, after) == 1,
        bounds=np.append(np.searchsorted(starts, offsets[:-1]), len(starts)),
        straight=straight,
        high=high,
        origins=origins,
    )


def prefix_hashes(tokens: ChunkTokens, chosen: I64, length: int) -> U64:
    """Hashes of the first ``length`` letters of the chosen tokens (which must be at least that long)."""
    starts = tokens.starts[chosen]
    return _span_hashes(tokens.sums, starts, starts + length)


class HashTable:
    """64-bit keys -> small numbers, looked up for whole arrays at once: open addressing with linear probing.

    One writer at a time may `insert` while others look up: a key is written before its number and read after it,
    so that a reader finds either nothing or the whole entry.

    :param capacity: how many entries it must be able to hold.
    """

    def __init__(self, capacity: int) -> None:
        self._shift = np.uint64(64 - max(4, (2 * capacity - 1).bit_length()))
        size = 1 << (64 - int(self._shift))
        self._mask = size - 1
        self._keys = np.zeros(size, np.uint64)
        self._numbers = np.full(size, -1, np.int32)

    def find(self, keys: U64) -> npt.NDArray[np.int32]:
        """Number of each key, -1 where it is absent."""
        places = (keys >> self._shift).astype(np.int64)
        numbers: npt.NDArray[np.int32] = self._numbers.take(places)
        taken = np.flatnonzero((numbers >= 0) & (self._keys.take(places) != keys))
        while len(taken):  # by another key: try the next place
            at = (places[taken] + 1) & self._mask
            places[taken] = at
            found = self._numbers.take(at)
            numbers[taken] = found
            taken = np.compress((found >= 0) & (self._keys.take(at) != keys[taken]), taken)
        return numbers

    def insert(self, keys: U64, numbers: npt.NDArray[Any]) -> None:
        """Add keys that are distinct and absent."""
        keys, numbers = keys.copy(), numbers.astype(np.int32)
        places = (keys >> self._shift).astype(np.int64)
        while len(keys):
            free = self._numbers[places] < 0
            # Of several keys that want the same free place the first gets it; the others move on.
            wanted, first = np.unique(places[free], return_index=True)
            winners = np.flatnonzero(free)[first]
            self._keys[wanted] = keys[winners]
            self._numbers[wanted] = numbers[winners]
            rest = np.ones(len(keys), bool)
            rest[winners] = False
            keys, numbers = keys[rest], numbers[rest]
            places = (places[rest] + 1) & self._mask
