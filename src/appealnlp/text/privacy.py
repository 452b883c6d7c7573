"""Personal data out of a message: names, phones, e-mails, accounts, documents, cards and flats become masks.

Numbers and addresses are found by `identifiers`, names by rules (`names`) and, where its packages are installed, by a
network (`ner`). What is masked stays masked: masking again changes nothing. The house and the street stay, because
a message without a place is of no use; a masked text may still tell its neighbours who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..places import find_places
from . import preprocess
from .identifiers import MASKS, find_identifiers
from .markup import clean
from .names import NameFinder, merged
from .ner import find_persons

__all__ = ["MASKS", "find_personal", "mask", "mask_many", "mask_place", "mask_quotes", "without_masks"]

Span = tuple[int, int, str]

_MASKED = re.compile("|".join(map(re.escape, MASKS)))
_NAME = MASKS[0]
_QUOTE = re.compile("«[^»]*»")
_BLANK = "·"
_SEEN = re.compile(rf"[^\s{_BLANK}](?:[^{_BLANK}]*[^\s{_BLANK}])?")
_WORD = re.compile(r"[^\W\d_]{2,}")


def mask(text: str) -> str:
    """Replace personal data in a message.

    >>> mask("Иванова Мария Петровна, ул. Гагарина, д. 5, кв. 12, тел. 8 912 345-67-89")
    '[ИМЯ], ул. Гагарина, д. 5, кв. [КВАРТИРА], тел. [ТЕЛЕФОН]'
    """
    return mask_many([text])[0]


def mask_many(texts: Sequence[str]) -> list[str]:
    """Replace personal data in many messages; faster than one by one where the network is installed.

    :param texts: the messages as exported.
    :return: the masked messages, in order.
    """
    masked = list(texts)
    waiting = [number for number, text in enumerate(masked) if text and not text.isspace()]
    # A name gone may let another be seen. Each round leaves less to mask, so there is a last one; most need two.
    while waiting:
        found = find_personal([masked[number] for number in waiting])
        waiting = [number for number, spans in zip(waiting, found, strict=True) if spans]
        for number, spans in zip(waiting, filter(None, found), strict=True):
            masked[number] = _replaced(masked[number], spans)
    return masked


def without_masks(masked: str) -> str:
    """The resident's own words in a masked message: a space for each mask."""
    return _MASKED.sub(" ", masked)


def mask_place(place: str) -> str:
    """A place as `mask` leaves it inside a message: streets stay whosever name they bear, flats go."""
    spans = find_identifiers(_blank(place, _masked_spans(place)))
    seen = _blank(place, [*_masked_spans(place), *spans])
    surely = NameFinder(seen, preprocess(seen).tokens, [(0, len(seen))]).find()
    return _replaced(place, sorted([*spans, *((start, end, _NAME) for start, end in surely)]))


def mask_quotes(sentence: str, text: str, masked: str) -> str:
    """A sentence in which words of a message are quoted («…»): words that masking took out of it are masked.

    :param sentence: what was said about the message.
    :param text: the message.
    :param masked: the message as `mask` gives it.
    """
    if text == masked or "«" not in sentence:
        return sentence
    gone = {word.lower() for word in _WORD.findall(text)} - {word.lower() for word in _WORD.findall(masked)}

    def without(quote: re.Match[str]) -> str:
        named = _WORD.sub(lambda word: _NAME if word.group().lower() in gone else word.group(), mask(quote.group()))
        return re.sub(rf"{re.escape(_NAME)}(?:[ .]+{re.escape(_NAME)})+", _NAME, named)

    return _QUOTE.sub(without, sentence)


def find_personal(texts: Sequence[str]) -> list[list[Span]]:
    """What personal data is in each message, without masking it.

    :param texts: the messages; masks in them are left alone.
    :return: ``(start, end, mask)`` of each piece, in order, none overlapping.
    """
    numbers, seen = [], []
    for text in texts:
        done = _masked_spans(text)
        spans = find_identifiers(_blank(text, done))
        numbers.append(spans)
        seen.append(_blank(text, [*done, *spans]))
    readable = [_without_markup(text) for text in seen]
    persons = find_persons(readable)
    return [
        sorted([*spans, *((start, end, _NAME) for start, end in _names(text, by_network))])
        for spans, text, by_network in zip(numbers, seen, persons, strict=True)
    ]


def _names(text: str, by_network: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    tokens = preprocess(text).tokens
    finder = NameFinder(text, tokens, [(place.start, place.end) for place in find_places(text, tokens)])
    names = finder.find()
    names += filter(None, map(finder.person, by_network))
    return [span for name in merged(text, names) for span in _around_blanks(text, *name)]


def _around_blanks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a span that hold no blank: what a network takes for one name may go across a number."""
    for match in _SEEN.finditer(text, start, end):
        yield match.start(), match.end()


def _masked_spans(text: str) -> list[Span]:
    return [(match.start(), match.end(), match.group()) for match in _MASKED.finditer(text)] if "[" in text else []


def _blank(text: str, spans: Sequence[Span]) -> str:
    """The text with dots of the same length for what need not be looked at again."""
    if not spans:
        return text
    pieces, at = [], 0
    for start, end, _ in sorted(spans):
        pieces += [text[at:start], _BLANK * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _without_markup(text: str) -> str:
    """The text as the network reads it: without tags, of the same length."""
    cleaned, origin = clean(text)
    return cleaned if origin is None else text


def _replaced(text: str, spans: Sequence[Span]) -> str:
    pieces, at = [], 0
    for start, end, instead in spans:
        pieces += [text[at:start], instead]
        at = end
    return "".join([*pieces, text[at:]])
