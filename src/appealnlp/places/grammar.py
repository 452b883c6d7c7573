"""The grammar of places: one regular expression over the symbols of tokens and gaps (see `appealnlp.places.symbols`).

Patterns are regular expressions of token sets and gap sets by turns, in which blanks mean nothing: ``<street town>`` is a
token of one of these classes, ``<^surname>`` one with a capital letter, ``<'surname>`` one without; ``<adj_*>`` stands
for all classes that begin so. ``[dot blank]`` is one of these gaps, ``_`` a gap of blanks, ``.`` any one symbol;
``{HOUSE}`` is a definition from `DEFINITIONS`, and a group of classes where it stands in a token set.

`RULES` is the table to read: what stands before a place, its first token, and how it goes on. Where no rule can begin
is told beforehand by `appealnlp.places.starts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from .classes import CLASSES, NAMES
from .symbols import GAPS, token_symbol

__all__ = ["KINDS", "PREFIXES", "Rule", "grammar", "members", "pattern", "read_rules"]

KINDS = ("street", "object", "stop", "house", "district", "settlement")
"""Kinds of places, the most exact first."""

GROUPS = {
    "NAME": " ".join(name for name in NAMES if name != "other") + " sk_* title* city_word kind",
    "PLAIN": "surname surname_f city* geo unknown first gen* people adj_* sk_* title*",
    "ADJECTIVE": "adj_* sk_* surname_f",
    "STREET": "surname surname_f city_surname adj_f* sk_f* sk_g",
    "OBJECT": "object numbered clinic institution sole brand",
    "TYPE": "stop object numbered clinic institution sole brand square street centre big_town town region",
}
"""Classes with one use: what can be a name with a capital letter, and without one; what names streets; objects."""

DEFINITIONS = """
SOFT        [none blank hyphen dash dot dot_blank comma slash sign colon quote unquote soft]
MID         [none blank comma quote hyphen dash slash colon soft unquote]
DOT         [dot dot_blank]
SHORT_GAP   [blank quote dot dot_blank]
ORDINAL     ([hyphen none blank] <ordinal>)

# Further words of a name: «Карла Маркса», «Малая Каменка», «Усть-Луга», «Бойцов 9 дивизии».
MORE        ( _ (?<= <title* first> .) <^NAME 'surname* 'gen* 'people 'unknown 'adj_*> | _ (?<= <^ADJECTIVE> .) <^NAME>
            | [hyphen] <^NAME> | _ (?<= <^gen*> .) <^people ^gen* ^geo>
            | _ (?<= <^gen* ^people> .) <n3> {ORDINAL}? _ <dated> ){0,3}
