"""Sums of word weights per message: one readable way for a message, one fast way for many, equal to the last bit.

Weights are whole numbers (a byte times a power of two per feature), so a sum does not depend on the order of its terms,
and the two ways agree exactly. What a word form contributes to every output is one row of numbers; `Scorer.score_many`
keeps the rows of the forms it has met and adds them up with one sparse product per chunk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import PREFIX_LENGTHS, Lexicon, pair_keys
from .places import ChunkPlaces, FormClasses, find_places_many
from .text.chunks import ChunkTokens, HashTable, prefix_hashes, tokenize_chunk
from .text.markup import clean
from .text.tokens import iter_forms

__all__ = ["ChunkSums", "Scorer", "Sums", "Weights", "quantize"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.signedinteger[Any]]

CHUNK_UNITS = 1_000_000
"""Characters tokenised together: what is done once for a chunk costs little for one of its messages."""
MEMORY_FORMS = 1 << 17
"""Word forms whose rows are remembered (about 40 MB with 140 outputs) before the memory starts anew."""
PLAIN_FORMS = 20_000
UNKNOWN = -2
LARGEST_SHIFT = 2


@dataclass(frozen=True)
class Weights:
    """Weights of every feature for every output, as whole numbers.

    :param values: shape ``(features, outputs)``, int8; the weight is ``values << shifts``.
    :param shifts: shape ``(features,)``, uint8.
    :param energy: shape ``(features,)`` or ``(features, 2)``, int32: squared norm of the feature, in fixed point. A
        message's sums are divided by the square root of the energy of all its features, the linear twin of cosine
        normalisation. Of two columns the first is for the topics, the second for all other outputs.
    """

    values: npt.NDArray[np.int8]
    shifts: npt.NDArray[np.uint8]
    energy: I32

    @cached_property
    def whole(self) -> Integers:
        """All weights as they are added up, shape ``(features, outputs)``; for many messages.

        Sums of 16-bit numbers cost a third of those of 32 bits, so the weights are narrow if a word's row can be.
        """
        widest = int(self.peaks.max(initial=0)) * (1 + len(PREFIX_LENGTHS))
        narrow = np.int16 if widest <= np.iinfo(np.int16).max else np.int32
        whole: Integers = self.values.astype(narrow)
        whole <<= self.shifts[:, None]
        return whole

    @cached_property
    def peaks(self) -> I64:
        """The largest weight of each feature, whatever its sign."""
        largest, smallest = (edge.astype(np.int64) for edge in (self.values.max(axis=1), self.values.min(axis=1)))
        peaks: I64 = np.maximum(largest, -smallest) << self.shifts.astype(np.int64)
        return peaks

    def rows(self, features: npt.NDArray[np.integer]) -> I32:
        """Weights of the given features, shape ``(len(features), outputs)``."""
        rows: I32 = self.values[features].astype(np.int32) << self.shifts[features].astype(np.int32)[:, None]
        return rows


def quantize(weights: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.uint8], float]:
    """Real weights -> int8 values, one shift per row, and the size of one step.

    The step makes the largest weight 127 << 2: fine enough (one decision in a thousand changes), and small enough for
    sums of 16 bits. A row of small weights gets a small shift and so keeps its precision.
    """
    peak = np.abs(weights).max(axis=1)
    step = float(peak.max()) / (127 << LARGEST_SHIFT) or 1.0
    shifts = np.ceil(np.log2(np.maximum(peak / step / 127, 1.0))).clip(max=LARGEST_SHIFT).astype(np.uint8)
    values = np.rint(weights / step / (1 << shifts.astype(np.int64))[:, None]).clip(-127, 127).astype(np.int8)
    return values, shifts, step


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of some messages.

    ``totals``: shape ``(messages, outputs)``; ``energy``: int64, per message as in `Weights`.
    """

    totals: Integers
    energy: I64


@dataclass(frozen=True, slots=True)
class ChunkSums:
    """Sums of the messages from number ``first`` on, their tokens, and the memory row of each token."""

    first: int
    sums: Sums
    tokens: ChunkTokens
    rows: I32
    memory: _Memory

    def places(self, texts: Sequence[str]) -> ChunkPlaces:
        """The places of the messages, whose texts are needed to say where in them a place is."""
        return find_places_many(texts, self.tokens, self.rows, self.memory.places)

    def lemmas(self) -> I32:
        """Number of the lemma of each token, -1 for one that the lexicon does not know."""
        return self.memory.lemmas[self.rows]

    def outputs_of_words(self, messages: I64, outputs: I64) -> tuple[I64, I64, I32]:
        """For each token of some messages: its message, its number, and what its form adds to some outputs.

        :param outputs: which outputs are asked for of each message, shape ``(len(messages), any)``.
        """
        bounds = self.tokens.bounds
        counts = bounds[messages + 1] - bounds[messages]
        owner = np.repeat(messages, counts)
        numbers = np.arange(len(owner)) + np.repeat(bounds[messages] - np.cumsum(counts) + counts, counts)
        added = self.memory.rows[self.rows[numbers][:, None], np.repeat(outputs, counts, axis=0)]
        return owner, numbers, added.astype(np.int32)


