"""Word patterns matched on the tokens of a whole chunk at once: the fast twin of `patterns.Pattern.matches`.

Every token carries the number of its slot set: which slots of the patterns its word can fill (`SlotSets`). A pattern of
several slots is a chain of steps, from each slot to the next within a gap. A table made beforehand tells for two slot
sets how far apart their tokens may stand for any step to hold, so that one look at each pair of near tokens drops almost
all pairs; the others are laid out step by step, and the steps of a pattern are joined where they share a token. The work
grows with the number of tokens, not with the number of patterns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ..text.chunks import form_hashes
from .patterns import LEXICON, Pattern

__all__ = ["SLOT_SETS", "Matcher", "Matches", "SlotSets", "runs"]

I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer]

_REACHES = (5, 10)
"""Steps up to each of these reaches share a table, and so do all longer ones: the longer a step, the fewer its words."""


MOST_STEPS = 50_000
"""So many steps in one chunk can be joined without a look at their messages: ordinary ones have one for 14 words."""
CROWDED = 400
"""A message with more steps than this and a quarter of its words is crowded, if the chunk has too many."""


class SlotSets:
    """Numbers for the distinct sets of slots that words fill; 0 is the empty set. Safe to share between threads."""

    def __init__(self) -> None:
        self.masks: list[int] = [0]
        """The slots of each set, as a bit mask."""
        self._numbers: dict[int, int] = {0: 0}
        self._adding = threading.Lock()

    def of_word(self, lemma: str, form: str) -> int:
        """Number of the set of slots that a word with this lemma and mended form fills."""
        return self._number(LEXICON.slots_of(lemma, form))

    def of_lemma(self, lemma: str) -> int:
        """The same for all forms of a lemma that are not `named`; -1 if it depends on the form."""
        slots = LEXICON.slots_of_lemma(lemma)
        return -1 if slots is None else self._number(slots)

    def named(self, hashes: npt.NDArray[np.uint64]) -> Bools:
        """Which of some forms, given by their hashes, a slot names (``=света``)."""
        return np.isin(hashes, form_hashes(LEXICON.named_forms()))

    def _number(self, slots: int) -> int:
        found = self._numbers.get(slots)
        if found is None:
            with self._adding:
                found = self._numbers.get(slots)
                if found is None:
                    found = len(self.masks)
                    self.masks.append(slots)
                    self._numbers[slots] = found
        return found


SLOT_SETS = SlotSets()
"""Those of all patterns of the process."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Ways to fill the slots of patterns, in no order.

    ``patterns``: number of the pattern; ``owner``: number of the message; ``tokens``: shape ``(matches, most slots)``,
    numbers of the tokens in slot order, -1 behind the last slot.
    """

    patterns: I64
    owner: I64
    tokens: I64

    def some(self, chosen: npt.NDArray[Any]) -> Matches:
        """Those that a mask or an array of numbers chooses."""
        return Matches(self.patterns[chosen], self.owner[chosen], self.tokens[chosen])

    def ordered(self) -> Matches:
        """Message by message, pattern by pattern, those of one pattern as `Pattern.matches` yields them."""
        return self.some(np.lexsort((*self.tokens.T[::-1], self.patterns, self.owner)))


@dataclass(frozen=True, slots=True)
class _Steps:
    """Steps of patterns, an entry for each: of which pattern, after how many others, from which slot to which, how many
    tokens away at most, and whether backwards too."""

    pattern: I64
    place: I64
    left: I64
    right: I64
    reach: I64
    free: Bools


@dataclass(frozen=True, slots=True)
class _Table:
    """Which steps can hold between tokens of two slot sets, the first of which stands earlier.

    ``slots``: those of the table's steps, as a bit mask; ``numbers``: a set's slots among these -> its number here, 0 for
    none; ``local``: slot set -> its number here; two local numbers are a cell,
    ``first * size + second``. ``reach``: the longest reach in each cell, 0 in an empty one; ``bounds``: its entries;
    ``steps`` and ``forward``: of each entry, the step and whether the first token is its left one.
    """

    slots: int
    numbers: dict[int, int]
    local: npt.NDArray[np.int32]
    size: int
    longest: int
    reach: npt.NDArray[np.uint8]
    bounds: I64
    steps: I64
    forward: Bools


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Tables for the first ``known`` slot sets; the patterns of one slot that set *i* fills are
    ``alone[bounds[i]:bounds[i + 1]]``."""

    known: int
    tables: tuple[_Table, ...]
    bounds: I64
    alone: I64


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of near tokens: the earlier one, the later one, their cell, their distance, how many entries the cell has."""

    earlier: I64
    later: I64
    cells: Numbers
    distances: Numbers
    entries: I64

    def some(self, chosen: Bools) -> _Pairs:
        return _Pairs(
            self.earlier[chosen], self.later[chosen], self.cells[chosen], self.distances[chosen], self.entries[chosen]
        )


class Matcher:
    """Matches some patterns. Safe to share between threads.

    :param patterns: the patterns; a match tells the number of its pattern here.
    :param sets: where the numbers of slot sets come from.
    """

    def __init__(self, patterns: Sequence[Pattern], sets: SlotSets = SLOT_SETS) -> None:
        self._sets = sets
        self._alone = [(number, pattern.slots[0]) for number, pattern in enumerate(patterns) if not pattern.gaps]
        self._lengths = np.array([len(pattern.slots) for pattern in patterns], np.int64)
        self._most = int(self._lengths.max(initial=1))
        steps = [
            (number, place, left, right, gap + 1, free)
            for number, pattern in enumerate(patterns)
            for place, ((left, right), (gap, free, _)) in enumerate(
                zip(pairwise(pattern.slots), pattern.gaps, strict=True)
            )
        ]
        pattern, place, left, right, reach, free = np.array(steps, np.int64).reshape(-1, 6).T
        self._steps = _Steps(pattern, place, left, right, reach, free.astype(bool))
        self._crosses = np.ones((len(patterns), self._most - 1), bool)
        for number, each in enumerate(patterns):
            self._crosses[number, : len(each.gaps)] = [crosses for _, _, crosses in each.gaps]
        self._compiled = _Compiled(0, (), np.zeros(1, np.int64), np.zeros(0, np.int64))

    def find(self, sets: Numbers, bounds: I64) -> tuple[Matches, I64]:
        """All matches in some messages, without regard to sentences, and the messages that are left out.

        Left out are messages so crowded with words of the patterns that all their matches together could fill the memory;
        nobody writes such a message, but a machine may.

        :param sets: number of the slot set of each token.
        :param bounds: message *m* owns the tokens ``bounds[m]:bounds[m + 1]``.
        """
        compiled = self._compiled_for(sets)
        filled = np.flatnonzero(sets != 0)
        owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))[filled]
        some = sets[filled]
        token, entry = runs(compiled.bounds[some], compiled.bounds[some + 1])
        found = [(compiled.alone[entry], filled[token, None])]
        crowded = np.zeros(len(bounds) - 1, bool)
        if compiled.tables:
            pairs = [self._pairs(table, some, filled, owner) for table in compiled.tables]
            if sum(int(each.entries.sum()) for each in pairs) > MOST_STEPS:
                crowded = _crowded(pairs, bounds)
                pairs = [each.some(~crowded[_owner(each.earlier, bounds)]) for each in pairs]
            held = [self._held(table, each) for table, each in zip(compiled.tables, pairs, strict=True)]
            steps, lefts, rights = (np.concatenate(column) for column in zip(*held, strict=True))
            found += self._joined(steps, lefts, rights, len(sets))
        tokens = np.full((sum(len(patterns) for patterns, _ in found), self._most), -1, np.int64)
        at = 0
        for patterns, chosen in found:
            tokens[at : at + len(patterns), : chosen.shape[1]] = chosen
            at += len(patterns)
        matches = Matches(np.concatenate([patterns for patterns, _ in found]), _owner(tokens[:, 0], bounds), tokens)
        if crowded.any():
            matches = matches.some(~crowded[matches.owner])
        return matches, np.flatnonzero(crowded)

    def within_sentences(self, matches: Matches, sentences: I64) -> Bools:
        """Inside which matches no sentence ends, except where the pattern allows it.

        :param sentences: of each token, the number of its sentence.
        """
        of = sentences[matches.tokens]
        found: Bools = ((of[:, 1:] == of[:, :-1]) | self._crosses[matches.patterns]).all(axis=1)
        return found

    def _pairs(self, table: _Table, sets: Numbers, tokens: I64, owner: I64) -> _Pairs:
        """The pairs of tokens that stand near enough for a step of a table."""
        local = table.local[sets]
        kept = np.flatnonzero(local)
        local, tokens = local[kept], tokens[kept]
        # Tokens of two messages are out of reach of each other.
        places = (tokens + owner[kept] * table.longest).astype(np.int32)
        rows = local * np.int32(table.size)
        nothing = np.zeros(0, np.int64)
        found: list[tuple[Numbers, ...]] = [(nothing, nothing, nothing, nothing)]
        for ahead in range(1, len(kept)):
            distances = places[ahead:] - places[:-ahead]
            if distances.min() > table.longest:
                break
            cells = rows[:-ahead] + local[ahead:]
            at = (table.reach[cells] >= distances).nonzero()[0]
            found.append((at, at + ahead, cells[at], distances[at]))
        first, second, cells, distances = map(np.concatenate, zip(*found, strict=True))
        return _Pairs(tokens[first], tokens[second], cells, distances, table.bounds[cells + 1] - table.bounds[cells])

    def _held(self, table: _Table, pairs: _Pairs) -> tuple[I64, I64, I64]:
        """The steps that hold between tokens of pairs: number of the step, its left and its right token."""
        first = table.bounds[pairs.cells]
        pair, entry = runs(first, first + pairs.entries)
        steps = table.steps[entry]
        close = np.flatnonzero(self._steps.reach[steps] >= pairs.distances[pair])
        pair, steps, forward = pair[close], steps[close], table.forward[entry[close]]
        earlier, later = pairs.earlier[pair], pairs.later[pair]
        return steps, np.where(forward, earlier, later), np.where(forward, later, earlier)

    def _joined(self, steps: I64, lefts: I64, rights: I64, size: int) -> Iterator[tuple[I64, I64]]:
        """Patterns and tokens of the matches that the steps make up, those of two slots first."""
        patterns, places = self._steps.pattern[steps], self._steps.place[steps]
        here = np.flatnonzero(places == 0)
        pattern, chosen = patterns[here], np.column_stack([lefts[here], rights[here]])
        for place in range(1, self._most):
            whole = self._lengths[pattern] == place + 1
            yield pattern[whole], chosen[whole]
            pattern, chosen = pattern[~whole], chosen[~whole]
            here = np.flatnonzero(places == place)
            keys = patterns[here] * size + lefts[here]
            order = np.argsort(keys)
            keys, ends = keys[order], rights[here[order]]
            wanted = pattern * size + chosen[:, -1]
            begun, entry = runs(np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right"))
            pattern, chosen, last = pattern[begun], chosen[begun], ends[entry]
            fresh = np.flatnonzero((chosen != last[:, None]).all(axis=1))
            pattern, chosen = pattern[fresh], np.column_stack([chosen[fresh], last[fresh]])

    def _compiled_for(self, sets: Numbers) -> _Compiled:
        """Tables that know these slot sets; they grow when there are new ones, which soon happens no more."""
        compiled = self._compiled
        if compiled.known <= int(sets.max(initial=0)):
            masks = list(self._sets.masks)
            fresh = masks[compiled.known :]
            tables = [_grown(table, fresh) for table in compiled.tables]
            if not compiled.known or None in tables:
                shorter = 0
                tables = []
                for reach in (*_REACHES, int(self._steps.reach.max(initial=0))):
                    chosen = np.flatnonzero((self._steps.reach > shorter) & (self._steps.reach <= reach))
                    if len(chosen):
                        tables.append(_table(masks, self._steps, chosen))
                    shorter = reach
            alone = [[number for number, slot in self._alone if mask >> slot & 1] for mask in fresh]
            bounds = np.append(compiled.bounds, compiled.bounds[-1] + np.cumsum([len(some) for some in alone]))
            numbers = np.array([number for some in alone for number in some], np.int64)
            compiled = self._compiled = _Compiled(
                len(masks), tuple(filter(None, tables)), bounds.astype(np.int64), np.append(compiled.alone, numbers)
            )
        return compiled


def _grown(table: _Table, masks: Sequence[int]) -> _Table | None:
    """A table that knows further slot sets; ``None`` if one of them is new to it."""
    numbers = [table.numbers.get(mask & table.slots) for mask in masks]
    if None in numbers:
        return None
    return replace(table, local=np.append(table.local, np.array(numbers, np.int32)))


def _table(masks: Sequence[int], steps: _Steps, chosen: I64) -> _Table:
    """The table of the chosen steps."""
    slots = sum(1 << slot for slot in {*steps.left[chosen].tolist(), *steps.right[chosen].tolist()})
    numbers = {0: 0}
    local = np.array([numbers.setdefault(mask & slots, len(numbers)) for mask in masks], np.int32)
    size = len(numbers)
    holders: dict[int, list[int]] = {}
    for mask, number in numbers.items():
        while mask:
            lowest = mask & -mask
            holders.setdefault(lowest.bit_length() - 1, []).append(number)
            mask ^= lowest
    nothing = np.zeros(0, np.int64)
    cells, entries, forward = [nothing], [nothing], [nothing.astype(bool)]
    for step in chosen.tolist():
        left, right = (np.array(holders.get(slot, ()), np.int64) for slot in (steps.left[step], steps.right[step]))
        both = [((left[:, None] * size + right).ravel(), True)]
        if steps.free[step]:
            both.append(((right[:, None] * size + left).ravel(), False))
        for some, ahead in both:
            cells.append(some)
            entries.append(np.full(len(some), step))
            forward.append(np.full(len(some), ahead))
    cell, entry = np.concatenate(cells), np.concatenate(entries)
    reach = np.zeros(size * size, np.uint8)
    np.maximum.at(reach, cell, steps.reach[entry].astype(np.uint8))
    order = np.argsort(cell, kind="stable")
    return _Table(
        slots=slots,
        numbers=numbers,
        local=local,
        size=size,
        longest=int(steps.reach[chosen].max()),
        reach=reach,
        bounds=np.searchsorted(cell[order], np.arange(size * size + 1)),
        steps=entry[order],
        forward=np.concatenate(forward)[order],
    )


def _owner(tokens: I64, bounds: I64) -> I64:
    """The messages of tokens."""
    return np.searchsorted(bounds, tokens, side="right") - 1


def _crowded(pairs: Sequence[_Pairs], bounds: I64) -> Bools:
    """Which messages have more steps than a message of their length ever has."""
    steps = np.zeros(len(bounds) - 1, np.int64)
    for each in pairs:
        steps += np.bincount(_owner(each.earlier, bounds), each.entries, len(steps)).astype(np.int64)
    found: Bools = steps > CROWDED + np.diff(bounds) // 4
    return found


def runs(starts: I64, ends: I64) -> tuple[I64, I64]:
    """The numbers ``starts[i]`` to ``ends[i] - 1`` of each *i*, one run after the other: the *i* of each, and itself."""
    counts = ends - starts
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) + np.repeat(starts - np.cumsum(counts) + counts, counts)
