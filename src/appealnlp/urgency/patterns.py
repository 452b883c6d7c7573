"""A small language of word patterns over lemmas, and the bit masks that tell early which patterns cannot match.

A pattern is written as slots with gaps between them::

    запах|пахнуть ~3 газ      either order, at most three words between
    нет|нету ..2 вода         this order, at most two words between
    угарный газ               next to each other
    вызвать ~~8 ждать         as ~8, and a sentence may end in between

A slot is a choice of lemmas (``нет|нету``), lemma beginnings (``отсутств*``) and written forms (``=света``);
``скорый&скорая,скорую`` takes a lemma in certain forms only. A slot whose words all belong to one concept of
`appealnlp.urgency.concepts` needs that concept: its bit is required, so the masks save work and never lose a match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from ..text import Token
from .concepts import concept_mask

__all__ = ["LEXICON", "Pattern", "Positions", "compile_patterns"]

_MEMORY = 1 << 16
"""How many distinct words are remembered before the memory is emptied."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern.

    :param source: as it was written.
    :param slots: numbers of its slots.
    :param gaps: before each slot but the first: how many words may stand between, whether the order is free, and
        whether a sentence may end in between.
    :param filled: mask of its slots, without all of which it cannot match.
    :param required: mask of the concepts without which it cannot match.
    """

    source: str
    slots: tuple[int, ...]
    gaps: tuple[tuple[int, bool, bool], ...]
    filled: int
    required: int

    def matches(self, positions: Positions) -> Iterator[tuple[int, ...]]:
        """Every way to fill the slots with distinct tokens within the gaps, as token numbers in slot order."""
        if positions.seen & self.filled == self.filled:
            for first in positions.of(self.slots[0]):
                yield from self._extend((first,), positions)

    def within_sentences(self, match: tuple[int, ...], sentences: Sequence[int]) -> bool:
        """Whether no sentence ends inside a match, except where the pattern allows it."""
        return all(
            crosses or sentences[one] == sentences[other]
            for one, other, (_, _, crosses) in zip(match[:-1], match[1:], self.gaps, strict=True)
        )

    def _extend(self, chosen: tuple[int, ...], positions: Positions) -> Iterator[tuple[int, ...]]:
        depth = len(chosen)
        if depth == len(self.slots):
            yield chosen
            return
        gap, free, _ = self.gaps[depth - 1]
        last = chosen[-1]
        low = last - gap - 1 if free else last + 1
        for position in positions.of(self.slots[depth]):
            if low <= position <= last + gap + 1 and position not in chosen:
                yield from self._extend((*chosen, position), positions)


_Entry = tuple[int, tuple[str, ...]]
"""A slot, and the forms that it takes of a word (none: all of them)."""


_NOTHING: Set[_Entry] = frozenset()
SHORTEST_STEM = 3
"""Letters of the shortest stem: fewer would stand for words that have nothing to do with each other."""


class _Lexicon:
    """Which slots a word can fill. Filled while the rules are imported, only read afterwards."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._exact: dict[str, set[_Entry]] = {}
        self._stems: dict[str, set[_Entry]] = {}
        self._lengths: set[int] = set()
        self._beginnings: set[str] = set()
        self.known: dict[tuple[str, str], int] = {}

    def slot(self, source: str) -> int:
        """Number of a slot, the same for the same source."""
        if source not in self._numbers:
            words = list(_words_of(source))
            if any(word.startswith("=") and word.endswith("*") for word, _ in words):
                raise ValueError(f"a written form leaves no ending open: {source!r}")
            if any(word.endswith("*") and len(word) <= SHORTEST_STEM for word, _ in words):
                raise ValueError(f"a stem has {SHORTEST_STEM} letters or more: {source!r}")
            number = self._numbers[source] = len(self._numbers)
            self.known = {}
            for word, forms in words:
                stem, star, _ = word.partition("*")
                (self._stems if star else self._exact).setdefault(stem, set()).add((number, forms))
                if star:
                    self._lengths.add(len(stem))
                    self._beginnings.add(stem[:SHORTEST_STEM])
        return self._numbers[source]

    def slots_of(self, lemma: str, form: str) -> int:
        """The slots that a word with this lemma and form fills, as a bit mask."""
        known = self.known.get((lemma, form))
        if known is None:
            if len(self.known) >= _MEMORY:
                self.known = {}
            entries = self._find(lemma) | self._exact.get("=" + form, _NOTHING)
            known = sum({1 << number for number, forms in entries if not forms or form in forms}) if entries else 0
            self.known[lemma, form] = known
        return known

    def slots_of_lemma(self, lemma: str) -> int | None:
        """The slots that all forms of a lemma fill, ``None`` if a slot takes some of them only.

        A form that a slot names fills that slot as well (`named_forms`).
        """
        entries = self._find(lemma)
        if any(forms for _, forms in entries):
            return None
        return sum({1 << number for number, _ in entries})

    def named_forms(self) -> list[str]:
        """The forms that slots name (``=света``)."""
        return [word[1:] for word in self._exact if word.startswith("=")]

    def _find(self, word: str) -> Set[_Entry]:
        found = self._exact.get(word, _NOTHING)
        if word[:SHORTEST_STEM] not in self._beginnings:
            return found
        for length in self._lengths:
            some = self._stems.get(word[:length])
            if some is not None and length <= len(word):
                found = found | some
        return found


