"""The words of a chunk as its messages hold them: slot sets for all, strings and sentences for the messages asked for.

What is known of a word form is kept with its row in the scorer's memory, so that it is worked out once per form and
forgotten together with the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .features import Lexicon
from .scores import UNKNOWN, ChunkSums
from .text import Document, Token
from .urgency.guards import ends_sentence
from .urgency.many import ABBREVIATION, hint
from .urgency.matching import SLOT_SETS, runs

__all__ = ["ChunkWords"]

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

_SPACE, _LINE = map(ord, " \n")
_BLANK, _MARK, _DOT, _DOTS, _OPEN = range(1, 6)
_GAP_KINDS = np.zeros(65536, np.uint8)
"""What may end a sentence: marks that do, dots that may be of an abbreviation, dots that are not, beginnings of tags."""
for _units, _kind in ((" ", _BLANK), ("!?\n", _MARK), (".", _DOT), ("…", _DOTS), ("<", _OPEN)):
    _GAP_KINDS[[*map(ord, _units)]] = _kind


class ChunkWords:
    """Words of the messages of one chunk.

    :param chunk: the scored messages.
    :param texts: the messages.
    :param lexicon: the lexicon they were scored with.
    """

    def __init__(self, chunk: ChunkSums, texts: Sequence[str], lexicon: Lexicon) -> None:
        self._chunk, self._lexicon = chunk, lexicon
        self.texts = texts
        self.bounds: I64 = chunk.tokens.bounds
        """Message *m* owns the tokens ``bounds[m]:bounds[m + 1]``."""
        self._documents: dict[int, Document] = {}

    @cached_property
    def slot_sets(self) -> I32:
        """Number of the slot set of each token (see `appealnlp.urgency.matching.SLOT_SETS`)."""
        rows, known = self._chunk.rows, self._chunk.memory.slot_sets
        sets = known[rows]
        unknown = np.flatnonzero(sets < 0)
        if len(unknown):
            _, first = np.unique(rows[unknown], return_index=True)
            self._learn_slot_sets(unknown[first])
            sets = known[rows]
        return sets

    def _learn_slot_sets(self, examples: I64) -> None:
        """Work out the slot sets of some forms, one example token of each."""
        memory, lexicon = self._chunk.memory, self._lexicon
        rows, hashes = self._chunk.rows[examples], self._chunk.tokens.hashes[examples]
        # A form of the lexicon's table is mended; what lemma it has decides, unless a slot asks for the form itself.
        lemmas = lexicon.lemmas_of_forms(hashes)
        by_lemma = np.flatnonzero((lemmas >= 0) & ~SLOT_SETS.named(hashes))
        sets = np.full(len(examples), -1, np.int32)
        of_lemmas = memory.slot_sets_of_lemmas
        for lemma in np.unique(lemmas[by_lemma][of_lemmas[lemmas[by_lemma]] == UNKNOWN]).tolist():
            of_lemmas[lemma] = SLOT_SETS.of_lemma(lexicon.lemmas[lemma])
        sets[by_lemma] = of_lemmas[lemmas[by_lemma]]
        by_word = np.flatnonzero(sets < 0)
        for number, (form, lemma) in zip(by_word.tolist(), self._words(examples[by_word]), strict=True):
            sets[number] = SLOT_SETS.of_word(lemma, form)
        memory.slot_sets[rows] = sets

    def hints(self, tokens: I64) -> I16:
        """The hints of some tokens (see `appealnlp.urgency.many.hint`)."""
        rows, known = self._chunk.rows[tokens], self._chunk.memory.hints
        hints: I16 = known[rows]
        unknown = np.flatnonzero(hints < 0)
        if len(unknown):
            distinct, first = np.unique(rows[unknown], return_index=True)
            known[distinct] = [hint(*word) for word in self._words(tokens[unknown[first]])]
            hints = known[rows]
        return hints

    def words(self, first: int, end: int) -> list[tuple[str, str]]:
        """Mended form and lemma of the tokens ``first:end``."""
        return self._words(np.arange(first, end))

    def _words(self, tokens: I64) -> list[tuple[str, str]]:
        rows = self._chunk.rows[tokens].tolist()
        known = self._chunk.memory.words
        try:
            return [known[row] for row in rows]
        except KeyError:  # forms of the lexicon's table: mended, and with a lemma of the lexicon
            memory, lemmas = self._chunk.memory, self._lexicon.lemmas
            new = {row: token for row, token in zip(rows, tokens.tolist(), strict=True) if row not in known}
            forms = self._chunk.tokens.forms(np.fromiter(new.values(), np.int64, len(new)))
            numbers = memory.lemmas[np.fromiter(new, np.int64, len(new))].tolist()
            known.update((row, (form, lemmas[number])) for row, form, number in zip(new, forms, numbers, strict=True))
            return [known[row] for row in rows]

    def document(self, message: int) -> Document:
        """A message with its tokens, equal to `appealnlp.text.preprocess`; made once for whoever asks."""
        document = self._documents.get(message)
        if document is None:
            first, end = self.bounds[message : message + 2].tolist()
            document = self._documents[message] = self.part(message, first, end)
        return document

    def part(self, message: int, first: int, end: int) -> Document:
        """A message with the tokens ``first:end`` only."""
        text = self.texts[message]
        places, words = self._places(message, first, end), self.words(first, end)
        tokens = [
            Token(text[start:stop], start, stop, form, lemma)
            for (start, stop), (form, lemma) in zip(places, words, strict=True)
        ]
        return Document(text, tuple(tokens))

    def spans(self, messages: I64, tokens: I64) -> list[tuple[int, int]]:
        """Where some tokens of some messages stand in them."""
        chunk = self._chunk.tokens
        starts, ends = (chunk.positions(messages, edges.take(tokens)) for edges in (chunk.starts, chunk.ends))
        return list(zip(starts.tolist(), ends.tolist(), strict=True))

    def _places(self, message: int, first: int, end: int) -> list[tuple[int, int]]:
        """Where the tokens ``first:end`` stand in their message."""
        return self.spans(np.full(end - first, message), np.arange(first, end))

    def sentences(self, messages: I64) -> I64:
        """Sentence numbers of all tokens, ascending from message to message.

        Only the given messages are cut into sentences (as `appealnlp.urgency.guards.Scene` does), the others are one each.
        """
        tokens = self._chunk.tokens
        breaks = np.zeros(len(tokens.starts) + 1, np.int64)
        breaks[self.bounds[:-1]] = 1
        asked = np.zeros(len(self.bounds) - 1, bool)
        asked[messages] = np.diff(self.bounds)[messages] > 0
        shifted = [message for message in tokens.origins if asked[message]]
        asked[shifted] = False
        inside = np.repeat(asked, np.diff(self.bounds))
        inside[self.bounds[:-1][asked]] = False  # nothing ends before the first word
        after = np.flatnonzero(inside)
        ends, unsure = self._breaks(after)
        breaks[after] = ends
        after = after[unsure]
        owner = np.searchsorted(self.bounds, after, side="right") - 1
        gaps = zip(self.spans(owner, after - 1), self.spans(owner, after), owner.tolist(), after.tolist(), strict=True)
        for (_, end), (start, _), message, token in gaps:
            breaks[token] = ends_sentence(self.texts[message][end:start], self.words(token - 1, token)[0][0])
        for message in shifted:
            first, end = self.bounds[message : message + 2].tolist()
            text, places = self.texts[message], self._places(message, first, end)
            before = self.words(first, end)
            breaks[first + 1 : end] = [
                ends_sentence(text[one:other], form)
                for (_, one), (other, _), (form, _) in zip(places, places[1:], before, strict=False)
            ]
        return np.cumsum(breaks[:-1])

    def _breaks(self, after: I64) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Whether a sentence ends before tokens, and before which the text itself must tell.

        The fast twin of `appealnlp.urgency.guards.ends_sentence`. Where two spaces meet, something may have been blanked.
        """
        tokens = self._chunk.tokens
        gap, at = runs(tokens.ends[after - 1], tokens.starts[after])
        units = tokens.units[at]
        lengths = np.bincount(gap, minlength=len(after))
        bounds = np.append(0, np.cumsum(lengths))
        kinds = _GAP_KINDS[np.append(units, 0)]
        telling = np.append(np.flatnonzero(kinds[:-1] > _BLANK), len(units))
        first = telling[np.searchsorted(telling, bounds[:-1])]
        some = first < bounds[1:]
        kind = np.where(some, kinds[first], 0)
        two = np.flatnonzero((units[1:] == _SPACE) & (units[:-1] == _SPACE) & (gap[1:] == gap[:-1]))
        unsure = np.zeros(len(after), bool)
        unsure[gap[two]] = True
        followed = (first + 1 == bounds[1:]) | (kinds[np.minimum(first + 1, len(units))] == _BLANK)
        stops = (kind == _DOT) | (kind == _DOTS)
        unsure |= (kind == _OPEN) | (stops & ~followed)
        # «да!нет» and «да…нет» are one sentence each, «да.нет» two.
        alone = (lengths == 1) & (kind != _DOT) & (np.append(units, 0)[first] != _LINE)
        ends = ((kind == _MARK) | (stops & followed)) & ~alone
        dots = np.flatnonzero((kind == _DOT) & followed & ~unsure)
        ends[dots] = self.hints(after[dots] - 1) & ABBREVIATION == 0
        return ends & ~unsure, unsure
