"""The grammar of places: one regular expression over the symbols of tokens and gaps (see `appealnlp.places.symbols`).

A pattern is written gap, token, gap, token … A token set names classes: `any_of`, `cap` with a capital letter only, `low`
without one only. `RULES` is the table to read: what a place begins with, what must stand before it, how it goes on.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .classes import CLASSES, NAMES
from .symbols import GAPS, token_symbol

__all__ = ["KINDS", "grammar"]

KINDS = ("street", "object", "stop", "house", "district", "settlement")
"""Kinds of places, the most exact first."""


def _set(chars: str) -> str:
    """A character set with runs as ranges."""
    codes = sorted(set(map(ord, chars)))
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "[" + "".join(f"\\x{a:02x}" if a == b else f"\\x{a:02x}-\\x{b:02x}" for a, b in runs) + "]"


def _tokens(classes: str, capitals: tuple[int, ...]) -> str:
    numbers = [
        number
        for name in classes.split()
        for number, full in enumerate(CLASSES, 1)
        if full == name or (name[-1] == "*" and full.startswith(name[:-1]))
    ]
    return _set("".join(token_symbol(number, capital) for number in numbers for capital in capitals))


def any_of(classes: str) -> str:
    """Tokens of the named classes; ``surname*`` names all classes that begin so."""
    return _tokens(classes, (0, 1))


def cap(classes: str) -> str:
    """The same with a capital letter."""
    return _tokens(classes, (1,))


def low(classes: str) -> str:
    """The same without one."""
    return _tokens(classes, (0,))


def either(*sets: str) -> str:
    """Union of token sets."""
    return "[" + "".join(one[1:-1] for one in sets) + "]"


def gap(kinds: str) -> str:
    """Gaps of these kinds."""
    return _set("".join(GAPS[kind] for kind in kinds.split()))


def one(*patterns: str) -> str:
    """Alternatives, the first that fits."""
    return f"(?:{'|'.join(patterns)})"


# Gaps and names

SP = gap("blank")
NAME_GAP = gap("blank quote")
SHORT_GAP = gap("blank quote dot dot_blank")
DOT = gap("dot dot_blank")
SOFT = gap("none blank hyphen dash dot dot_blank comma slash sign colon quote unquote soft")
MID = gap("none blank comma quote hyphen dash slash colon soft unquote")
"""Before a word that does not begin a sentence."""
LISTING = gap("comma hyphen dash slash")
ANY = "[\\x20-\\xff]"

ADJECTIVE = "adj_* sk_* surname_f"
NAME = " ".join(name for name in NAMES if name != "other") + " sk_* title city_word kind"
CAP_NAME = cap(NAME)
LOW_NAME = low("surname surname_f city* geo unknown first gen* people adj_* sk_* title")
SINGLE = cap("letter г д с п х ш р к л in near and on beside")
N, ANY_N = any_of("n3"), any_of("n3 n4 n5")
ORDINAL = f"(?:{gap('hyphen none blank')}{any_of('ordinal')})"
MORE = (
    one(
        f"{SP}(?<={any_of('title first')}.){either(CAP_NAME, low('surname* gen* people unknown adj_*'))}",
        f"{SP}(?<={cap(ADJECTIVE)}.){CAP_NAME}",
        f"{gap('hyphen')}{CAP_NAME}",
        f"{SP}(?<={cap('gen*')}.){cap('people gen* geo')}",
        f"{SP}(?<={cap('gen* people')}.){N}{ORDINAL}?{SP}{any_of('dated')}",
    )
    + "{0,3}"
)
"""Further words of a name: «Карла Маркса», «Малая Каменка», «Усть-Луга»."""
DATED = one(
    f"{any_of('n3 n4')}{ORDINAL}?{gap('blank hyphen none')}{any_of('dated month')}"
    f"(?:{SP}{either(CAP_NAME, any_of('month'), low('gen*'))})?",
    f"{N}{ORDINAL}?{gap('blank hyphen')}{CAP_NAME}{MORE}",
)
"""«50 лет Октября», «8 Марта», «1905 года», «3-й Ольховский», «9-Мая»."""
INITIAL = f"{SINGLE}{gap('dot dot_blank none')}{either(CAP_NAME, LOW_NAME)}{MORE}"
QUOTED = f"{gap('quote')}{ANY}(?:{gap('blank hyphen dash dot dot_blank comma slash sign none colon')}{ANY}){{0,5}}(?={gap('quote unquote start')})"
NAMED = one(INITIAL, DATED, either(CAP_NAME, cap("acronym")) + MORE)
"""A name that needs a capital letter or a number."""
NAMED_OR_LOW = one(INITIAL, DATED, either(CAP_NAME, LOW_NAME) + MORE)

# Houses

NUMBER = (
    f"{N}(?<!{ANY_N}{gap('dot')}.)"
    f"(?!{gap('percent')}|{gap('dot colon')}{ANY_N}|{gap('none blank hyphen dot')}{any_of('unit month dated')})"
)
"""A number that is no amount, date or time."""
LETTER = (
    one(
        f"{gap('none')}{any_of('letter г д с п х ш р л к ordinal pair in near')}(?!{gap('none')}{N})",
        f"{gap('hyphen blank quote')}{any_of('letter')}(?!{DOT})",
    )
    + "?"
)
"""The letter of a house: «37б», «7 "б"», «17го»."""
PART = any_of("part house к д п л")
STEP = one(SOFT + one(
    f"{NUMBER}{LETTER}",
    f"{PART}{SOFT}(?:{any_of('number_word')}{SOFT})?{NUMBER}{LETTER}",
    f"{any_of('litera')}{SOFT}{any_of('letter к л г д с р in')}",
    f"{any_of('part')}(?<={N}{SP}.)(?!{DOT})",
    f"{any_of('and')}(?<={any_of('n3 letter')}{SP}.){SP}{NUMBER}{LETTER}",
    f"{any_of('near from and beside in')}(?<={gap('blank comma dot_blank')}.)"
    f"(?:{SP}{any_of('region с in')}){{0,2}}{SP}{any_of('house')}{SOFT}{NUMBER}{LETTER}",
))
"""One more number, block, letter, entrance or flat."""
HOUSE = STEP + "{0,9}"
NUMBERED = f"(?={SOFT}(?:{PART}{SOFT})?{NUMBER})"
"""A house number follows at once."""
BARELY_NUMBERED = f"(?={gap('blank comma none')}(?:{PART}{SOFT})?{NUMBER})"
"""The same after a word that could be any word."""


class Rule(NamedTuple):
    """One way in which a place begins: its first token, what stands before it (a look-behind), and how it goes on."""

    first: str
    rest: str
    before: str = ""


def rule(first: str, *rests: str, before: str = "") -> Rule:
    """A rule with one or several ways to go on."""
    return Rule(first, one(*rests) if len(rests) > 1 else rests[0], before)


def after(classes: str, gaps: str = "blank") -> str:
    """Stands before the first token: a token of these classes and such a gap."""
    return f"(?<={any_of(classes)}{gap(gaps)}.)"


def not_after(classes: str, gaps: str = "blank") -> str:
    """Does not stand before the first token."""
    return f"(?<!{any_of(classes)}{gap(gaps)}.)"


MIDST = f"(?<={MID}.)"
BEGINS = f"(?<={gap('start')}.)"
NOT_OWNED = not_after("owner")
NO_YEAR = f"(?<!{any_of('n4')}{gap('none blank')}.)(?<!{gap('dot')}{N}{gap('none blank')}.)"
NOT_SHORTENED = not_after("letter к", "dot dot_blank")
NO_NOUN_F = f"(?!{SP}{either(low('noun_f gen_f sk_fo'), any_of('street square stop numbered clinic institution region land kind object sole'))})"
NO_NOUN_M = f"(?!{SP}{any_of('noun_m gen_m noun gen object sole region land quarter town town_short big_town numbered')})"
NO_PERSON = f"(?!{SP}{either(cap('first'), SINGLE)})"
STREET_TYPE = any_of("street street_short streets square ш")
OBJECT_TYPE = any_of("object numbered clinic institution sole brand")

# Streets. Houses may follow each, and further streets.

PREFIX = one(
    f"(?<={any_of('house д')}){SOFT}(?:{any_of('number_word')}{SOFT})?{NUMBER}{LETTER}{HOUSE}(?:{SP}{any_of('on с')})?{gap('blank comma quote')}",
    f"(?<={N}){SP}{any_of('house')}(?:{SP}{any_of('on с')})?{SP}",
    f"(?<={any_of('crossing')}){SP}",
    f"(?<={any_of('object numbered clinic institution sole stop')}){SP}{any_of('on')}{SP}",
)
"""«дом 17 по», «5 дом на», «перекрёсток», «поликлиника на»: before a street."""

STREETS = [
    rule(any_of("street_short"), f"{SHORT_GAP}{NAMED_OR_LOW}", QUOTED),
    rule(any_of("streets"), f"{NAME_GAP}{NAMED_OR_LOW}(?:{one(SP + any_of('and с') + SP, LISTING)}{NAMED_OR_LOW}){{0,4}}"),
    rule(
        any_of("street"),
        f"{NAME_GAP}{NAMED}",
        f"{NAME_GAP}{low('surname unknown people geo city_surname sk_g surname_odd first title')}{MORE}",
        f"{NAME_GAP}{low('adj_fo sk_fo surname_f')}{NO_NOUN_F}",
        f"{NAME_GAP}{low('adj_f sk_f')}(?!{SP}{low('noun* gen*')})",
        f"{NAME_GAP}{low('adj_m* sk_m*')}{NO_NOUN_M}",
        f"{NAME_GAP}{low('adj_mo adj_fo sk_g sk_fo')}{SP}{low('gen* people')}{NUMBERED}",
        f"{NAME_GAP}{low('gen*')}(?:{NUMBERED}|(?!{SP}))",
        QUOTED,
    ),
    rule(any_of("square"), f"{NAME_GAP}{NAMED}", f"{SP}{cap('letter р ordinal')}{gap('none hyphen')}{N}", QUOTED),
    rule(any_of("ш"), f"{DOT}{NAMED}"),
    rule(cap(ADJECTIVE + " title kind"), f"(?:{gap('blank hyphen')}{cap(ADJECTIVE)}){{0,2}}{gap('blank dot_blank')}{STREET_TYPE}"),
    rule(N, f"{ORDINAL}?{SP}{cap(ADJECTIVE)}{SP}{STREET_TYPE}", f"{ORDINAL}{SP}{any_of('square')}"),
    rule(
        cap("surname city_surname gen* people surname_odd"),
        f"{gap('blank comma')}{any_of('street street_short')}(?!{SHORT_GAP}{CAP_NAME})",
        before=MIDST,
    ),
    rule(low("adj_f* sk_f* surname_f adj_m sk_m"), f"{SP}{any_of('street street_short')}{NUMBERED}"),
    # without a type: a house follows
    rule(cap("surname* adj_f* sk_f* sk_g unknown geo geo_odd city* people title first"), MORE + NUMBERED, before=NOT_OWNED),
    rule(cap("gen* adj_m* sk_m* noun*"), MORE + NUMBERED, before=MIDST + NOT_OWNED),
    rule(cap("gen* sk_m"), BARELY_NUMBERED),
    rule(SINGLE, f"{DOT}{CAP_NAME}{MORE}{NUMBERED}"),
    rule(low("surname surname_f city_surname sk_f sk_fo sk_g adj_f adj_fo"), BARELY_NUMBERED),
    rule(low("first"), f"{SP}{low('surname')}{BARELY_NUMBERED}"),
    rule(low("gen* adj_f* people"), BARELY_NUMBERED, before=after("on address", "blank colon")),
    # without a type and a house
    rule(
        either(cap("surname* city_surname sk_fo adj_fo gen* people"), low("surname surname_f city_surname sk_fo")),
        MORE + NO_NOUN_F + NO_PERSON,
        before=after("on"),
    ),
    rule(cap("surname_f surname sk_fo adj_fo"), MORE + NO_NOUN_F + NO_PERSON, before=after("from near с context")),
    rule(cap("title first"), SP + either(CAP_NAME, low("surname* gen*")) + MORE, before=after("on")),
    rule(any_of("sk_g"), NO_NOUN_M + NO_PERSON, before=after("on")),
    rule(cap("sk_g"), NO_NOUN_M + NO_PERSON, before=after("from near")),
    rule(low("surname_f sk_fo"), NO_NOUN_F, before=after("from")),
    rule(
        either(cap("surname* city_surname adj_f* sk_f* sk_g people gen*"), low("surname* city_surname adj_f* sk_f* sk_g")),
        MORE,
        before=after("crossing"),
    ),
    rule(cap("sk_f"), f"(?={gap('start end comma dot dot_blank')})", before=BEGINS),
]
ALIKE = cap("surname surname_f city_surname adj_f* sk_f* sk_g")
LIST = (
    one(
        f"{gap('hyphen dash slash')}{CAP_NAME}{MORE}",
        f"{SP}{any_of('and с')}{SP}{ALIKE}(?!{SP}{either(CAP_NAME, STREET_TYPE)})",
        f"{gap('comma')}{ALIKE}(?!{SP}{ANY})",
        f"{gap('comma')}{ALIKE}{NUMBERED}",
    )
    + HOUSE
)
"""«ул. Мира - Труда», «Полевой и Степной», «переулок Чехова, Белинского»."""

# Settlements and districts

TOWN_NAME = one(NAMED, low("geo unknown city*")) + f"(?:{gap('hyphen')}{N})?"
G_FOLLOWS = f"{gap('blank comma')}{any_of('г')}(?!{DOT}{CAP_NAME})"
BARE_TOWN = f"{MORE}(?:{gap('hyphen')}{N})?(?:{G_FOLLOWS})?"
SETTLEMENTS = [
    rule(any_of("town big_town"), NAME_GAP + one(TOWN_NAME, cap("other")), QUOTED),
    rule(any_of("town_short garden"), SHORT_GAP + one(TOWN_NAME, low("sk_m sk_n sk_mo adj_m adj_mo")), QUOTED),
    rule(any_of("garden"), gap("blank sign") + N),
    rule(any_of("г"), f"{DOT}{TOWN_NAME}", f"{SP}{one(CAP_NAME + MORE, low('city* geo'))}", before=NO_YEAR),
    rule(any_of("с д п х ст"), f"{DOT}{TOWN_NAME}", gap("dot") + cap("other"), before=NO_YEAR + NOT_SHORTENED),
    rule(any_of("п д"), f"{SP}{CAP_NAME}{MORE}", before=NO_YEAR),
    rule(CAP_NAME, MORE + G_FOLLOWS, before=BEGINS),
    rule(cap(ADJECTIVE + " unknown"), f"{SP}{any_of('town')}", before=MIDST),
    rule(any_of("centre"), SP + cap("city*")),
    rule(any_of("city_word"), BARE_TOWN),
    rule(cap("city city_surname"), BARE_TOWN),
    rule(cap("geo village"), BARE_TOWN, before=MIDST),
    rule(cap("unknown geo_odd"), BARE_TOWN, before=after("in from near")),
    rule(low("city city_surname"), "", before=after("in from")),
]
DISTRICTS = [
    rule(either(cap(ADJECTIVE + " kind unknown city* geo people"), low("sk_*")), f"(?:{SP}{any_of('kind')})?{gap('blank dot_blank')}{any_of('region land quarter quarter_short')}"),
    rule(any_of("quarter"), one(NAME_GAP + NAMED, QUOTED, gap("blank sign") + N) + HOUSE),
    rule(any_of("quarter_short"), one(SHORT_GAP + NAMED_OR_LOW, QUOTED, SHORT_GAP + N) + HOUSE),
    rule(any_of("region"), NAME_GAP + CAP_NAME + MORE, QUOTED),
    rule(N, f"{gap('none blank hyphen')}{any_of('quarter quarter_short')}"),
]

# Stops and objects

TYPE_AS_NAME = cap("stop numbered clinic institution sole object brand square street centre big_town town region")
STOP_NAME = one(
    gap("blank dot dot_blank quote colon dash hyphen")
    + one(NAMED, f"{TYPE_AS_NAME}(?:{SP}{CAP_NAME}{MORE})?", low("surname* geo unknown city*") + MORE),
    QUOTED,
)
STOP_REST = f"(?:{SP}{any_of('stop_filler stop')}){{0,2}}{STOP_NAME}"
STOPS = [
    rule(any_of("stop_kind stop stop_short"), f"(?:(?<={any_of('stop_kind')}){SP}{any_of('stop stop_short')})?{STOP_REST}"),
    rule(any_of("stop_short"), SHORT_GAP + LOW_NAME + MORE),
]
WITH_NUMBER = one(gap("blank sign none"), f"{SP}{any_of('number_word')}{gap('blank sign')}") + NUMBER + LETTER
IN_HONOUR = f"{SP}{any_of('named')}{SHORT_GAP}{NAMED}"
OWN_NUMBER = one(f"{WITH_NUMBER}(?:{IN_HONOUR})?", QUOTED, IN_HONOUR)
OWN_NAME = one(
    OWN_NUMBER,
    f"{SP}{N}{SP}{any_of('dated')}(?:{SP}{either(CAP_NAME, any_of('month'))})?",
    f"{NAME_GAP}{either(CAP_NAME, cap('acronym'))}{MORE}(?:{SP}{cap('gen* noun* unknown adj_* sk_* people surname')}){{0,2}}",
)
TYPED_NAME = one(
    f"(?<={any_of('numbered clinic')}){OWN_NUMBER}",
    f"(?<={any_of('object institution sole brand centre')}){OWN_NAME}",
    f"(?<={any_of('brand')}){SP}{low('unknown')}",
)
OBJECT_ADJECTIVE = either(cap(ADJECTIVE + " unknown village"), low("sk_*"))
DESCRIBED = one(f"(?<={any_of('kind')})", f"(?<={MID}{OBJECT_ADJECTIVE})") + f"(?:{SP}{any_of('kind sk_*')}){{0,2}}{SP}"
OBJECT = one(
    f"(?:{DESCRIBED}{OBJECT_TYPE}|(?<={any_of('centre_kind')}){SP}{any_of('centre')})?{TYPED_NAME}",
    f"(?<={OBJECT_ADJECTIVE}){DESCRIBED}{OBJECT_TYPE}",
    f"(?<={any_of('kind')}){SP}{any_of('sole clinic')}",
)
"""«школа № 12», «Култаевская поликлиника», «детский парк»: an object with its type."""
OBJECT_FIRST = either(OBJECT_ADJECTIVE, OBJECT_TYPE, any_of("kind centre_kind"))
OBJECTS = [
    rule(any_of("р"), f"{DOT}{CAP_NAME}{MORE}", gap("dot") + cap("other"), before=not_after("n3 n4 n5", "none blank")),
    rule(N, f"{ORDINAL}?{SP}{either(any_of('numbered clinic institution sole brand'), cap('object'))}(?:{IN_HONOUR})?"),
    rule(cap("adj_mo sk_mo"), f"{NO_NOUN_M}(?!{SP}{CAP_NAME})", before=after("in from near on")),
    rule(cap(ADJECTIVE + " title"), SP + CAP_NAME, before=after("on in from near с")),
    rule(cap("adj_fo sk_fo"), SP + low("noun_f gen_f"), before=after("from near")),
    rule(cap("unknown noun* gen*"), "", before=after("on near context region")),
    rule(CAP_NAME, f"{MORE}(?:{SP}{ANY}){{0,3}}(?={gap('unquote quote')})", before=after("on from near", "quote")),
]
HOUSES = [
    rule(any_of("house"), f"{gap('blank sign dot dot_blank none')}(?:{any_of('number_word')}{gap('blank sign')})?{NUMBER}{LETTER}"),
    rule(any_of("д"), f"{DOT}{NUMBER}{LETTER}"),
]

PREFIXED = any_of("house д n3 crossing object numbered clinic institution sole stop")
RULES = {
    "settlement": (SETTLEMENTS, ""),
    "district": (DISTRICTS, ""),
    "stop": (STOPS, ""),
    "object": (OBJECTS, ""),
    "house": (HOUSES, HOUSE),
}
"""Kind of place -> how it begins and how it may go on; streets are tried before all of them."""

LETTERS = either(any_of("letter с х ш р к л ст"), cap("in near and on beside"))

FAMILIES = (
    cap("noun* gen* people"),
    cap("adj_* sk_* surname_f kind"),
    cap("surname city_surname surname_odd first title"),
    cap("city* geo* village unknown"),
    low(NAME),
    N,
    LETTERS,
    any_of("street street_short streets square"),
    low("town town_short big_town garden city_word"),
)
"""First tokens with rules in common. A token is looked for in these before any rule is tried."""


GUARD = one(
    f"(?<!{either(N, LETTERS)})",
    f"(?<={N})(?={gap('none blank hyphen')}{either(cap(ADJECTIVE), any_of('ordinal house quarter quarter_short'), OBJECT_TYPE)})",
    f"(?<={LETTERS})(?={DOT})",
)
"""Most numbers and letters begin no place: a look at what follows spares all rules."""


def _members(tokens: str) -> frozenset[str]:
    return frozenset(re.findall(tokens, "".join(map(chr, range(256)))))


def _rules(rules: list[Rule], family: frozenset[str]) -> str:
    """Those of the rules that begin in a family of first tokens, where the first token has just been read."""
    by_first: dict[str, list[str]] = {}
    for first, rest, before in rules:
        if family & _members(first):
            before += NOT_OWNED if rules in (SETTLEMENTS, DISTRICTS) else ""
            condition = "" if family <= _members(first) else f"(?<={first})"
            by_first.setdefault(condition, []).append(before + rest)
    return one(*(condition + one(*rests) for condition, rests in by_first.items())) if by_first else ""


@lru_cache(maxsize=1)
def grammar() -> tuple[re.Pattern[str], list[int]]:
    """The pattern of one part of a place, and the rank of the kind of place for each ``lastindex`` of its matches."""
    every = [PREFIXED, OBJECT_FIRST, *(first for rules in (STREETS, *(rules for rules, _ in RULES.values())) for first, _, _ in rules)]
    starts = frozenset().union(*map(_members, every))
    rest = starts.difference(*map(_members, FAMILIES))
    families: dict[str, frozenset[str]] = {}
    for name in (*FAMILIES, _set("".join(rest))):
        families[name] = (_members(name) & starts).difference(*families.values())
    streets = one(*(f"(?<={name}){rules}" for name, family in families.items() if (rules := _rules(STREETS, family))))
    parts = [f"(?:(?<={PREFIXED}){PREFIX}{ANY})?{streets}{HOUSE}(?:{LIST}){{0,5}}()", f"(?<={OBJECT_FIRST}){OBJECT}()"]
    ranks = [0, KINDS.index("street"), KINDS.index("object")]
    for name, family in families.items():
        ways = []
        for kind, (rules, houses) in RULES.items():
            found = _rules(rules, family)
            if found:
                ways.append(f"{found}{houses}()")
                ranks.append(KINDS.index(kind))
        if ways:
            parts.append(f"(?<={name}){one(*ways)}")
    return re.compile(_set("".join(starts)) + GUARD + one(*parts), re.DOTALL), ranks
