"""The lemma of a word's first parse, without working out the other parses.

pymorphy3 lists every way to read a word, which for a word that its dictionary lacks costs some fifty microseconds; a
lemma needs the first way only. `FirstParse.normal_form` equals ``parse(word)[0].normal_form`` (the plain reference;
tests compare the two). It stops at the first prefix behind which a dictionary word stands, and remembers for an ending
how words with that ending are inflected. The rules are those of M. Korobov, "Morphological Analyzer and Generator for
Russian and Ukrainian Languages", 2015; the parts of pymorphy3 that are asked for them are not public, so where one is
missing or different the plain way is taken.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["FirstParse"]

_LETTERS = re.compile("[а-яё]+")
ENDINGS = 1 << 16
"""How many endings are remembered before the memory is emptied."""


class FirstParse:
    """First parses by an analyser.

    :param analyzer: a ``pymorphy3.MorphAnalyzer``.
    """

    def __init__(self, analyzer: Any) -> None:
        self._analyzer = analyzer
        self._endings: dict[tuple[str, tuple[str, ...]], tuple[int, str, int, int] | None] = {}
        try:
            from pymorphy3.units import by_hyphen, by_shape
            from pymorphy3.units.by_analogy import KnownSuffixAnalyzer, UnknownPrefixAnalyzer

            units = [unit for unit, _ in analyzer._units]
            kinds = list(map(type, units))
            self._dictionary = analyzer.dictionary
            self._has_probabilities = analyzer.prob_estimator.p_t_given_w.has_keys_with_prefix
            self._known = units[0]
            guess = kinds.index(UnknownPrefixAnalyzer)
            before = [unit for unit, _ in analyzer._units[:guess]]
            self._before = before
            # Of a word of Cyrillic letters alone those that look for hyphens, digits, signs and Latin letters say nothing.
            odd = (by_hyphen.__name__, by_shape.__name__)
            self._before_letters = [unit for unit in before if type(unit).__module__ not in odd]
            self._suffixes = units[guess + 1]
            self._prefixes = [prefix for _, prefix in self._suffixes._paradigm_prefixes if prefix]
            self._longest = max(self._suffixes._prediction_splits)
            self._shortest = self._suffixes.min_word_length
            self._possible = kinds[guess + 1] is KnownSuffixAnalyzer and not analyzer._units[guess][1]
        except (ImportError, AttributeError, ValueError, IndexError, TypeError):
            self._possible = False

    def normal_form(self, word: str) -> str:
        """``parse(word)[0].normal_form`` of a word in lower case."""
        if self._possible and not self._has_probabilities(word + ":"):
            found = self._of_unseen(word)
            if found is not None:
                return found
        normal_form: str = self._analyzer.parse(word)[0].normal_form
        return normal_form

    def _of_unseen(self, word: str) -> str | None:
        """The normal form of a word for which there are no probabilities, so that the first parse found is the first."""
        normal_form: str
        for unit in self._before_letters if _LETTERS.fullmatch(word) else self._before:
            parses = unit.parse(word, word, set())
            if parses:
                normal_form = parses[0][2]
                return normal_form
        return self._behind_a_prefix(word) or self._by_ending(word)

    def _behind_a_prefix(self, word: str) -> str | None:
        from pymorphy3.utils import word_splits

        for prefix, rest in word_splits(word):
            for _, tag, normal_form, _, _ in self._known.parse(rest, rest, set()):
                if tag.is_productive():
                    return f"{prefix}{normal_form}"
        return None

    def _by_ending(self, word: str) -> str | None:
        if len(word) < self._shortest:
            return None
        key = word[-self._longest :], tuple(prefix for prefix in self._prefixes if word.startswith(prefix))
        if key not in self._endings:
            if len(self._endings) >= ENDINGS:
                self._endings = {}
            self._endings[key] = self._inflection(word)
        inflection = self._endings[key]
        if inflection is None:
            return None
        length, suffix, paradigm, number = inflection
        return str(self._dictionary.build_normal_form(paradigm, number, word[:-length] + suffix))

    def _inflection(self, word: str) -> tuple[int, str, int, int] | None:
        """Letters of the ending, the ending as the dictionary writes it, paradigm and number of the form in it."""
        parses = self._suffixes.parse(word, word, set())
        if not parses:
            return None
        (_, _, paradigm, number), (_, suffix) = parses[0][4]
        return len(suffix), suffix, paradigm, number