@dataclass(frozen=True, slots=True)
class _FormRow:
    lemma: int
    row: I32
    energy: npt.NDArray[np.integer]
    mask: int


class _Memory:
    """Rows of the word forms met so far. Untouched pages of its arrays cost nothing.

    ``slot_sets``, ``slot_sets_of_lemmas``, ``hints`` (not known yet: -1, `UNKNOWN`, -1) and ``words`` (mended form and
    lemma) belong to `appealnlp.words.ChunkWords`; words that the lexicon's table lacks are there from the beginning.
    """

    def __init__(self, capacity: int, weights: Weights, lemmas: int) -> None:
        self.capacity = capacity
        self.count = 0
        self.table = HashTable(capacity)
        self.rows = np.empty((capacity, weights.whole.shape[1]), weights.whole.dtype)
        self.peaks = np.empty(capacity, np.int64)
        self.energy = np.empty((capacity, *weights.energy.shape[1:]), np.int64)
        self.lemmas = np.empty(capacity, np.int32)
        self.slot_sets = np.full(capacity, -1, np.int32)
        self.slot_sets_of_lemmas = np.full(lemmas, UNKNOWN, np.int32)
        self.hints = np.full(capacity, -1, np.int16)
        self.words: dict[int, tuple[str, str]] = {}
        self.places = FormClasses(capacity, self.words)


