"""Named situations and vulnerable people in all messages of a chunk: the fast twin of `find` and `vulnerable_evidence`.

Patterns are matched on arrays; only a message with a match is looked at as words, and only the rules that match it are
tried on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..result import Reason
from ..text import Document
from .find import DURATION_UNITS, quoting, standing, strength
from .guards import REACH, Guard, Scene, is_abbreviation, may_forbid
from .hazards import RULES
from .matching import SLOT_SETS, Matcher, runs
from .norms import Norms
from .patterns import Positions
from .rules import Rule
from .vulnerable import LOOK_ALIKES, PATTERNS

__all__ = ["ABBREVIATION", "COUNTS", "Situations", "Words", "hint"]

I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_RULE_OF = np.array([number for number, rule in enumerate(RULES) for _ in rule.patterns], np.int64)
_RULES_END, _EVIDENCE_END = len(_RULE_OF), len(_RULE_OF) + len(PATTERNS)
_PATTERNS = (*(pattern for rule in RULES for pattern in rule.patterns), *PATTERNS, *LOOK_ALIKES)
"""Those of the rules, of vulnerable people, and of what only looks like them, in this order."""
_MATCHER = Matcher(_PATTERNS)
_CROSSES = np.ones((len(_PATTERNS), max(len(pattern.slots) for pattern in _PATTERNS) - 1), bool)
"""Whether a sentence may end before each slot of a pattern but the first."""
for _number, _pattern in enumerate(_PATTERNS):
    _CROSSES[_number, : len(_pattern.gaps)] = [crosses for _, _, crosses in _pattern.gaps]


COUNTS, ABBREVIATION = 1 << 8, 1 << 9
"""Hints: the word counts days or hours; a full stop behind it may be its own."""
_GUARDS = np.array([rule.guards.value for rule in RULES], np.int16)

_STRIKES, _STRIKES_ANYWHERE, _MAY_STRIKE, _MAY_STRIKE_ANYWHERE = 1, 2, 4, 8


def _look_alikes(rule: Rule) -> Iterator[tuple[int, int]]:
    """Slots, and what a word that fills one does to the matches of a rule: look-alikes of one slot strike them out."""
    for pattern in rule.unless:
        crosses = any(crosses for _, _, crosses in pattern.gaps)
        yield pattern.slots[-1], _MAY_STRIKE_ANYWHERE if crosses else _MAY_STRIKE if pattern.gaps else _STRIKES
    for pattern in rule.unless_anywhere:
        yield pattern.slots[-1], _MAY_STRIKE_ANYWHERE if pattern.gaps else _STRIKES_ANYWHERE


_LOOK_ALIKES = tuple(tuple(_look_alikes(rule)) for rule in RULES)
_ANYWHERE = np.array([any(what & (_STRIKES_ANYWHERE | _MAY_STRIKE_ANYWHERE) for _, what in some) for some in _LOOK_ALIKES])


class _Strikers:
    """What words do to the matches of the rules, by slot set; grown when there are new ones."""

    def __init__(self) -> None:
        self._known = np.zeros((len(RULES), 0), np.uint8)

    def table(self) -> npt.NDArray[np.uint8]:
        """Bits of what `_look_alikes` tells, shape ``(rules, slot sets)``."""
        known = self._known
        if known.shape[1] < len(SLOT_SETS.masks):
            masks = list(SLOT_SETS.masks)
            known = np.zeros((len(RULES), len(masks)), np.uint8)
            for number, some in enumerate(_LOOK_ALIKES):
                for slot, what in some:
                    known[number] |= np.array([what * (mask >> slot & 1) for mask in masks], np.uint8)
            self._known = known
        return known


_STRIKERS = _Strikers()


class Words(Protocol):
    """What must be known of the words of some messages."""

    texts: Sequence[str]
    bounds: I64
    """Message *m* owns the tokens ``bounds[m]:bounds[m + 1]``."""

    @property
    def slot_sets(self) -> npt.NDArray[np.int32]:
        """Number of the slot set of each token (`appealnlp.urgency.matching.SLOT_SETS`)."""

    def sentences(self, messages: I64) -> I64:
        """Sentence numbers of all tokens, ascending from message to message; the other messages are one sentence each."""

    def hints(self, tokens: I64) -> npt.NDArray[np.int16]:
        """The hints of some tokens (see `hint`)."""

    def spans(self, messages: I64, tokens: I64) -> list[tuple[int, int]]:
        """Where some tokens of some messages stand in them."""

    def document(self, message: int) -> Document:
        """A message with its tokens."""


def hint(form: str, lemma: str) -> int:
    """What a word may change near a match, as bits: the guards it can set off, and `COUNTS` and `ABBREVIATION`."""
    return (
        may_forbid(form, lemma).value
        | (COUNTS if lemma in DURATION_UNITS else 0)
        | (ABBREVIATION if is_abbreviation(form) else 0)
    )


class Situations:
    """What the messages of a chunk tell of.

    :param words: the words of the messages.
    :param asked: which messages are asked for vulnerable people; all are for situations.
    """

    def __init__(self, words: Words, asked: Bools) -> None:
        self._words = words
        found = _MATCHER.find(words.slot_sets, words.bounds)
        owner = np.searchsorted(words.bounds, found.tokens[:, 0], side="right") - 1
        wanted = (found.patterns < _RULES_END) | asked[owner]
        sentences = words.sentences(np.unique(owner[wanted & (found.patterns < _EVIDENCE_END)]))
        of = sentences[found.tokens]
        wanted &= (_CROSSES[found.patterns] | (of[:, 1:] == of[:, :-1])).all(axis=1) | (found.patterns >= _EVIDENCE_END)
        kept = np.flatnonzero(wanted)
        order = kept[np.lexsort((*found.tokens[kept].T[::-1], found.patterns[kept], owner[kept]))]
        self._sentences = sentences
        self._patterns, self._tokens, self._owner = found.patterns[order], found.tokens[order], owner[order]

    def vulnerable(self) -> I64:
        """The messages asked for that hold evidence of a vulnerable person, as `vulnerable_evidence` tells it."""
        places = self._sentences[self._tokens[:, 0]]
        evidence = (self._patterns >= _RULES_END) & (self._patterns < _EVIDENCE_END)
        evidence[evidence] = ~np.isin(places[evidence], places[self._patterns >= _EVIDENCE_END])
        return np.unique(self._owner[evidence])

    def reasons(self, months: Sequence[int | None], norms: Norms | None) -> dict[int, list[Reason]]:
        """The reasons of each message that has some, as `appealnlp.urgency.find.find` gives them.

        :param months: month of each message, if known.
        :param norms: where the norms of the rules are looked up.
        """
        here = np.flatnonzero(self._patterns < _RULES_END)
        owner, rules, tokens = self._owner[here], _RULE_OF[self._patterns[here]], self._tokens[here]
        struck, doubtful = self._judged(owner, rules, tokens)
        left = np.flatnonzero(~struck)
        of = owner[left] * len(RULES) + rules[left]
        first = left[np.flatnonzero(np.diff(of, prepend=-1))]  # the first that may stand, of each message and rule
        look = np.zeros(len(self._words.bounds), bool)
        look[owner[first[doubtful[first]]]] = True
        found: dict[int, list[Reason]] = {}
        sure = first[~look[owner[first]]]
        for message, reason in self._quoted(owner[sure], rules[sure], tokens[sure], months, norms):
            found.setdefault(message, []).append(reason)
        for reasons in found.values():
            reasons.sort(key=strength)
        others = np.flatnonzero(look[owner])
        found.update(self._looked_at(owner[others], rules[others], tokens[others], months, norms))
        return found

    def _judged(self, owner: I64, rules: I64, tokens: I64) -> tuple[Bools, Bools]:
        """Which matches a look-alike strikes out for sure; which of the others need a look at the words around them."""
        sentences, bounds = self._sentences, self._words.bounds
        last = tokens.max(axis=1)
        start = np.where(tokens < 0, last[:, None], tokens).min(axis=1)
        sentence = sentences[tokens[:, 0]]
        anywhere = _ANYWHERE[rules]
        # Guards look at the sentence and the next one, and at two words on either side of the match.
        low = np.maximum(np.minimum(np.searchsorted(sentences, sentence), start - 2), bounds[owner])
        high = np.maximum(np.searchsorted(sentences, sentence + 1, side="right"), last + 3)
        high = np.minimum(high, bounds[owner + 1])
        match, near = runs(np.where(anywhere, bounds[owner], low), np.where(anywhere, bounds[owner + 1], high))
        start, last, low, high = start[match], last[match], low[match], high[match]

        does = _STRIKERS.table()[rules[match], self._words.slot_sets[near]]
        does[(sentences[near] != sentence[match])] &= _STRIKES_ANYWHERE | _MAY_STRIKE_ANYWHERE
        struck = does & (_STRIKES | _STRIKES_ANYWHERE) != 0
        doubtful = does != 0

        hints = self._words.hints(near)
        doubtful |= (hints & COUNTS != 0) & (near == start - 1)
        hints &= _GUARDS[rules[match]]
        matched = tokens[match]
        inside = (near[:, None] == matched).any(axis=1)
        doubtful |= (hints & Guard.NEGATED.value != 0) & (near[:, None] == matched - 1).any(axis=1) & ~inside
        hints[inside] &= Guard.FUTURE.value
        doubtful |= (hints & Guard.FIXED.value != 0) & (near >= low) & (near < high)
        for guard, (before, behind) in REACH.items():
            doubtful |= (hints & guard.value != 0) & (near >= start - before) & (near <= last + behind)
        return _any_of(struck, match, len(owner)), _any_of(doubtful, match, len(owner))

    def _quoted(
        self, owner: I64, rules: I64, tokens: I64, months: Sequence[int | None], norms: Norms | None
    ) -> Iterator[tuple[int, Reason]]:
        """Messages and the reasons that matches make which stand for sure."""
        tokens = np.sort(tokens, axis=1)
        row, column = np.nonzero(tokens >= 0)
        numbers = tokens[row, column]
        places = self._words.spans(owner[row], numbers)
        ends = np.cumsum(np.bincount(row, minlength=len(owner))).tolist()
        numbers = numbers.tolist()
        first = 0
        for message, rule, end in zip(owner.tolist(), rules.tolist(), ends, strict=True):
            if RULES[rule].in_season(months[message]):
                text = self._words.texts[message]
                yield message, quoting(RULES[rule], text, numbers[first:end], places[first:end], norms)
            first = end

    def _looked_at(
        self, owner: I64, rules: I64, tokens: I64, months: Sequence[int | None], norms: Norms | None
    ) -> Iterator[tuple[int, list[Reason]]]:
        """Messages and their reasons, from all their matches and their words."""
        bounds, sets, masks = self._words.bounds, self._words.slot_sets, SLOT_SETS.masks
        rows = zip(owner.tolist(), rules.tolist(), (tokens - bounds[owner, None]).tolist(), strict=True)
        for message, some in groupby(rows, key=itemgetter(0)):
            first, end = bounds[message : message + 2].tolist()
            matches = [
                (RULES[rule], [tuple(token for token in match if token >= 0) for _, _, match in group])
                for rule, group in groupby(some, key=itemgetter(1))
            ]
            scene = Scene(self._words.document(message), self._sentences[first:end].tolist())
            positions = Positions.of_slots([masks[number] for number in sets[first:end].tolist()])
            reasons = standing(scene, positions, matches, month=months[message], norms=norms)
            if reasons:
                yield message, reasons


def _any_of(flags: Bools, owner: I64, size: int) -> Bools:
    """Of which owners a flag is set."""
    found = np.zeros(size, bool)
    found[owner[flags]] = True
    return found
