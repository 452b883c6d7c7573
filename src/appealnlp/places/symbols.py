"""A message as a string of symbols: for each token one for the gap before it and one for its class and capital letter.

The plain way (`symbols`) and the fast way (`symbols_of_chunk`) share the tables below; tests compare them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..text.chunks import ChunkTokens
from ..text.lemmas import mend
from .classes import CLASSES, NAMES, OPEN, SK, class_of_form, name_class

__all__ = ["GAPS", "FormClasses", "gaps", "symbols", "symbols_of_chunk", "token_symbol"]

Bytes = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

_GAPS = (
    "start", "none", "blank", "hyphen", "dash",  # before the first token; nothing; blanks; «-»; « - »
    "dot", "dot_blank", "comma", "slash", "sign", "colon",  # «.»; «. »; «, »; «/»; «№ »; «:»
    "quote", "unquote",  # with a quotation mark that may open; with another one
    "soft", "percent", "end", "hard",  # «(», «;» and mixtures; «%», «°»; «!», «?», line end; anything else
)  # fmt: skip
GAPS = {name: chr(number) for number, name in enumerate(_GAPS, 1)}
"""Kind of gap -> its symbol."""
_TOKEN = 32
"""Symbols from here on are tokens: the number of the class, and `_CAPITAL` more with a capital letter."""
_CAPITAL = len(CLASSES) + 1

_BITS = {
    "blank": " \t\xa0", "dot": ".", "comma": ",", "hyphen": "-–—‐‑", "slash": "/\\", "quote": "«»\"“”„'`’‘",
    "sign": "№#", "colon": ":", "soft": ";()", "end": "!?\n\r…", "percent": "%°₽",
}  # fmt: skip
_BIT = {name: 1 << number for number, name in enumerate([*_BITS, "hard"])}
_LOOK = 8
"""So many characters of a gap count, and its last one."""


def token_symbol(number: int, capital: int) -> str:
    """Symbol of a token of the class with this number."""
    return chr(_TOKEN + number + _CAPITAL * capital)


def _bit_table() -> npt.NDArray[np.uint16]:
    table = np.full(65536, _BIT["hard"], np.uint16)
    for name, signs in _BITS.items():
        table[[*map(ord, signs)]] = _BIT[name]
    return table


_BITS_OF_UNIT = _bit_table()


def _kinds_of_gaps() -> tuple[Bytes, Bytes]:
    """Symbols of gaps by the bits of their signs: of one character, and of more."""
    bits = np.arange(1 << len(_BIT))
    single = np.full(len(bits), ord(GAPS["none"]), np.uint8)
    for name, bit in _BIT.items():
        single[bit] = ord(GAPS[name])
    signs = bits & ~_BIT["blank"]  # blanks between them mean nothing
    no_dots = signs & ~_BIT["dot"]
    ways = (
        (bits & _BIT["end"] != 0, "end"),
        (bits & _BIT["quote"] != 0, "unquote"),
        (bits & _BIT["hard"] != 0, "hard"),
        (signs == 0, "blank"),
        (signs == _BIT["hyphen"], "dash"),
        (signs == _BIT["dot"], "dot_blank"),
        (bits & _BIT["percent"] != 0, "hard"),
        (no_dots == _BIT["comma"], "comma"),
        (no_dots == _BIT["sign"], "sign"),
        (signs == _BIT["slash"], "slash"),
    )
    longer = np.select([holds for holds, _ in ways], [ord(GAPS[name]) for _, name in ways], ord(GAPS["soft"]))
    return single, longer.astype(np.uint8)


_SINGLE, _LONGER = _kinds_of_gaps()
_CLOSES = sum(_BIT.values()) - sum(_BIT[name] for name in ("quote", "blank", "dot", "colon", "hyphen"))


def gaps(units: npt.NDArray[np.uint16], begins: I64, ends: I64) -> Bytes:
    """Symbols of the gaps ``units[begins[i]:ends[i]]``."""
    lengths = ends - begins
    bits = _BITS_OF_UNIT.take(units.take(begins, mode="clip"))
    found: Bytes = _SINGLE.take(bits)
    found[lengths == 0] = ord(GAPS["none"])
    long = np.flatnonzero(lengths > 1)
    first, last = bits[long], _BITS_OF_UNIT.take(units.take(ends[long] - 1))
    every = first | last
    at = np.arange(len(long))
    for step in range(1, _LOOK):
        at = at[lengths[long[at]] > step + 1]
        if not len(at):
            break
        every[at] |= _BITS_OF_UNIT.take(units.take(begins[long[at]] + step))
    kinds: Bytes = _LONGER.take(every)
    kinds[(kinds == ord(GAPS["soft"])) & (lengths[long] > 5)] = ord(GAPS["hard"])
    kinds[(kinds == ord(GAPS["dot_blank"])) & (lengths[long] > 3)] = ord(GAPS["end"])
    opens = (last == _BIT["quote"]) & (every & _CLOSES == 0)
    kinds[opens | (every == (_BIT["quote"] | _BIT["blank"]))] = ord(GAPS["quote"])
    kinds[(first == _BIT["percent"]) & (kinds == ord(GAPS["hard"]))] = ord(GAPS["percent"])
    found[long] = kinds
    return found


# Which words are worth asking pymorphy3 about

_AFTER_TYPE, _AFTER_ON, _BEFORE_NUMBER = 1, 2, 4


def _table(values: dict[str, int]) -> Bytes:
    return np.array([0, *(values.get(name, 0) for name in CLASSES)], np.uint8)


_OPEN = _table(dict.fromkeys(OPEN, 1))
_WANTS = _table({"word": _AFTER_TYPE, **dict.fromkeys(("word_f", "word_a"), _AFTER_TYPE | _AFTER_ON | _BEFORE_NUMBER)})
_TYPES = (
    "street", "street_short", "streets", "town", "town_short", "big_town", "garden", "г", "quarter", "quarter_short",
    "stop", "stop_short", "ст", "brand", "crossing", "in",
)  # fmt: skip
_BEFORE = _table(
    {**dict.fromkeys(_TYPES, _AFTER_TYPE), "on": _AFTER_ON, "address": _AFTER_ON, "from": _AFTER_TYPE | _AFTER_ON}
)
_BEHIND = _table(dict.fromkeys(("n3", "street", "street_short"), _BEFORE_NUMBER))
_LEADS = _table(
    dict.fromkeys(
        (*(name for name in NAMES if name.startswith("adj_")), *SK, "surname_f", "title", "title_adj", "first"), 1
    )
)
_SK = _table(dict.fromkeys(SK, 1))
_ACRONYM = CLASSES.index("acronym") + 1
_PLAIN = tuple(table.tobytes() for table in (_OPEN, _WANTS, _BEFORE, _BEHIND, _LEADS, _SK))
"""The same tables for one look-up at a time: bytes give whole numbers of Python, which are faster than numpy's."""

