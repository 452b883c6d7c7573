"""From word forms to the features that topics and urgency are learned on.

A message is a bag of what its words contribute: the lemma of each word, the prefixes of three to six letters of each
word form (they do what character n-grams do, and are a property of the form), and pairs of adjacent lemmas. A `Lexicon`
numbers the features: lemmas first, then prefixes, then pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
import numpy.typing as npt

from .text.chunks import HashTable, form_hash, form_hashes
from .text.lemmas import Lemmatizer, mend
from .text.markup import clean
from .text.tokens import iter_forms

__all__ = ["PREFIX_LENGTHS", "FormFeatures", "Lexicon", "prefixes"]

PREFIX_LENGTHS = (3, 4, 5, 6)


def prefixes(form: str) -> list[str]:
    """The prefixes of a mended word form that count as features; numbers have none.

    >>> prefixes("отопления"), prefixes("вода"), prefixes("2025")
    (['ото', 'отоп', 'отопл', 'отопле'], ['вод'], [])
    """
    return [] if form[0].isdigit() else [form[:length] for length in PREFIX_LENGTHS if len(form) > length]


@dataclass(frozen=True, slots=True)
class FormFeatures:
    """What one word form contributes: number of its lemma (-1 if unknown to the lexicon) and all its feature numbers."""

    lemma: int
    features: tuple[int, ...]


@dataclass(frozen=True)
class Lexicon:
    """Numbers for lemmas, prefixes and lemma pairs, and a compiled table of word forms in front of pymorphy3.

    :param lemmas: feature *i* is lemma ``lemmas[i]``.
    :param prefixes: feature ``len(lemmas) + i`` is prefix ``prefixes[i]``.
    :param pairs: shape ``(n, 2)``; feature ``len(lemmas) + len(prefixes) + i`` is the lemma pair ``pairs[i]`` (numbers
        of lemmas).
    :param form_keys: sorted `form_hash` of word forms whose lemma is known, ``uint64``.
    :param form_lemmas: their lemma numbers.
    :param form_classes: what each can be in a place, shape ``(forms, 2)``, as `appealnlp.places.classes.classes_of`
        tells; ``None`` if that is not known.
    """

    lemmas: Sequence[str]
    prefixes: Sequence[str]
    pairs: npt.NDArray[np.int32]
    form_keys: npt.NDArray[np.uint64]
    form_lemmas: npt.NDArray[np.integer]
    form_classes: npt.NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.lemmas) + len(self.prefixes) + len(self.pairs)

    @cached_property
    def lemma_numbers(self) -> dict[str, int]:
        """Lemma -> its number."""
        return dict(zip(self.lemmas, count()))

    @cached_property
    def prefix_features(self) -> dict[str, int]:
        """Prefix -> its feature number."""
        return dict(zip(self.prefixes, count(len(self.lemmas))))

    @cached_property
    def pair_features(self) -> dict[tuple[int, int], int]:
        """Pair of lemma numbers -> its feature number."""
        first = len(self.lemmas) + len(self.prefixes)
        return dict(zip(zip(*self.pairs.T.tolist(), strict=True), count(first)))

    @cached_property
    def lemmatizer(self) -> Lemmatizer:
        """Lemmas of this lexicon's forms from its table, of all others from pymorphy3."""
        return Lemmatizer(self._table_lemma)

    def find_forms(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        """Where in the compiled table some forms are, -1 for those that it lacks.

        :param hashes: `form_hash` of each.
        """
        if not len(self.form_keys):
            return np.full(len(hashes), -1, np.int64)
        places = np.searchsorted(self.form_keys, hashes)
        np.minimum(places, len(self.form_keys) - 1, out=places)
        places[self.form_keys[places] != hashes] = -1
        return places

    def lemmas_of_forms(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Numbers of the lemmas of some forms, -1 for those that the table lacks."""
        places = self.find_forms(hashes)
        return np.where(places >= 0, np.append(self.form_lemmas, 0)[places], -1).astype(np.int32)

    @cached_property
    def prefix_table(self) -> HashTable:
        """Hash of a prefix -> its feature number."""
        table = HashTable(len(self.prefixes))
        table.insert(form_hashes(self.prefixes), np.arange(len(self.prefixes)) + len(self.lemmas))
        return table

    @cached_property
    def pair_table(self) -> HashTable:
        """`pair_keys` of a lemma pair -> its position in ``pairs``."""
        table = HashTable(len(self.pairs))
        table.insert(pair_keys(self.pairs[:, 0], self.pairs[:, 1]), np.arange(len(self.pairs)))
        return table

    def _table_lemma(self, form: str) -> str | None:
        place = self._place(form)
        return None if place < 0 else self.lemmas[int(self.form_lemmas[place])]

    def name_class(self, form: str) -> int:
        """`appealnlp.places.classes.name_class` of a form, 0 if the table does not know it."""
        place = -1 if self.form_classes is None else self._place(form)
        return 0 if place < 0 or self.form_classes is None else int(self.form_classes[place, 1])

    def _place(self, form: str) -> int:
        """Where in the table a form is, -1 if it is not there."""
        try:
            key = np.uint64(form_hash(form))
        except KeyError:  # a letter outside the table's alphabet
            return -1
        place = int(np.searchsorted(self.form_keys, key))
        return place if place < len(self.form_keys) and self.form_keys[place] == key else -1

    def of_form(self, form: str) -> FormFeatures:
        """What one folded form contributes."""
        lemma = self.lemma_numbers.get(self.lemmatizer.lemma(form), -1)
        found = [self.prefix_features[prefix] for prefix in prefixes(mend(form)) if prefix in self.prefix_features]
        return FormFeatures(lemma, (lemma, *found) if lemma >= 0 else tuple(found))

    def of_text(self, text: str) -> list[int]:
        """All features of one message, once for each occurrence (the plain reference)."""
        found: list[int] = []
        previous = -1
        for form, _, _ in iter_forms(clean(text)[0]):
            here = self.of_form(form)
            found += here.features
            if previous >= 0 and here.lemma >= 0:
                pair = self.pair_features.get((previous, here.lemma))
                if pair is not None:
                    found.append(pair)
            previous = here.lemma
        return found


def pair_keys(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    """One well-mixed 64-bit key for each pair of lemma numbers."""
    keys = left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64)
    keys = (keys + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    keys ^= keys >> np.uint64(32)
    keys *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(keys)