# «50 лет Октября», «8 Марта», «1905 года»; «3-й Ольховский», «9-Мая».
DATED       <n3 n4> {ORDINAL}? [blank hyphen none] <dated month> (_ <^NAME month 'gen*>)?
            | <n3> {ORDINAL}? [blank hyphen] <^NAME> {MORE}
INITIAL     <^letter ^г ^д ^с ^п ^х ^ш ^р ^к ^л ^in ^near ^and ^on ^beside> [dot dot_blank none] <^NAME 'PLAIN> {MORE}
QUOTED      [quote] <ANY> ([blank hyphen dash dot dot_blank comma slash sign none colon] <ANY>){0,5}
            (?= [quote unquote start])
NAMED       {INITIAL} | {DATED} | <^NAME ^acronym> {MORE}
NAMED_LOW   {INITIAL} | {DATED} | <^NAME 'PLAIN> {MORE}

# A number that is no amount, date or time; the letter of a house: «37б», «7 "б"», «17го».
NUMBER      <n3> (?<! <n3 n4 n5> [dot] .)
            (?! [percent] | [dot colon] <n3 n4 n5> | [none blank hyphen dot] <unit month dated>)
LETTER      ( [none] <letter г д с п х ш р л к ordinal pair in near> (?! [none] <n3>)
            | [hyphen blank quote] <letter> (?! {DOT}) )?
PART        <part house к д п л>
# Numbers, blocks, letters, entrances and flats; «15 и 17», «напротив дома 31».
HOUSE       ( {SOFT} ( {NUMBER} {LETTER} | {PART} {SOFT} (<number_word> {SOFT})? {NUMBER} {LETTER}
            | <litera> {SOFT} <letter к л г д с р in> | <part> (?<= <n3> _ .) (?! {DOT})
            | <and> (?<= <n3 letter> _ .) _ {NUMBER} {LETTER}
            | <near from and beside in> (?<= [blank comma dot_blank] .) (_ <region с in>){0,2} _ <house> {SOFT} {NUMBER}
            {LETTER} ) ){0,9}
NUMBERED    (?= {SOFT} ({PART} {SOFT})? {NUMBER})
BARELY      (?= [blank comma none] ({PART} {SOFT})? {NUMBER})

# No noun that the adjective before it describes, no person.
NO_NOUN_F   (?! _ <'noun_f 'gen_f 'sk_fo kind OBJECT street square stop region land>)
NO_NOUN_M   (?! _ <'noun 'noun_m 'gen 'gen_m OBJECT region land quarter town town_short big_town>)
NO_PERSON   (?! _ <^first ^letter ^г ^д ^с ^п ^х ^ш ^р ^к ^л ^in ^near ^and ^on ^beside>)

# «ул. Мира - Труда», «Полевой и Степной», «переулок Чехова, Белинского».
LIST        ( ( [hyphen dash slash] <^NAME> {MORE} | _ <and с> _ <^STREET> (?! _ <^NAME street street_short streets square ш>)
            | [comma] <^STREET> ((?! _ <ANY>) | {NUMBERED}) ) {HOUSE} ){0,5}

TOWN        ( {NAMED} | <'geo 'unknown 'city*> ) ([hyphen] <n3>)?
OF_TOWN     [blank comma] <г> (?! {DOT} <^NAME>)
BARE_TOWN   {MORE} ([hyphen] <n3>)? {OF_TOWN}?

OWN_NUMBER  ([blank sign none] | _ <number_word> [blank sign]) {NUMBER} {LETTER} {IN_HONOUR}? | {QUOTED} | {IN_HONOUR}
IN_HONOUR   (_ <named> {SHORT_GAP} {NAMED})
OWN_NAME    {OWN_NUMBER} | _ <n3> _ <dated> (_ <^NAME month>)?
            | [blank quote] <^NAME ^acronym> {MORE} (_ <^gen* ^noun* ^unknown ^adj_* ^sk_* ^people ^surname>){0,2}

TYPED_NAME  ( (?<= <numbered clinic>) {OWN_NUMBER} | (?<= <object institution sole brand centre>) {OWN_NAME}
            | (?<= <brand>) _ <'unknown> )
DESCRIBED   ( (?<= <kind>) | (?<= {MID} <^ADJECTIVE ^unknown ^village 'sk_*>) ) (_ <kind sk_*>){0,2} _ <OBJECT>
# «школа № 12», «Луговская поликлиника», «детский парк»: an object with its type.
OBJECT      ({DESCRIBED} | (?<= <centre_kind>) _ <centre>)? {TYPED_NAME} | (?<! <kind>) {DESCRIBED} | (?<= <kind>) _ <sole clinic>
"""

RULES = {
    # what stands before (! not) | first token | how it goes on
    "street": """
        | <street_short>                     | {SHORT_GAP} ({NAMED_LOW}) | {QUOTED}
        | <streets> |
            [blank quote] ({NAMED_LOW}) ((_ <and с> _ | [comma hyphen dash slash]) ({NAMED_LOW})){0,4}
        | <street>                           | [blank quote] ({NAMED}) | {QUOTED}
        | <street> |
            [blank quote] <'surname 'unknown 'people 'geo 'city_surname 'sk_g 'surname_odd 'first 'title*> {MORE}
        | <street> |
            _ <'adj_fo 'sk_fo 'surname_f> {NO_NOUN_F} | _ <'adj_m* 'sk_m*> {NO_NOUN_M}
        | <street>                           | _ <'adj_f 'sk_f> (?! _ <'noun* 'gen*>)
        | <street>                           | _ <'adj_mo 'adj_fo 'sk_g 'sk_fo> _ <'gen* 'people> {NUMBERED}
        | <street>                           | _ <'gen*> ({NUMBERED} | (?! _))
        | <square> |
            [blank quote] ({NAMED}) | _ <^letter ^р ^ordinal> [none hyphen] <n3> | {QUOTED}
        | <^ADJECTIVE ^title* ^kind> |
            ([blank hyphen] <^ADJECTIVE>){0,2} [blank dot_blank] <street street_short streets square ш>
        | <n3> |
            {ORDINAL}? _ <^ADJECTIVE> _ <street street_short streets square> | {ORDINAL} _ <square>
    {MID} | <^surname ^city_surname ^gen* ^people ^surname_odd> |
            [blank comma] <street street_short> (?! {SHORT_GAP} <^NAME>)
        | <'adj_f* 'sk_f* 'surname_f 'adj_m 'sk_m> | _ <street street_short> {NUMBERED}
    ! <owner> _ | <^surname* ^adj_f* ^sk_f* ^sk_g ^unknown ^geo ^geo_odd ^city* ^people ^title* ^first> |
            {MORE} {NUMBERED}
    {MID} & ! <owner> _ | <^gen* ^adj_m* ^sk_m* ^noun*> | {MORE} {NUMBERED}
        | <^gen* ^sk_m>                      | {BARELY}
        | <^letter ^г ^д ^с ^п ^х ^ш ^р ^к ^л ^in ^near ^and ^on ^beside> | {DOT} <^NAME> {MORE} {NUMBERED}
        | <'surname 'surname_f 'city_surname 'sk_f 'sk_fo 'sk_g 'adj_f 'adj_fo> | {BARELY}
    <on address> [blank colon] | <'gen* 'adj_f* 'people> | {BARELY}
    <on> _ | <^surname* ^city_surname ^sk_fo ^adj_fo ^gen* ^people 'surname 'surname_f 'city_surname 'sk_fo> |
            {MORE} {NO_NOUN_F} {NO_PERSON}
    <from near с context> _ | <^surname_f ^surname ^sk_fo ^adj_fo> | {MORE} {NO_NOUN_F} {NO_PERSON}
    <on> _ | <^title ^first>                 | _ <^NAME 'surname* 'gen*> {MORE}
    <on> _ | <sk_g>                          | {NO_NOUN_M} {NO_PERSON}
    <crossing> _ | <^people ^gen* surname* city_surname adj_f* sk_f* sk_g> | {MORE}
    [start] | <^sk_f>                        | (?= [start end comma dot dot_blank])
    """,
    "object": "| <^ADJECTIVE ^unknown ^village 'sk_* OBJECT kind centre_kind> | {OBJECT}",
    "settlement": """
        | <town big_town>                    | [blank quote] ({TOWN} | <^other>) | {QUOTED}
        | <town_short garden>                | {SHORT_GAP} ({TOWN} | <'sk_m 'sk_n 'sk_mo 'adj_m 'adj_mo>) | {QUOTED}
    {NO_YEAR} | <г>                          | {DOT} {TOWN} | _ (<^NAME> {MORE} | <'city* 'geo>)
    {NO_YEAR} & ! <letter к> {DOT} | <с д п х ст> | {DOT} {TOWN} | [dot] <^other>
    {NO_YEAR} | <п д>                        | _ <^NAME> {MORE}
    [start] | <^NAME>                        | {MORE} {OF_TOWN}
    {MID} | <^ADJECTIVE ^unknown>            | _ <town>
        | <centre>                           | _ <^city*>
        | <city_word ^city ^city_surname>    | {BARE_TOWN}
    {MID} | <^geo ^village>                  | {BARE_TOWN}
    <in from near> _ | <^unknown ^geo_odd>   | {BARE_TOWN}
    <in from> _ | <'city 'city_surname>      | (?= .)
    """,
    "district": """
        | <^ADJECTIVE ^kind ^unknown ^city* ^geo ^people 'sk_*> |
            (_ <kind>)? [blank dot_blank] <region land quarter quarter_short>
        | <quarter>                          | ([blank quote] ({NAMED}) | {QUOTED} | [blank sign] <n3>) {HOUSE}
        | <quarter_short>                    | ({SHORT_GAP} ({NAMED_LOW}) | {QUOTED} | {SHORT_GAP} <n3>) {HOUSE}
        | <region>                           | [blank quote] <^NAME> {MORE} | {QUOTED}
        | <n3>                               | [none blank hyphen] <quarter quarter_short>
    """,
    "stop": """
        | <stop_kind stop stop_short>        | ((?<= <stop_kind>) _ <stop stop_short>)? (_ <stop_filler stop>){0,2}
            ( [blank dot dot_blank quote colon dash hyphen] ({NAMED} | <^TYPE> (_ <^NAME> {MORE})?
            | <'surname* 'geo 'unknown 'city*> {MORE})
            | {QUOTED} )
    """,
    "named": """
    ! <n3 n4 n5> [none blank] | <р>          | {DOT} <^NAME> {MORE} | [dot] <^other>
        | <n3> |
            {ORDINAL}? _ <numbered clinic institution sole brand ^object> {IN_HONOUR}?
    <in from near on> _ | <^adj_mo ^sk_mo>   | {NO_NOUN_M} (?! _ <^NAME>)
    <on in from near с> _ | <^ADJECTIVE ^title_adj> | _ <^NAME>
    <from near> _ | <^adj_fo ^sk_fo>         | _ <'noun_f 'gen_f>
    <on near context region> _ | <^unknown ^noun* ^gen*> | (?= .)
    <on from near> [quote] | <^NAME>         | {MORE} (_ <ANY>){0,3} (?= [unquote quote])
    """,
    "house": """
        | <house> | [blank sign dot dot_blank none] (<number_word> [blank sign])? {NUMBER} {LETTER} {HOUSE}
        | <д>     | {DOT} {NUMBER} {LETTER} {HOUSE}
    """,
}  # fmt: skip
"""Kind of place -> rules, tried in this order; ``named`` places are objects as well."""

PREFIXES = {
    "<house д>": "{SOFT} (<number_word> {SOFT})? {NUMBER} {LETTER} {HOUSE} (_ <on с>)? [blank comma quote]",
    "<n3>": "_ <house> (_ <on с>)? _",
    "<crossing>": "_",
    "<OBJECT stop>": "_ <on> _",
}
"""Before a street: «дом 17 по», «5 дом на», «перекрёсток», «поликлиника на»; the street's first token follows."""

SINGLE = "<letter с х ш р к л ст ^in ^near ^and ^on ^beside>"
FAMILIES = (
    "<^noun* ^gen* ^people>", "<^adj_* ^sk_* ^surname_f ^kind>", "<^surname ^city_surname ^surname_odd ^first ^title*>",
    "<^city* ^geo* ^village ^unknown>", "<'NAME>", "<n3>", SINGLE, "<street street_short streets square>",
    "<'town 'town_short 'big_town 'garden 'city_word>", "<ANY>",
)  # fmt: skip
"""First tokens with rules in common, each without those before it: the rules of other families are never tried."""


class Rule(NamedTuple):
    """A rule in the notation of the table.

    ``needs``: what must stand before it, ``forbids``: what must not, each with its last gap; ``first``: its first token.
    """

    needs: tuple[str, ...]
    forbids: tuple[str, ...]
    first: str
    rest: str


@lru_cache(maxsize=1)
def grammar() -> tuple[re.Pattern[str], list[int]]:
    """The pattern of one part of a place, and the rank of the kind of place for each ``lastindex`` of its matches."""
    rules = read_rules()
    starts = members(*PREFIXES, *(rule.first for some in rules.values() for rule in some))
    families: dict[str, frozenset[str]] = {}
    for name in FAMILIES:
        families[name] = (starts & members(name)).difference(*families.values())
    ranks = [0, KINDS.index("street"), KINDS.index("object")]
    others = []
    for name, family in families.items():
        ways = []
        for kind in ("settlement", "district", "stop", "named", "house"):
            way = _of_family(rules[kind], family)
            if way:
                ways.append(way + "()")
                ranks.append(KINDS.index("object" if kind == "named" else kind))
        if ways:
            others.append(f"(?<={pattern(name)})(?:{'|'.join(ways)})")
    streets = [
        f"(?<={pattern(name)}){way}"
        for name, family in families.items()
        if (way := _of_family(rules["street"], family))
    ]
    prefix = pattern(f"(({' | '.join(f'(?<= {first}) {rest}' for first, rest in PREFIXES.items())}) <ANY>)?")
    street = f"{prefix}(?:{'|'.join(streets)}){pattern('{HOUSE} {LIST}')}()"
    everything = "|".join([street, _of_family(rules["object"], starts) + "()", *others])
    return re.compile(f"{_set(starts)}(?:{everything})", re.DOTALL), ranks


def read_rules() -> dict[str, list[Rule]]:
    """The rules of each kind of place."""
    return {kind: _read(text, owned=kind not in ("settlement", "district")) for kind, text in RULES.items()}


def _read(text: str, *, owned: bool) -> list[Rule]:
    """The rules of a table; those of what nobody owns are not tried behind an owner."""
    rules: list[Rule] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        match = re.fullmatch(r"([^|]*)\| (<[^>]+>)\s*\|(.*)", line)
        if match is None:  # goes on with the rule before it
            rules[-1] = rules[-1]._replace(rest=f"{rules[-1].rest} {line}")
            continue
        written, first, rest = match.groups()
        written = written.replace("{NO_YEAR}", "! <n4> [none blank] & ! [dot] <n3> [none blank]")
        conditions = [*filter(None, map(str.strip, written.split("&"))), *([] if owned else ["! <owner> _"])]
        forbids = tuple(condition[1:] for condition in conditions if condition[0] == "!")
        rules.append(Rule(tuple(one for one in conditions if one[0] != "!"), forbids, first, rest))
    return rules


def _of_family(rules: list[Rule], family: frozenset[str]) -> str:
    """The rules that begin in a family of first tokens, where the first token has just been read."""
    ways: dict[str, list[str]] = {}
    for rule in rules:
        if family & members(rule.first):
            condition = "" if family <= members(rule.first) else f"(?<={pattern(rule.first)})"
            before = "".join(f"(?<={one} .)" for one in rule.needs) + "".join(f"(?<!{one} .)" for one in rule.forbids)
            ways.setdefault(condition, []).append(pattern(f"{before} ({rule.rest})" if before else rule.rest))
    return (
        f"(?:{'|'.join(condition + f'(?:{chr(124).join(some)})' for condition, some in ways.items())})" if ways else ""
    )


def _definitions() -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in DEFINITIONS.split("\n"):
        if line and not line.startswith("#"):
            name = line[:12].strip() or name
            found[name] = f"{found.get(name, '')} {line[12:]}"
    return found


_DEFINED = _definitions()


@lru_cache(maxsize=1024)
def pattern(text: str) -> str:
    """A pattern of the table as a regular expression."""
    text = re.sub(r"\((?!\?)", "(?:", text)
    text = re.sub(r"\[([a-z_ ]+)\]", lambda gaps: _set(GAPS[kind] for kind in gaps[1].split()), text)
    text = re.sub(r"<(?![=!])([^<>]+)>", lambda tokens: _set(_tokens(tokens[1])), text)
    pieces = re.split(r"\{([A-Z_]+)\}", text)
    for at, piece in enumerate(pieces):
        pieces[at] = f"(?:{pattern(_DEFINED[piece])})" if at % 2 else piece.replace("_", _set(GAPS["blank"]))
    return re.sub(r"\s", "", "".join(pieces))


def _tokens(classes: str) -> set[str]:
    """Symbols of the classes of a token set."""
    found: set[str] = set()
    for name in classes.split():
        if name == "ANY":
            return set(map(chr, range(32, 256)))
        capitals = {"^": (1,), "'": (0,)}.get(name[0], (0, 1))
        name = name.lstrip("^'")
        for one in GROUPS.get(name, name).split():
            for capital in capitals:
                found |= _symbols(one, capital)
    return found


@lru_cache(maxsize=512)
def _symbols(name: str, capital: int) -> frozenset[str]:
    """Symbols of the classes with a name, or with names that begin so (``adj_*``)."""
    return frozenset(
        token_symbol(number, capital)
        for number, full in enumerate(CLASSES, 1)
        if full == name or (name[-1] == "*" and full.startswith(name[:-1]))
    )


@lru_cache(maxsize=256)
def members(*sets: str) -> frozenset[str]:
    """Symbols of the tokens of some token sets."""
    return frozenset().union(*(_tokens(one[1:-1]) for one in sets))


def _set(symbols: Iterable[str]) -> str:
    """A character set, with runs as ranges."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, symbols)):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "[" + "".join(_WRITTEN[first] + (f"-{_WRITTEN[last]}" if first < last else "") for first, last in runs) + "]"


_WRITTEN = [chr(code) if chr(code).isalnum() else f"\\x{code:02x}" for code in range(256)]
"""A symbol as it stands in a character set: letters by themselves, which are read faster than codes."""
