"""Named situations and vulnerable people in all messages of a chunk: the fast twin of `find` and `vulnerable_evidence`.

Patterns and look-alikes are matched on arrays. Words are looked at only where one that can set off a guard stands near a
match, and the guards themselves are the plain ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..result import Reason
from ..text import Document
from .find import LONGEST_DURATION, find, is_count, is_unit, quoting, strength
from .guards import REACH, Guard, Scene, is_abbreviation, may_forbid, stands
from .hazards import RULES
from .matching import Matcher, Matches, runs
from .norms import Norms
from .vulnerable import LOOK_ALIKES, PATTERNS, vulnerable_evidence

__all__ = ["ABBREVIATION", "Situations", "Words", "hint"]

I16 = npt.NDArray[np.int16]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNIT, COUNT, ABBREVIATION = 1 << 8, 1 << 9, 1 << 10
"""Hints: the word is a measure of time; it tells how many; a full stop behind it may be its own."""

_PEOPLE = len(RULES)
"""Subjects are the numbers of the rules, and this one for vulnerable people."""
_SUBJECTS = _PEOPLE + 1
_TOLD = [(number, pattern) for number, rule in enumerate(RULES) for pattern in rule.patterns]
_TOLD += [(_PEOPLE, pattern) for pattern in PATTERNS]
_ALIKE = [(number, pattern) for number, rule in enumerate(RULES) for pattern in rule.unless]
_ALIKE += [(_PEOPLE, pattern) for pattern in LOOK_ALIKES]
_ALIKE_HERE = len(_ALIKE)
"""The look-alikes from this number on count in the whole message, those before it in their sentence."""
_ALIKE += [(number, pattern) for number, rule in enumerate(RULES) for pattern in rule.unless_anywhere]
_TELLING, _LOOKING_ALIKE = (Matcher([pattern for _, pattern in some]) for some in (_TOLD, _ALIKE))
_SUBJECT, _SUBJECT_ALIKE = (np.array([subject for subject, _ in some], np.int64) for some in (_TOLD, _ALIKE))
_GUARDS = np.array([rule.guards.value for rule in RULES], np.int16)
_GUARDS_AROUND = (*REACH, Guard.FIXED)
_BITS = np.array([guard.value for guard in _GUARDS_AROUND], np.int16)


def hint(form: str, lemma: str) -> int:
    """What a word may change near a match, as bits: the guards that it can set off, `UNIT`, `COUNT`, `ABBREVIATION`."""
    return (
        may_forbid(form, lemma).value
        | (UNIT if is_unit(lemma) else 0)
        | (COUNT if is_count(form, lemma) else 0)
        | (ABBREVIATION if is_abbreviation(form) else 0)
    )


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

    def hints(self, tokens: I64) -> I16:
        """The hints of some tokens (see `hint`)."""

    def spans(self, messages: I64, tokens: I64) -> list[tuple[int, int]]:
        """Where some tokens of some messages stand in them."""

    def document(self, message: int) -> Document:
        """A message with its tokens."""

    def part(self, message: int, first: int, end: int) -> Document:
        """A message with the tokens ``first:end`` only."""


class Situations:
    """What the messages of a chunk tell of.

    :param words: the words of the messages.
    :param asked: which messages are asked for vulnerable people; all are for situations.
    """

    def __init__(self, words: Words, asked: Bools) -> None:
        self._words = words
        found, self._crowded = _TELLING.find(words.slot_sets, words.bounds)
        self._asked = asked
        found = found.some((_SUBJECT[found.patterns] != _PEOPLE) | asked[found.owner])
        self._sentences = words.sentences(np.unique(found.owner))
        found = found.some(_TELLING.within_sentences(found, self._sentences))
        struck, crowded = self._looks_alike(found)
        self._found = found.some(~struck & ~np.isin(found.owner, crowded)).ordered()
        self._crowded = np.append(self._crowded, crowded)
        self._subjects = _SUBJECT[self._found.patterns]

    def _looks_alike(self, found: Matches) -> tuple[Bools, I64]:
        """From which matches a look-alike takes the force, and which messages are too crowded to tell."""
        bounds, sentences = self._words.bounds, self._sentences
        concerned = np.zeros(len(bounds) - 1, bool)
        concerned[found.owner] = True
        sets = np.where(np.repeat(concerned, np.diff(bounds)), self._words.slot_sets, 0)
        alike, crowded = _LOOKING_ALIKE.find(sets, bounds)
        anywhere = alike.some(alike.patterns >= _ALIKE_HERE)
        alike = alike.some((alike.patterns < _ALIKE_HERE) & _LOOKING_ALIKE.within_sentences(alike, sentences))
        subjects = _SUBJECT[found.patterns]
        struck: Bools = np.isin(
            sentences[found.tokens[:, 0]] * _SUBJECTS + subjects,
            sentences[alike.tokens[:, 0]] * _SUBJECTS + _SUBJECT_ALIKE[alike.patterns],
        )
        struck |= np.isin(
            found.owner * _SUBJECTS + subjects, anywhere.owner * _SUBJECTS + _SUBJECT_ALIKE[anywhere.patterns]
        )
        return struck, crowded

    def vulnerable(self) -> I64:
        """The messages asked for that hold evidence of a vulnerable person, as `vulnerable_evidence` tells it."""
        told = self._found.owner[self._subjects == _PEOPLE]
        asked = self._crowded[self._asked[self._crowded]].tolist()
        crowded = [message for message in asked if vulnerable_evidence(self._words.document(message))]
        return np.unique(np.append(told, np.array(crowded, np.int64)))

    def reasons(self, months: Sequence[int | None], norms: Norms | None) -> dict[int, list[Reason]]:
        """The reasons of each message that has some, as `appealnlp.urgency.find.find` gives them.

        :param months: month of each message, if known.
        :param norms: where the norms of the rules are looked up.
        """
        chosen = np.array(self._standing(months), np.int64)
        owner, rules = self._found.owner[chosen], self._subjects[chosen]
        numbers = self._quoted(owner, self._found.tokens[chosen])
        row, column = np.nonzero(numbers >= 0)
        tokens = numbers[row, column]
        spans = self._words.spans(owner[row], tokens)
        tokens = tokens.tolist()
        found: dict[int, list[Reason]] = {}
        first = 0
        ends = np.cumsum(np.bincount(row, minlength=len(chosen))).tolist()
        for message, rule, end in zip(owner.tolist(), rules.tolist(), ends, strict=True):
            text = self._words.texts[message]
            reason = quoting(RULES[rule], text, tokens[first:end], spans[first:end], norms)
            found.setdefault(message, []).append(reason)
            first = end
        for reasons in found.values():
            reasons.sort(key=strength)
        for message in self._crowded.tolist():
            reasons = find(self._words.document(message), month=months[message], norms=norms)
            if reasons:
                found[message] = reasons
        return found

    def _standing(self, months: Sequence[int | None]) -> list[int]:
        """Numbers of the matches that make reasons: the first one that stands of each message and rule in season."""
        here = np.flatnonzero(self._subjects != _PEOPLE)
        owner, rules = self._found.owner[here], self._subjects[here]
        guarded, low, high = self._guarded(owner, rules, self._found.tokens[here])
        standing = []
        done = None
        rows = (column.tolist() for column in (here, owner, rules, guarded, low, high))
        for number, message, rule, doubtful, first, end in zip(*rows, strict=True):
            if (message, rule) == done or not RULES[rule].in_season(months[message]):
                continue
            if not doubtful or self._stands(message, rule, number, first, end):
                standing.append(number)
                done = message, rule
        return standing

    def _stands(self, message: int, rule: int, number: int, first: int, end: int) -> bool:
        """Whether a match stands before the guards, which look at no other tokens than ``first:end``."""
        scene = Scene(self._words.part(message, first, end), self._sentences[first:end].tolist())
        match = [token - first for token in self._found.tokens[number].tolist() if token >= 0]
        return stands(scene, match, RULES[rule].guards)

    def _guarded(self, owner: I64, rules: I64, tokens: I64) -> tuple[Bools, I64, I64]:
        """Which matches have a word near them that can set off a guard of their rule, and where guards look.

        :return: that, and the first token that guards look at, and the end.
        """
        sentences, bounds = self._sentences, self._words.bounds
        messages = np.unique(owner)
        _, all_tokens = runs(bounds[messages], bounds[messages + 1])
        hints = self._words.hints(all_tokens)
        so_far = np.zeros((len(hints) + 1, len(_BITS)), np.int32)
        np.cumsum(hints[:, None] & _BITS != 0, axis=0, out=so_far[1:])
        # From here on tokens are numbered as in ``all_tokens``, in which each message begins this much earlier:
        left_out = bounds[messages] - np.append(0, np.cumsum(np.diff(bounds)[messages]))[:-1]
        shift = left_out[np.searchsorted(messages, owner)]
        here = np.where(tokens < 0, -1, tokens - shift[:, None])
        start, last = _ends(here)
        message, end = bounds[owner] - shift, bounds[owner + 1] - shift
        sentence = sentences[tokens[:, 0]]
        # Guards look at the sentence and the next one, and at two words on either side of the match.
        low = np.minimum(np.searchsorted(sentences, sentence) - shift, start - 2)
        high = np.maximum(np.searchsorted(sentences, sentence + 1, side="right") - shift, last + 3)
        low, high = np.maximum(low, message), np.minimum(high, end)
        own = (hints[here] & _GUARDS[rules, None]) * (here >= 0)
        guarded = np.zeros(len(owner), bool)
        for number, guard in enumerate(_GUARDS_AROUND):
            before, behind = REACH.get(guard, (len(hints), len(hints)))
            first, stop = np.maximum(start - before, low), np.minimum(last + 1 + behind, high)
            near = so_far[stop, number] - so_far[first, number]
            if guard is not Guard.FUTURE:  # the only one that minds a word of the match itself
                near -= (own & guard.value != 0).sum(axis=1)
            guarded |= (near > 0) & (_GUARDS[rules] & guard.value != 0)
        before_each = np.maximum(here - 1, 0)
        negated = (hints[before_each] & _GUARDS[rules, None] & Guard.NEGATED.value != 0) & (here > message[:, None])
        negated &= (before_each[:, :, None] != here[:, None, :]).all(axis=2)
        return guarded | negated.any(axis=1), low + shift, high + shift

    def _quoted(self, owner: I64, tokens: I64) -> I64:
        """Tokens of matches in order, with the durations before them («третий день»); -1 is none."""
        first = self._words.bounds[owner]
        before = _ends(tokens)[0][:, None] - np.arange(1, LONGEST_DURATION + 1)
        hints = self._words.hints(np.maximum(before, 0).ravel()).reshape(before.shape)
        belongs = (before >= first[:, None]) & (hints & np.array([UNIT] + [COUNT] * (LONGEST_DURATION - 1)) != 0)
        belongs = np.logical_and.accumulate(belongs, axis=1)
        return np.sort(np.column_stack([np.where(belongs, before, -1), tokens]), axis=1)


def _ends(tokens: I64) -> tuple[I64, I64]:
    """First and last token of matches."""
    last = tokens.max(axis=1)
    return np.where(tokens < 0, last[:, None], tokens).min(axis=1), last