class Scorer:
    """Adds up the weights of messages. Safe to share between threads.

    :param lexicon: the features.
    :param weights: their weights.
    :param concept_mask: lemma -> bits of the urgency concepts it can stand for.
    """

    def __init__(self, lexicon: Lexicon, weights: Weights, concept_mask: Callable[[str], int]) -> None:
        self.lexicon, self.weights = lexicon, weights
        self._concept_mask = concept_mask
        self._plain: dict[str, _FormRow] = {}
        self._memory: _Memory | None = None
        self._learning = threading.Lock()

    # The plain way

    def score(self, text: str) -> Sums:
        """Sums of one message, word by word (the reference)."""
        return self.score_forms([form for form, _, _ in iter_forms(clean(text)[0])])

    def score_forms(self, forms: Sequence[str]) -> Sums:
        """Sums of one message whose folded forms are known."""
        words = [self._form_row(form) for form in forms]
        pair_features = self.lexicon.pair_features
        adjacent = (pair_features.get((left.lemma, right.lemma)) for left, right in pairwise(words))
        pairs = np.array([pair for pair in adjacent if pair is not None], np.int64)
        rows = [word.row for word in words] + list(self.weights.rows(pairs))
        energy = [word.energy for word in words] + list(self.weights.energy[pairs])
        width, *columns = self.weights.values.shape[1], *self.weights.energy.shape[1:]
        total: I64 = np.sum(np.array(rows).reshape(-1, width), axis=0, dtype=np.int64)
        norm: I64 = np.sum(np.array(energy, np.int64).reshape(-1, *columns), axis=0)
        return Sums(total[None], norm[None])

    def concepts(self, forms: Sequence[str]) -> int:
        """Bits of the urgency concepts that a message with these folded forms names."""
        mask = 0
        for form in forms:
            mask |= self._form_row(form).mask
        return mask

    def form_row(self, form: str) -> I32:
        """What one folded word form adds to every output."""
        return self._form_row(form).row

    def _form_row(self, form: str) -> _FormRow:
        found = self._plain.get(form)
        if found is None:
            made = self.lexicon.of_form(form)
            features = np.array(made.features, np.int64)
            found = _FormRow(
                made.lemma,
                self.weights.rows(features).sum(axis=0, dtype=np.int32),
                self.weights.energy[features].sum(axis=0, dtype=np.int64),
                self._concept_mask(self.lexicon.lemmatizer.lemma(form)),
            )
            if len(self._plain) >= PLAIN_FORMS:
                self._plain = {}
            self._plain[form] = found
        return found

    # The fast way

    def score_many(self, texts: Sequence[str]) -> Iterator[ChunkSums]:
        """Sums of many messages, chunk by chunk, in order. A message longer than a chunk is a chunk of its own.

        While a chunk is used a second thread scores the next one: nearly all of that is done outside the interpreter's lock.
        """
        chunks = self._chunks(texts)
        return chunks if sum(map(len, texts)) <= CHUNK_UNITS else _one_ahead(chunks)

    def _chunks(self, texts: Sequence[str]) -> Iterator[ChunkSums]:
        first = 0
        while first < len(texts):
            stop, units = first, 0
            while stop < len(texts) and (stop == first or units + len(texts[stop]) <= CHUNK_UNITS):
                units += len(texts[stop]) + 1
                stop += 1
            yield self._score_chunk(first, texts[first:stop])
            first = stop

    def _score_chunk(self, first: int, texts: Sequence[str]) -> ChunkSums:
        tokens = tokenize_chunk(texts)
        memory, rows = self._remembered(tokens)
        pairs, pair_bounds = self._pairs(memory.lemmas.take(rows), tokens.bounds)
        sums = Sums(
            totals=self._totals(tokens, memory, rows, pairs, pair_bounds),
            energy=_sum_runs(memory.energy.take(rows, axis=0), tokens.bounds)
            + _sum_runs(self.weights.energy.take(pairs, axis=0), pair_bounds),
        )
        return ChunkSums(first, sums, tokens, rows, memory)

    def _totals(self, tokens: ChunkTokens, memory: _Memory, rows: I32, pairs: I64, pair_bounds: I64) -> Integers:
        whole, bounds = self.weights.whole, tokens.bounds
        word_peaks, pair_peaks = memory.peaks.take(rows), self.weights.peaks.take(pairs)
        narrow = _row_sums(rows, bounds, memory.rows) + _row_sums(pairs, pair_bounds, whole)
        reach = _sum_runs(word_peaks, bounds) + _sum_runs(pair_peaks, pair_bounds)
        total: Integers = narrow.astype(np.int32 if reach.max(initial=0) <= np.iinfo(np.int32).max else np.int64)
        long = reach > np.iinfo(narrow.dtype).max  # their narrow sums may have overflowed
        if long.any():
            total[long] = _long_sums(rows, bounds, memory.rows, word_peaks, long)
            total[long] += _long_sums(pairs, pair_bounds, whole, pair_peaks, long)
        return total

    def _pairs(self, lemmas: I32, bounds: I64) -> tuple[I64, I64]:
        """Feature numbers of the known pairs of adjacent lemmas, and where those of each message begin and end."""
        both = (lemmas[:-1] >= 0) & (lemmas[1:] >= 0)
        last = bounds[1:-1] - 1
        both[last[(last >= 0) & (last < len(both))]] = False  # no pair across two messages
        at = np.flatnonzero(both)
        numbers = self.lexicon.pair_table.find(pair_keys(lemmas[at], lemmas[at + 1]))
        known = np.flatnonzero(numbers >= 0)
        first = len(self.lexicon) - len(self.lexicon.pairs)
        return numbers[known].astype(np.int64) + first, np.searchsorted(at[known], bounds)

    def _remembered(self, tokens: ChunkTokens) -> tuple[_Memory, I32]:
        """The memory and the row of each token in it; forms not met before are learned first."""
        memory, rows = self._memory, None
        if memory is not None:
            rows = memory.table.find(tokens.hashes)
            if rows.min(initial=0) >= 0:
                return memory, rows
        with self._learning:
            if memory is not self._memory:
                memory, rows = self._memory, None
            if memory is not None:
                rows = memory.table.find(tokens.hashes) if rows is None else rows
                unknown = np.flatnonzero(rows < 0)
                unknown = unknown[memory.table.find(tokens.hashes[unknown]) < 0]
                examples = unknown[_examples(tokens.hashes[unknown])]
            if memory is None or memory.count + len(examples) > memory.capacity:
                examples = _examples(tokens.hashes)
                memory = _Memory(max(MEMORY_FORMS, len(examples)), self.weights, len(self.lexicon.lemmas))
            try:
                self._learn(memory, tokens, examples)
            except BaseException:  # an interrupt, or no memory: what is half learned must not be believed
                self._memory = None
                raise
            self._memory = memory
        return memory, memory.table.find(tokens.hashes)

    def _learn(self, memory: _Memory, tokens: ChunkTokens, examples: I64) -> None:
        """Work out the rows of new forms, one example token of each."""
        lexicon = self.lexicon
        features = np.full((len(examples), 1 + len(PREFIX_LENGTHS)), -1, np.int32)
        listed = lexicon.find_forms(tokens.hashes[examples])
        lemmas = np.where(listed >= 0, np.append(lexicon.form_lemmas, 0)[listed], -1).astype(np.int32)
        words = ~tokens.is_number[examples]
        unlisted = np.flatnonzero(listed < 0)
        for new, form in zip(unlisted.tolist(), tokens.forms(examples[unlisted]), strict=True):
            mended, lemma = memory.words[memory.count + new] = lexicon.lemmatizer.unlisted(form)
            lemmas[new] = lexicon.lemma_numbers.get(lemma, -1)
            if mended != form:  # its prefixes are not those of the form as written
                words[new] = False
                found = lexicon.of_form(form).features[int(lemmas[new] >= 0) :]
                features[new, 1 : 1 + len(found)] = found
        features[:, 0] = lemmas
        lengths = tokens.ends[examples] - tokens.starts[examples]
        for column, length in enumerate(PREFIX_LENGTHS, 1):
            long = np.flatnonzero(words & (lengths > length))
            features[long, column] = lexicon.prefix_table.find(prefix_hashes(tokens, examples[long], length))

        here = slice(memory.count, memory.count + len(examples))
        has = features >= 0
        bounds = np.zeros(len(examples) + 1, np.int64)
        np.cumsum(has.sum(axis=1), out=bounds[1:])
        memory.rows[here] = _row_sums(features[has], bounds, self.weights.whole)
        memory.peaks[here] = np.abs(memory.rows[here]).max(axis=1, initial=0)
        memory.energy[here] = _sum_runs(self.weights.energy[features[has]], bounds)
        memory.lemmas[here] = lemmas
        if lexicon.form_classes is not None:
            at = np.flatnonzero(listed >= 0)
            memory.places.learn(memory.count + at, lexicon.form_classes[listed[at]])
        memory.table.insert(tokens.hashes[examples], np.arange(memory.count, here.stop))
        memory.count = here.stop