_UPPER = np.zeros(65536, np.uint8)
_UPPER[[*range(ord("A"), ord("Z") + 1), *range(0x400, 0x430)]] = 1
_CAPITALS = frozenset(map(chr, np.flatnonzero(_UPPER).tolist()))

Classes = Callable[[I64], Bytes]


def _assemble(gap: Bytes, classes: Bytes, first_upper: Bytes, last_upper: Bytes, lengths: I64, names: Classes) -> bytes:
    """Symbols of tokens whose gaps and classes are known; ``names`` gives `name_class` for token numbers."""
    count = len(gap)
    begins = gap == ord(GAPS["start"])
    shouts = (first_upper & last_upper).astype(bool) & (lengths > 1)
    loud = np.zeros(count + 2, bool)
    loud[1:-1] = shouts & (lengths > 3)
    before, behind = np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    before[1:] = _BEFORE.take(classes[:-1])
    behind[:-1] = _BEHIND.take(classes[1:])
    before[begins] = 0
    behind[:-1][begins[1:]] = 0
    capital = first_upper.astype(bool)
    beside = loud[:-2] & ~begins
    beside[:-1] |= loud[2:-1] & ~begins[1:]
    capital &= ~(shouts & beside)
    is_open = _OPEN.take(classes).astype(bool)
    acronym = is_open & capital & shouts & (lengths <= 4)
    is_open &= ~acronym
    asked = is_open & (capital | (_WANTS.take(classes) & (before | behind) != 0))
    classes = classes.copy()
    classes[acronym] = _ACRONYM
    at = np.flatnonzero(asked)
    classes[at] = names(at)
    leads = _LEADS.take(classes).astype(bool)
    leads &= asked | capital | (_SK.take(classes) & (before >> 1)).astype(bool)
    following = np.flatnonzero(leads[:-1]) + 1
    following = following[(gap[following] == ord(GAPS["blank"])) & is_open[following] & ~asked[following]]
    classes[following] = names(following)
    both = np.empty(2 * count, np.uint8)
    both[0::2] = gap
    np.add(classes, np.where(capital, np.uint8(_TOKEN + _CAPITAL), np.uint8(_TOKEN)), out=both[1::2])
    return both.tobytes() + GAPS["start"].encode()


# The plain way


