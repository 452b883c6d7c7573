"""Which named situations a message tells of.

`find` is the plain way, for one message: a caller that has its concept mask at hand (the lemmas' masks, or-ed together)
passes it. `appealnlp.urgency.many` does the same for a chunk of messages.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..result import Reason
from ..text import Document, Token
from .concepts import message_mask
from .guards import Scene
from .hazards import RULES
from .norms import Norms
from .patterns import Positions
from .rules import Rule
from .scale import rank

__all__ = ["LONGEST_DURATION", "find", "is_count", "is_unit", "quoting", "strength"]

_LONGEST_QUOTE = 90

LONGEST_DURATION = 4
"""Words of a duration that are quoted with the match behind it."""
_DURATION_UNITS = frozenset({"день", "сутки", "неделя", "месяц", "час", "год", "ночь"})
_DURATION_WORDS = frozenset(["уже", "почти", "больше", "более", "целый", "весь", "около", "вторые", "третьи"])
_ORDINALS = (
    "перв",
    "втор",
    "трет",
    "четверт",
    "пят",
    "шест",
    "седьм",
    "восьм",
    "девят",
    "десят",
    "двое",
    "трое",
    "два",
    "две",
    "три",
)


def _index() -> dict[int, list[tuple[int, int]]]:
    """Masks and the numbers of their rules by one bit of each mask: the one that the fewest masks ask for."""
    pairs = [(mask, number) for number, rule in enumerate(RULES) for mask in rule.required]
    index: dict[int, list[tuple[int, int]]] = {}
    for mask, number in pairs:
        bits = [1 << place for place in range(mask.bit_length()) if mask >> place & 1]
        rarest = min(bits, key=lambda bit: sum(bool(other & bit) for other, _ in pairs))
        index.setdefault(rarest, []).append((mask, number))
    return index


_INDEX = _index()


def _candidates(mask: int) -> list[Rule]:
    """The rules that can fire on a message with this concept mask, in the order of the table."""
    found: set[int] = set()
    rest = mask
    while rest:
        lowest = rest & -rest
        rest ^= lowest
        for required, number in _INDEX.get(lowest, ()):
            if mask & required == required:
                found.add(number)
    return [RULES[number] for number in sorted(found)]


def find(
    document: Document, mask: int | None = None, *, month: int | None = None, norms: Norms | None = None
) -> list[Reason]:
    """Situations named in a message, the most urgent first; of one level those with the shorter norm first.

    :param document: the preprocessed message.
    :param mask: its concept mask, if known (`appealnlp.urgency.concepts.concept_mask` of every lemma, or-ed).
    :param month: month in which it was written (1..12), if known: off season nobody is alarmed by a cold radiator.
    :param norms: where the norms of the rules are looked up; without it reasons carry none.
    """
    if mask is None:
        mask = message_mask(document.lemmas)
    rules = _candidates(mask)
    if not rules:
        return []
    scene, positions = Scene(document), Positions(document.tokens)
    reasons = []
    for rule in rules:
        if rule.in_season(month):
            match = rule.first_match(scene, positions, mask)
            if match is not None:
                reasons.append(_reason(rule, document, match, norms))
    return sorted(reasons, key=strength)


def strength(reason: Reason) -> tuple[int, float]:
    """For sorting: the most urgent first, of one level those with the shorter norm."""
    hours = reason.norm.hours if reason.norm is not None else None
    return -rank(reason.level), float("inf") if hours is None else hours


def _reason(rule: Rule, document: Document, match: Sequence[int], norms: Norms | None) -> Reason:
    tokens = document.tokens
    numbers = [*_duration_before(tokens, match[0]), *match]
    places = [(tokens[number].start, tokens[number].end) for number in numbers]
    return quoting(rule, document.text, numbers, places, norms)


def quoting(
    rule: Rule, text: str, numbers: Sequence[int], places: Sequence[tuple[int, int]], norms: Norms | None
) -> Reason:
    """The reason that a rule gives with the words that it found.

    :param numbers: of the tokens, in order.
    :param places: where they stand in the text.
    """
    spans: list[tuple[int, int]] = []
    previous = -1
    for number, (start, end) in zip(numbers, places, strict=True):
        if number == previous + 1 and spans and text[spans[-1][1] : start].isspace():
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        previous = number
    whole = " ".join(text[spans[0][0] : spans[-1][1]].split())
    if len(whole) > _LONGEST_QUOTE or "<" in whole:
        whole = " … ".join(" ".join(text[start:end].split()) for start, end in spans)
    norm = norms.get(rule.norm) if norms is not None and rule.norm is not None else None
    return Reason(rule.name, rule.level, rule.title_ru, whole, tuple(spans), norm)


def _duration_before(tokens: Sequence[Token], first: int) -> list[int]:
    """«третий день», «уже 2 недели» directly before a match belong to the quote."""
    start = first
    if start and is_unit(tokens[start - 1].lemma):
        start -= 1
        while start and first - start < LONGEST_DURATION and is_count(tokens[start - 1].form, tokens[start - 1].lemma):
            start -= 1
    return list(range(start, first))


def is_unit(lemma: str) -> bool:
    """Whether a word is a measure of time («день»)."""
    return lemma in _DURATION_UNITS


def is_count(form: str, lemma: str) -> bool:
    """Whether a word may tell how many («2», «третий», «уже»)."""
    return form.isdigit() or lemma in _DURATION_WORDS or lemma.startswith(_ORDINALS)