def _one_ahead(chunks: Iterator[ChunkSums]) -> Iterator[ChunkSums]:
    """The same chunks, each made by another thread, if there can be one, while the one before it is used."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, "appealnlp-scores") as thread:
        try:
            coming = thread.submit(next, chunks, None)
        except RuntimeError:  # the system allows no more threads, or Python is ending
            yield from chunks
            return
        while (chunk := coming.result()) is not None:
            coming = thread.submit(next, chunks, None)
            yield chunk


def _examples(hashes: npt.NDArray[np.uint64]) -> I64:
    """Number of the first token of each form, the most frequent form first: rows often asked for lie side by side."""
    _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    examples: I64 = first[np.argsort(-counts, kind="stable")]
    return examples


def _row_sums(numbers: npt.NDArray[np.integer], bounds: I64, rows: Integers) -> Integers:
    """Sum of ``rows[numbers[bounds[i]:bounds[i + 1]]]`` for each i: a sparse product, many times faster than numpy."""
    from scipy.sparse import csr_array

    ones = np.ones(len(numbers), rows.dtype)
    sums: Integers = csr_array((ones, numbers, bounds), shape=(len(bounds) - 1, len(rows))) @ rows
    return sums


def _long_sums(numbers: npt.NDArray[np.integer], bounds: I64, rows: Integers, peaks: I64, chosen: Bools) -> I64:
    """`_row_sums` of the chosen runs in 64 bits: they are cut into pieces whose sums cannot overflow.

    :param peaks: the largest absolute value in ``rows[number]`` of each number.
    """
    lengths = np.diff(bounds)
    at = np.flatnonzero(np.repeat(chosen, lengths))
    ends = np.append(0, np.cumsum(lengths[chosen]))
    peaks = peaks[at]
    before = np.append(0, np.cumsum(peaks))
    so_far = before[:-1] - np.repeat(before[ends[:-1]], lengths[chosen])
    piece = so_far // max(1, int(np.iinfo(rows.dtype).max) - int(peaks.max(initial=0)))
    begins = np.append(True, piece[1:] != piece[:-1])[: len(at)]
    begins[ends[:-1][ends[:-1] < len(at)]] = True
    starts = np.flatnonzero(begins)
    sums = _row_sums(numbers[at], np.append(starts, len(at)), rows)
    return _sum_runs(sums, np.searchsorted(starts, ends))


def _sum_runs(values: npt.NDArray[np.integer], bounds: I64) -> I64:
    """Sum of ``values[bounds[i]:bounds[i + 1]]`` for each i; of two columns each by itself."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]), np.int64)
    np.cumsum(values, axis=0, out=sums[1:])
    return np.diff(sums[bounds], axis=0)
