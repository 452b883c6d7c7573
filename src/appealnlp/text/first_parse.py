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
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

__all__ = ["FirstParse", "Readings"]

_LETTERS = re.compile("[а-яё]{2,}")
_TWO_PARTS = re.compile("[а-яё]+-[а-яё]+")
LONGEST_PREFIX, SHORTEST_REST = 5, 3
"""Letters of an unknown prefix, and of the dictionary word behind it."""
ENDINGS = 1 << 16
"""How many endings are remembered before the memory is emptied."""
PARTS = 1 << 14
"""The same of words beside a hyphen."""


Readings = tuple[tuple[Any, float], ...]
"""Tag and score of each parse, the most probable first."""


class _Suffix(NamedTuple):
    """One way to read a word by its ending: the ending as the dictionary writes it, paradigm and number of the form."""

    score: float
    tag: Any
    suffix: str
    paradigm: int
    number: int


class _Ending(NamedTuple):
    """How all words with an ending are read, the most probable way first."""

    ways: list[_Suffix]
    readings: Readings


class _Part(NamedTuple):
    """A parse of a word beside a hyphen; without an ``entry`` of the dictionary the spelling is the normal form."""

    score: float
    tag: Any
    spelling: str
    entry: tuple[int, int] | None = None


class FirstParse:
    """First parses by an analyser.

    :param analyzer: a ``pymorphy3.MorphAnalyzer``.
    """

    def __init__(self, analyzer: Any) -> None:
        self._analyzer = analyzer
        self._endings: dict[str, _Ending | None] = {}
        self._parts: dict[str, list[_Part]] = {}
        self._features: dict[Any, Any] = {}
        try:
            from pymorphy3.units import abbreviations, by_hyphen, by_shape
            from pymorphy3.units.by_analogy import KnownPrefixAnalyzer, KnownSuffixAnalyzer, UnknownPrefixAnalyzer
            from pymorphy3.units.by_lookup import DictionaryAnalyzer

            units = [unit for unit, _ in analyzer._units]
            kinds = list(map(type, units))
            self._dictionary = analyzer.dictionary
            self._has_probabilities = analyzer.prob_estimator.p_t_given_w.has_keys_with_prefix
            self._probability = analyzer.prob_estimator.p_t_given_w.prob
            guess = kinds.index(UnknownPrefixAnalyzer)
            before = [unit for unit, _ in analyzer._units[:guess]]
            self._before = before
            # Of words of Cyrillic letters alone those that look for hyphens, digits, signs, Latin letters and initials
            # say nothing.
            odd = (by_hyphen.__name__, by_shape.__name__, abbreviations.__name__)
            telling = [unit for unit in before if type(unit).__module__ not in odd]
            self._known_prefix = telling[1]
            particle, adverb, two_words = (
                unit
                for unit in before
                if type(unit)
                in (
                    by_hyphen.HyphenSeparatedParticleAnalyzer,
                    by_hyphen.HyphenAdverbAnalyzer,
                    by_hyphen.HyphenatedWordsAnalyzer,
                )
            )
            self._particle_multiplier, self._without_particle = particle.score_multiplier, particle.possible_splits
            self._adverb_score, self._adverb_tag = adverb.score_multiplier, adverb._tag
            self._is_adverb, self._is_pair = adverb.should_parse, two_words._should_parse
            self._pair_multiplier, self._similar = two_words.score_multiplier, two_words._similarity_features
            self._by_prefix_multiplier = units[guess].score_multiplier
            self._substitutes = analyzer.char_substitutes
            self._suffixes = units[guess + 1]
            self._prefixes = tuple(prefix for _, prefix in self._suffixes._paradigm_prefixes if prefix)
            self._splits = self._suffixes._prediction_splits
            ((_, _, self._without_prefix),) = self._suffixes._possible_prefixes("")
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
        found = self._first(word) if self._possible else None
        return str(self._analyzer.parse(word)[0].normal_form) if found is None else found

    def readings(self, word: str) -> tuple[bool, Readings]:
        """Whether the dictionary has a word in lower case, and tag and score of each of its parses."""
        if self._possible and _LETTERS.fullmatch(word):
            tags = [self._dictionary.build_tag_info(*entry) for _, some in self._entries(word) for entry in some]
            if tags:
                scores = self._scores(word, tags)
                order = sorted(range(len(tags)), key=lambda at: -scores[at])
                return True, tuple((tags[at], scores[at]) for at in order)
            if not self._has_probabilities(word + ":"):
                parses = self._known_prefix.parse(word, word, set())
                if parses:
                    return False, _shares([(score, tag) for _, tag, _, score, _ in parses])
                seen: set[tuple[str, int, int]] = set()
                behind = [
                    (self._by_prefix_multiplier, tag)
                    for prefix, spelling, tag, (paradigm, _) in self._behind_prefixes(word)
                    if _new((prefix + spelling, id(tag), paradigm), seen)
                ]
                ending = self._ending(word)
                if behind:
                    ways = [] if ending is None else ending.ways
                    others = (way for way in ways if _new((_ended(word, way), id(way.tag), way.paradigm), seen))
                    return False, _shares([*behind, *((way.score, way.tag) for way in others)])
                if ending is not None:
                    return False, ending.readings
        if self._possible and self._is_unlisted_pair(word):
            pairs = [(score, tag) for score, tag, _, _ in self._pairs(word)]
            if pairs:
                return False, _shares(pairs)
        parses = self._analyzer.parse(word)
        return parses[0].is_known, tuple((parse.tag, parse.score) for parse in parses)

    def _entries(self, word: str) -> list[tuple[str, list[tuple[int, int]]]]:
        """What the dictionary has of a word: spellings, each with numbers of paradigms and of forms in them."""
        found: list[tuple[str, list[tuple[int, int]]]] = self._dictionary.words.similar_items(word, self._substitutes)
        return found

    def _scores(self, word: str, tags: list[Any]) -> list[float]:
        """How probable each tag of a dictionary word is; all are equal where nothing is known."""
        if self._has_probabilities(word + ":"):
            scores = [self._probability(word, tag) for tag in tags]
            if any(scores):
                return scores
        return [1.0 / len(tags)] * len(tags)

    def _first(self, word: str) -> str | None:
        """The normal form of the first parse, ``None`` if the plain way must tell."""
        if not _LETTERS.fullmatch(word):
            if self._has_probabilities(word + ":"):
                return None
            if self._is_unlisted_pair(word):
                return self._hyphenated(word) or self._by_prefix(word)
            for unit in self._before:
                parses = unit.parse(word, word, set())
                if parses:
                    return str(parses[0][2])
            return self._unlisted(word)
        known = self._entries(word)
        if not known:
            return None if self._has_probabilities(word + ":") else self._by_prefix(word)
        spelling, entry = known[0][0], known[0][1][0]
        if self._has_probabilities(word + ":"):
            entries = [(spelling, entry) for spelling, some in known for entry in some]
            scores = self._scores(word, [self._dictionary.build_tag_info(*entry) for _, entry in entries])
            spelling, entry = entries[scores.index(max(scores))]
        return str(self._dictionary.build_normal_form(*entry, spelling))

    def _is_unlisted_pair(self, word: str) -> bool:
        return bool(_TWO_PARTS.fullmatch(word)) and not (self._entries(word) or self._has_probabilities(word + ":"))

    def _hyphenated(self, word: str) -> str | None:
        """The normal form of two parts with a hyphen, ``None`` if pymorphy3 does not read them so."""
        for rest, particle in self._without_particle(word):
            return self.normal_form(rest) + str(particle)
        for _, _, left, right in self._pairs(word):
            return "-".join(
                part if isinstance(part, str) else self._normal_form_of(part) for part in (left, right) if part
            )
        return None

    def _pairs(self, word: str) -> Iterator[tuple[float, Any, _Part | str, _Part | str]]:
        """Parses of two parts with a hyphen: score, tag, and the parts: parses, or text that does not change.

        A particle is behind the hyphen («смотри-ка»), or it is an adverb («по-летнему»), or both parts change alike
        («команд-участниц»), or the left one never changes («интернет-магазин»); in this order.
        """
        for rest, particle in self._without_particle(word):
            for part in self._parts_of(rest):
                yield part.score * self._particle_multiplier, part.tag, part, particle[1:]
            return
        if self._is_adverb(word):
            yield self._adverb_score, self._adverb_tag, word, ""
        elif self._is_pair(word):
            yield from self._two(word)

    def _two(self, word: str) -> Iterator[tuple[float, Any, _Part | str, _Part | str]]:
        left, _, right = word.partition("-")
        ends = self._parts_of(right)
        features = [self._features_of(end.tag) for end in ends]
        for begin in self._parts_of(left):
            if not begin.tag._is_unknown():
                own = self._features_of(begin.tag)
                for end, others in zip(ends, features, strict=True):
                    if own == others:
                        yield begin.score * self._pair_multiplier, begin.tag, begin, end
        for end in ends:
            if not end.tag._is_unknown():
                yield end.score * self._pair_multiplier, end.tag, left, end

    def _parts_of(self, word: str) -> list[_Part]:
        """All parses of a word beside a hyphen, the most probable first."""
        found = self._parts.get(word)
        if found is None:
            known = [(spelling, entry) for spelling, some in self._entries(word) for entry in some]
            if known and _LETTERS.fullmatch(word):
                tags = [self._dictionary.build_tag_info(*entry) for _, entry in known]
                parts = [
                    _Part(score, tag, *of) for score, tag, of in zip(self._scores(word, tags), tags, known, strict=True)
                ]
                found = sorted(parts, key=lambda part: -part.score)
            else:
                found = [_Part(parse.score, parse.tag, parse.normal_form) for parse in self._analyzer.parse(word)]
            if len(self._parts) >= PARTS:
                self._parts = {}
            self._parts[word] = found
        return found

    def _normal_form_of(self, part: _Part) -> str:
        return (
            part.spelling if part.entry is None else str(self._dictionary.build_normal_form(*part.entry, part.spelling))
        )

    def _features_of(self, tag: Any) -> Any:
        """What two words must have in common to be changed alike."""
        found = self._features.get(tag)
        if found is None:
            found = self._features[tag] = self._similar(tag)
        return found

    def _by_prefix(self, word: str) -> str | None:
        for prefix, rest in self._known_prefix.possible_splits(word):
            found = self._productive(rest)
            if found is not None:
                return f"{prefix}{found}"
        return self._unlisted(word)

    def _unlisted(self, word: str) -> str | None:
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
            found = None if known else self._by_prefix(word)  # productive, if there is one
            if known or found is not None:
                return found
        for parse in self._analyzer.parse(word):
            if parse.tag.is_productive():
                return str(parse.normal_form)
        return None

    def _behind_prefixes(self, word: str) -> Iterator[tuple[str, str, Any, tuple[int, int]]]:
        """Dictionary words behind an unknown prefix: that prefix, spelling, tag, numbers of paradigm and form."""
        for length in range(1, 1 + min(LONGEST_PREFIX, len(word) - SHORTEST_REST)):
            for spelling, entries in self._entries(word[length:]):
                for entry in entries:
                    tag = self._dictionary.build_tag_info(*entry)
                    if tag.is_productive():
                        yield word[:length], spelling, tag, entry

    def _behind_a_prefix(self, word: str) -> str | None:
        for prefix, spelling, _, entry in self._behind_prefixes(word):
            return prefix + str(self._dictionary.build_normal_form(*entry, spelling))
        return None

    def _by_ending(self, word: str) -> str | None:
        ending = self._ending(word)
        if ending is None:
            return None
        first = ending.ways[0]
        return str(self._dictionary.build_normal_form(first.paradigm, first.number, _ended(word, first)))

    def _ending(self, word: str) -> _Ending | None:
        if len(word) < self._shortest:
            return None
        if word.startswith(self._prefixes):  # several lists of endings may tell
            return _whole(self._endings_of(word))
        for length in self._splits:
            ending = word[-length:]
            try:
                found = self._endings[ending]
            except KeyError:
                some = self._without_prefix.similar_items(ending, self._substitutes)
                found = _whole(self._endings_of(word, (length,))) if some else None
                if len(self._endings) >= ENDINGS:
                    self._endings = {}
                self._endings[ending] = found
            if found is not None:
                return found
        return None

    def _endings_of(self, word: str, lengths: Sequence[int] | None = None) -> list[_Suffix]:
        """How a word is read by its ending, as pymorphy3's ``KnownSuffixAnalyzer`` does, the most probable first.

        :param lengths: of the endings to look at, all if not given.
        """
        seen: set[tuple[str, int, int]] = set()
        found: list[tuple[int, int, Any, str, int, int]] = []
        totals: dict[int, int] = {}
        for prefix, _, endings in self._suffixes._possible_prefixes(word):
            totals[prefix] = 1
            for length in lengths or self._splits:
                for suffix, entries in endings.similar_items(word[-length:], self._substitutes):
                    for count, paradigm, number in entries:
                        tag = self._dictionary.build_tag_info(paradigm, number)
                        if tag.is_productive():
                            totals[prefix] += count
                            if _new((word[:-length] + suffix, id(tag), paradigm), seen):
                                found.append((count, prefix, tag, suffix, paradigm, number))
                if totals[prefix] > 1:
                    break
        multiplier = self._suffixes.score_multiplier
        scored = [_Suffix(count / totals[prefix] * multiplier, *rest) for count, prefix, *rest in found]
        return sorted(scored, key=lambda each: -each.score)


def _new(parse: tuple[str, int, int], seen: set[tuple[str, int, int]]) -> bool:
    """Whether a parse (word, tag, paradigm) was not seen before; now it is."""
    if parse in seen:
        return False
    seen.add(parse)
    return True


def _ended(word: str, way: _Suffix) -> str:
    """A word with its ending as the dictionary writes it."""
    return word[: -len(way.suffix)] + way.suffix


def _whole(found: list[_Suffix]) -> _Ending | None:
    return _Ending(found, _shares([(each.score, each.tag) for each in found])) if found else None


def _shares(parses: list[tuple[float, Any]]) -> Readings:
    """Readings whose scores add up to 1."""
    share = 1.0 / sum(score for score, _ in parses) if parses else 0.0
    return tuple((tag, score * share) for score, tag in parses)
