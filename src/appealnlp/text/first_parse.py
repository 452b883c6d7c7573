"""Parses of words that the dictionary or its statistics lack, faster than pymorphy3 gives them.

pymorphy3 lists every way to read a word, which for a word that its dictionary lacks costs some fifty microseconds; a
lemma needs the first way only, and words with one ending are all read alike. `FirstParse.normal_form` equals
``parse(word)[0].normal_form`` and `FirstParse.readings` tells the tags and scores of ``parse(word)`` (the plain
references; tests compare them). The rules are those of M. Korobov, "Morphological Analyzer and Generator for Russian
and Ukrainian Languages", 2015; the parts of pymorphy3 that are asked for them are not public, so where one is missing or
different the plain way is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

__all__ = ["FirstParse", "Readings"]

_LETTERS = re.compile("[а-яё]{2,}")
LONGEST_PREFIX, SHORTEST_REST = 5, 3
"""Letters of an unknown prefix, and of the dictionary word behind it."""
ENDINGS = 1 << 16
"""How many endings are remembered before the memory is emptied."""


Readings = tuple[tuple[Any, float], ...]
"""Tag and score of each parse, the most probable first."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """How words with an ending are read: letters of the first parse's ending, that ending as the dictionary writes it,
    paradigm and number of the form in it, and all readings."""

    length: int
    suffix: str
    paradigm: int
    number: int
    readings: Readings


class FirstParse:
    """First parses by an analyser.

    :param analyzer: a ``pymorphy3.MorphAnalyzer``.
    """

    def __init__(self, analyzer: Any) -> None:
        self._analyzer = analyzer
        self._endings: dict[tuple[str, tuple[str, ...]], _Ending | None] = {}
        try:
            from pymorphy3.units import abbreviations, by_hyphen, by_shape
            from pymorphy3.units.by_analogy import KnownPrefixAnalyzer, KnownSuffixAnalyzer, UnknownPrefixAnalyzer
            from pymorphy3.units.by_lookup import DictionaryAnalyzer

            units = [unit for unit, _ in analyzer._units]
            kinds = list(map(type, units))
            self._dictionary = analyzer.dictionary
            self._has_probabilities = analyzer.prob_estimator.p_t_given_w.has_keys_with_prefix
            guess = kinds.index(UnknownPrefixAnalyzer)
            before = [unit for unit, _ in analyzer._units[:guess]]
            self._before = before
            # Of words of Cyrillic letters alone those that look for hyphens, digits, signs, Latin letters and initials
            # say nothing.
            odd = (by_hyphen.__name__, by_shape.__name__, abbreviations.__name__)
            telling = [unit for unit in before if type(unit).__module__ not in odd]
            self._known_prefix = telling[1]
            self._substitutes = analyzer.char_substitutes
            self._suffixes = units[guess + 1]
            self._prefixes = [prefix for _, prefix in self._suffixes._paradigm_prefixes if prefix]
            self._longest = max(self._suffixes._prediction_splits)
            self._shortest = self._suffixes.min_word_length
            self._possible = (
                list(map(type, telling)) == [DictionaryAnalyzer, KnownPrefixAnalyzer]
                and kinds[guess + 1] is KnownSuffixAnalyzer
                and not analyzer._units[guess][1]
            )
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

    def readings(self, word: str) -> tuple[bool, Readings]:
        """Whether the dictionary has a word in lower case, and tag and score of each of its parses."""
        if self._possible and _LETTERS.fullmatch(word) and not self._has_probabilities(word + ":"):
            entries = [entry for _, some in self._entries(word) for entry in some]
            if entries:
                return True, tuple((self._dictionary.build_tag_info(*entry), 1.0 / len(entries)) for entry in entries)
            if not self._known_prefix.parse(word, word, set()) and not self._behind_a_prefix(word):
                ending = self._ending(word)
                if ending is not None:
                    return False, ending.readings
        parses = self._analyzer.parse(word)
        return parses[0].is_known, tuple((parse.tag, parse.score) for parse in parses)

    def _entries(self, word: str) -> list[tuple[str, list[tuple[int, int]]]]:
        """What the dictionary has of a word: spellings, each with numbers of paradigms and of forms in them."""
        found: list[tuple[str, list[tuple[int, int]]]] = self._dictionary.words.similar_items(word, self._substitutes)
        return found

    def _of_unseen(self, word: str) -> str | None:
        """The normal form of a word for which there are no probabilities, so that the first parse found is the first."""
        if not _LETTERS.fullmatch(word):
            for unit in self._before:
                parses = unit.parse(word, word, set())
                if parses:
                    return str(parses[0][2])
        else:
            for spelling, (first, *_) in self._entries(word):
                return str(self._dictionary.build_normal_form(*first, spelling))
            for prefix, rest in self._known_prefix.possible_splits(word):
                found = self._productive(rest)
                if found is not None:
                    return f"{prefix}{found}"
        return self._behind_a_prefix(word) or self._by_ending(word)

    def _productive(self, word: str) -> str | None:
        """The normal form of a word's first parse as a part of speech that new words can belong to."""
        dictionary = self._dictionary
        if _LETTERS.fullmatch(word) and not self._has_probabilities(word + ":"):
            known = self._entries(word)
            for spelling, entries in known:
                for entry in entries:
                    if dictionary.build_tag_info(*entry).is_productive():
                        return str(dictionary.build_normal_form(*entry, spelling))
            if known:
                return None
        for parse in self._analyzer.parse(word):
            if parse.tag.is_productive():
                return str(parse.normal_form)
        return None

    def _behind_a_prefix(self, word: str) -> str | None:
        dictionary = self._dictionary
        for length in range(1, 1 + min(LONGEST_PREFIX, len(word) - SHORTEST_REST)):
            for spelling, entries in self._entries(word[length:]):
                for paradigm, number in entries:
                    if dictionary.build_tag_info(paradigm, number).is_productive():
                        return word[:length] + str(dictionary.build_normal_form(paradigm, number, spelling))
        return None

    def _by_ending(self, word: str) -> str | None:
        ending = self._ending(word)
        if ending is None:
            return None
        fixed: str = word[: -ending.length] + ending.suffix
        return str(self._dictionary.build_normal_form(ending.paradigm, ending.number, fixed))

    def _ending(self, word: str) -> _Ending | None:
        if len(word) < self._shortest:
            return None
        key = word[-self._longest :], tuple(prefix for prefix in self._prefixes if word.startswith(prefix))
        if key not in self._endings:
            if len(self._endings) >= ENDINGS:
                self._endings = {}
            self._endings[key] = self._read(word)
        return self._endings[key]

    def _read(self, word: str) -> _Ending | None:
        parses = self._suffixes.parse(word, word, set())
        if not parses:
            return None
        (_, _, paradigm, number), (_, suffix) = parses[0][4]
        share = 1.0 / sum(score for _, _, _, score, _ in parses)
        readings = tuple((tag, score * share) for _, tag, _, score, _ in parses)
        return _Ending(len(suffix), suffix, paradigm, number, readings)