def _words_of(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words of a slot, each with the forms that it is limited to."""
    for choice in source.replace("ё", "е").split("|"):
        word, _, forms = choice.partition("&")
        yield word, tuple(forms.split(",")) if forms else ()


LEXICON = _Lexicon()
"""Of all patterns that were compiled."""


def _required(source: str) -> int:
    """Bits of the concepts that hold every word of a slot."""
    mask = -1
    for word, _ in _words_of(source):
        mask &= 0 if word.startswith("=") else concept_mask(word.rstrip("*"), stem=word.endswith("*"))
    return mask


def _compile(source: str) -> Pattern:
    slots: list[int] = []
    gaps: list[tuple[int, bool, bool]] = []
    required = 0
    pending: tuple[int, bool, bool] | None = None
    for word in source.split():
        if word.startswith((".", "~")) and slots:
            pending = (int(word.lstrip(".~")), word.startswith("~"), word.startswith("~~"))
            continue
        if slots:
            gaps.append(pending or (0, False, False))
        pending = None
        slots.append(LEXICON.slot(word))
        required |= _required(word)
    if not slots or pending is not None or source.lstrip().startswith((".", "~")):
        raise ValueError(f"a pattern must begin and end with a slot: {source!r}")
    return Pattern(source, tuple(slots), tuple(gaps), sum({1 << slot for slot in slots}), required)


def compile_patterns(*sources: str) -> tuple[Pattern, ...]:
    """Compile patterns as described above.

    :raises ValueError: if a pattern does not begin and end with a slot.
    """
    return tuple(map(_compile, sources))


class Positions:
    """Which tokens fill which slots.

    :param tokens: of one message.
    """

    __slots__ = ("_filled", "_lists", "seen")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._filled: list[tuple[int, int]] = []
        self._lists: dict[int, list[int]] = {}
        seen = 0
        known = LEXICON.known  # looked up here, not through a method: this loop is most of the cost of the rules
        for number, token in enumerate(tokens):
            slots = known.get((token.lemma, token.form))
            if slots is None:
                slots = LEXICON.slots_of(token.lemma, token.form)
            if slots:
                self._filled.append((number, slots))
                seen |= slots
        self.seen = seen

    def of(self, slot: int) -> list[int]:
        """Numbers of the tokens that fill a slot, in order."""
        known = self._lists.get(slot)
        if known is None:
            known = self._lists[slot] = [number for number, slots in self._filled if slots >> slot & 1]
        return known
