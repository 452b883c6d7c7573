"""Choose the features of a model: which lemmas, prefixes and lemma pairs, and the table of word forms in front."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..features import Lexicon, prefixes
from ..places.classes import classes_of
from ..text.chunks import form_hashes
from ..text.lemmas import Lemmatizer, is_name, lexeme, mend
from ..text.markup import clean
from ..text.tokens import iter_forms

__all__ = ["MINIMUM_MESSAGES", "build_lexicon", "count_matrix", "feature_numbers", "is_long_number"]

LONGEST_NUMBER = 4
MINIMUM_MESSAGES = 5
"""A string seen in fewer messages is not kept in a model: it could point to a person."""


def build_lexicon(texts: Iterable[str], further_lemmas: Iterable[str] = (), base: Lexicon | None = None) -> Lexicon:
    """Features from training messages: every lemma, prefix and pair of adjacent lemmas in at least five messages.

    Names of persons and places are left out, unless they are ordinary words too: persons for their privacy, places
    because a model must not know a region by its towns.

    :param texts: distinct messages.
    :param further_lemmas: lemmas the urgency rules ask for; they get a number and table entries, whatever their count.
    :param base: a lexicon whose features all come along (`feature_numbers` says where they are).
    """
    lemmatizer = Lemmatizer()
    lemma_counts: Counter[str] = Counter()
    prefix_counts: Counter[str] = Counter()
    pair_counts: Counter[tuple[str, str]] = Counter()
    form_counts: Counter[str] = Counter()
    for text in texts:
        forms = [form for form, _, _ in iter_forms(clean(text)[0])]
        lemmas = [lemmatizer.lemma(form) for form in forms]
        form_counts.update(set(forms))
        lemma_counts.update(set(lemmas))
        prefix_counts.update(
            {prefix for form in set(forms) if not is_name(mend(form)) for prefix in prefixes(mend(form))}
        )
        pair_counts.update(set(pairwise(lemmas)))
    learned = {
        lemma
        for lemma, count in lemma_counts.items()
        if count >= MINIMUM_MESSAGES and not is_name(lemma) and not is_long_number(lemma)
    }
    base_lemmas = [] if base is None else base.lemmas
    lemmas = [*sorted(learned), *sorted({*further_lemmas, *base_lemmas} - learned)]
    numbers = {lemma: number for number, lemma in enumerate(lemmas)}
    pairs = {
        (numbers[left], numbers[right])
        for (left, right), count in pair_counts.items()
        if count >= MINIMUM_MESSAGES and left in learned and right in learned
    }
    kept_prefixes = {prefix for prefix, count in prefix_counts.items() if count >= MINIMUM_MESSAGES}
    if base is not None:
        pairs |= {(numbers[base.lemmas[left]], numbers[base.lemmas[right]]) for left, right in base.pairs.tolist()}
        kept_prefixes |= set(base.prefixes)
    keys, values, classes = _form_table(
        lemmas, [form for form, count in form_counts.items() if count >= MINIMUM_MESSAGES]
    )
    return Lexicon(
        lemmas=lemmas,
        prefixes=sorted(kept_prefixes),
        pairs=np.array(sorted(pairs), np.int32).reshape(-1, 2),
        form_keys=keys,
        form_lemmas=values,
        form_classes=classes,
    )


def feature_numbers(base: Lexicon, lexicon: Lexicon) -> npt.NDArray[np.int64]:
    """For each feature of ``base`` its number in a lexicon that was built on it."""
    lemmas = [lexicon.lemma_numbers[lemma] for lemma in base.lemmas]
    prefixes_ = [lexicon.prefix_features[prefix] for prefix in base.prefixes]
    pairs = [lexicon.pair_features[lemmas[left], lemmas[right]] for left, right in base.pairs.tolist()]
    return np.array([*lemmas, *prefixes_, *pairs], np.int64)


def is_long_number(lemma: str) -> bool:
    """Five digits and more may be the number of a telephone, an account or a case."""
    return lemma.isdigit() and len(lemma) > LONGEST_NUMBER


def _form_table(
    lemmas: Sequence[str], seen_forms: Iterable[str]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Every dictionary form of the lemmas, and every common form of the messages, whose lemma is one of them.

    :return: hash, number of the lemma and `classes_of` each form.
    """
    lemmatizer = Lemmatizer(size=1 << 22)
    numbers = {lemma: number for number, lemma in enumerate(lemmas)}
    forms = {form for lemma in lemmas for form in lexeme(lemma)} | set(seen_forms) | set(lemmas)
    table = {
        form: numbers[lemma]
        for form in sorted(forms)
        if mend(form) == form and (lemma := lemmatizer.lemma(form)) in numbers
    }
    keys = form_hashes(list(table))
    values = np.fromiter(table.values(), np.int32, len(table))
    order = np.argsort(keys)
    if len(np.unique(keys)) < len(keys):
        raise AssertionError("two word forms share a 64-bit hash")
    classes = np.array([classes_of(form) for form in table], np.uint8).reshape(-1, 2)
    return keys[order], values[order], classes[order]


def count_matrix(lexicon: Lexicon, texts: Sequence[str]) -> object:
    """How often each feature occurs in each message: scipy CSR, shape ``(texts, features)``, float32."""
    from scipy.sparse import csr_matrix

    indices = array("i")  # a list of Python numbers would take nine times the memory
    pointers = array("q", [0])
    for text in texts:
        indices.extend(lexicon.of_text(text))
        pointers.append(len(indices))
    numbers, bounds = np.array(indices, np.int32), np.array(pointers, np.int64)
    counts = csr_matrix((np.ones(len(numbers), np.float32), numbers, bounds), shape=(len(texts), len(lexicon)))
    counts.sum_duplicates()
    return counts