def symbols(
    text: str, spans: Sequence[tuple[int, int]], forms: Sequence[str], name_of: Callable[[str], int] = name_class
) -> str:
    """Symbols of one message, token by token.

    :param text: the cleaned message.
    :param spans: where its tokens begin and end.
    :param forms: their folded and mended forms.
    :param name_of: `name_class`, or what knows it without the dictionary.
    """
    opens, wants, befores, behinds, leads, sk = _PLAIN
    upper = [text[start] in _CAPITALS for start, _ in spans]
    shouts = [
        up and end - start > 1 and text[end - 1] in _CAPITALS for up, (start, end) in zip(upper, spans, strict=True)
    ]
    loud = [False, *(shout and end - start > 3 for shout, (start, end) in zip(shouts, spans, strict=True)), False]
    classes = [*map(class_of_form, forms)]
    behind = [*(behinds[number] for number in classes[1:]), 0]
    found, stop, before, led = [], -1, 0, False
    for at, ((start, end), number) in enumerate(zip(spans, classes, strict=True)):
        gap = GAPS["start"] if stop < 0 else _gap(text[stop:start])
        capital = upper[at] and not (shouts[at] and (loud[at] or loud[at + 2]))
        acronym = bool(opens[number]) and capital and shouts[at] and end - start <= 4
        is_open = bool(opens[number]) and not acronym
        asked = is_open and bool(capital or wants[number] & (before | behind[at]))
        leading = asked or capital or bool(sk[number] and before & _AFTER_ON)
        stop, before = end, befores[number]
        if asked or (is_open and led and gap == GAPS["blank"]):
            number = name_of(forms[at])
        elif acronym:
            number = _ACRONYM
        led = leading and bool(leads[number])
        found.append(gap + token_symbol(number, capital))
    return "".join(found) + GAPS["start"]


@lru_cache(maxsize=4096)
def _gap(gap: str) -> str:
    units = np.frombuffer(gap.encode("utf-16-le", "surrogatepass") or b"\0\0", np.uint16)
    return chr(int(gaps(units, np.array([0]), np.array([len(units) if gap else 0]))[0]))


# The fast way


class FormClasses:
    """Classes of the forms in a memory of word forms, by their row in it; learned when a form is first met.

    Threads may share it: two that meet a form at the same time write the same class.

    :param capacity: rows of the memory.
    :param words: row -> mended form and lemma, of some rows.
    """

    def __init__(self, capacity: int, words: Mapping[int, tuple[str, str]]) -> None:
        self._classes, self._names = np.zeros(capacity, np.uint8), np.zeros(capacity, np.uint8)
        self._words = words

    def learn(self, rows: I64, classes: Bytes) -> None:
        """Take the classes of some rows as known, shape ``(rows, 2)`` (`appealnlp.places.classes.classes_of`)."""
        self._classes[rows], self._names[rows] = classes.T

    def classes(self, tokens: ChunkTokens, rows: npt.NDArray[np.int32]) -> Bytes:
        """`class_of_form` of every token."""
        return self._known(self._classes, class_of_form, tokens, rows, np.arange(len(rows)))

    def names(self, tokens: ChunkTokens, rows: npt.NDArray[np.int32], chosen: I64) -> Bytes:
        """`name_class` of the chosen tokens."""
        return self._known(self._names, name_class, tokens, rows[chosen], chosen)

    def _known(
        self, known: Bytes, find: Callable[[str], int], tokens: ChunkTokens, rows: npt.NDArray[np.int32], numbers: I64
    ) -> Bytes:
        found: Bytes = known.take(rows)
        new = np.flatnonzero(found == 0)
        if len(new):
            distinct, examples = np.unique(rows[new], return_index=True)
            words = self._words
            for row, number in zip(distinct.tolist(), numbers[new[examples]].tolist(), strict=True):
                known[row] = find(words[row][0] if row in words else mend(tokens.form(number)))
            found = known.take(rows)
        return found


def symbols_of_chunk(tokens: ChunkTokens, rows: npt.NDArray[np.int32], forms: FormClasses) -> bytes:
    """Symbols of all messages of a chunk, one after the other, in Latin-1; equal to `symbols` on each.

    :param rows: the row of each token in the memory to which ``forms`` belongs.
    """
    if not len(rows):
        return b""
    starts, ends, units = tokens.starts, tokens.ends, tokens.units
    begins = tokens.bounds[:-1][np.diff(tokens.bounds) > 0]
    gap = np.empty(len(starts), np.uint8)
    gap[1:] = gaps(units, ends[:-1], starts[1:])
    gap[begins] = ord(GAPS["start"])
    return _assemble(
        gap,
        forms.classes(tokens, rows),
        _UPPER.take(units.take(starts)),
        _UPPER.take(units.take(ends - 1)),
        ends - starts,
        lambda chosen: forms.names(tokens, rows, chosen),
    )
