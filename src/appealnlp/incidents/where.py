"""One key for one place, however it is written: «ул.Мира,д.5 к2», «на Мира 5», «улице Мира».

A street is known by the lemmas of its name, without its type; its settlement and house are kept apart, because most
messages leave them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ..places.words import CLASS_OF_WORD
from ..text import Token, preprocess
from ..text.lemmas import analyzer

__all__ = ["Where", "has_type", "where"]

_KINDS = {
    "street": "street street_short square",
    "settlement": "big_town town town_short garden г с п х",
    "region": "region land",
    "district": "quarter quarter_short",
    "object": "numbered clinic sole institution object brand centre stop stop_short ст",
    "house": "house part litera д к",
    "link": "on in from near beside and stop_filler number_word",
}
_KIND_OF_CLASS = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_DESCRIBING = frozenset(["kind", "centre_kind", "stop_kind"])

_VILLAGE = re.compile(
    r"(?:пос|п\.|пгт|рп|дер|д\.|сел|с\.|стан|ст-ц|хутор|аул|слобод|снт|днт|тсн|сдт|кооп|разъезд)", re.IGNORECASE
)
"""A town is too large to be one place."""
_ENDINGS = frozenset(["я", "й", "ая", "ой", "ый", "ю", "ую", "го", "ого", "м", "ом"])
_HONOURS = frozenset(["маршал", "генерал", "адмирал", "академик", "герой", "космонавт", "улица"])


@dataclass(frozen=True, slots=True)
class Where:
    """Where a message is about.

    :param key: lemmas of the street, object or village; empty if the message does not say.
    :param settlement: lemmas of the town or village it is in; empty if it does not say.
    :param house: number of the house; empty if it does not say.
    :param shown: the street or object as written, with its type.
    """

    key: str = ""
    settlement: str = ""
    house: str = ""
    shown: str = ""


@dataclass(slots=True)
class _Part:
    """A piece of a place: its kind, the lemmas of its name, where it stands."""

    kind: str = ""
    name: list[str] = field(default_factory=list)
    start: int = -1
    end: int = -1
    house: str = ""
    house_open: bool = True


def where(places: Iterable[str]) -> Where:
    """The place of a message.

    :param places: the places found in it, as written.
    :return: the first street or object with its settlement; without one a village.
    """
    settlement, village = "", Where()
    exact: Where | None = None
    for place in places:
        one, town, shown_village = _read(place)
        exact = exact or (one if one.key else None)
        if town and not settlement:
            settlement = town
            village = Where(town, "", "", shown_village) if shown_village else Where()
    if exact is None:
        return village
    return exact if exact.settlement or not settlement else Where(exact.key, settlement, exact.house, exact.shown)


@lru_cache(maxsize=1 << 16)
def _read(place: str) -> tuple[Where, str, str]:
    """The street or object in a place, its settlement, and how that is written if it is a village."""
    parts = list(_parts(place))
    town = next((part for part in parts if part.kind == "settlement" and part.name), None)
    for kind in ("street", "object", "district"):
        for part in parts:
            if part.kind == kind and part.name and (kind != "object" or _is_one(part, place)):
                settlement = "" if town is None else " ".join(town.name)
                shown = place[part.start : part.end]
                return Where(" ".join(part.name), settlement, part.house, shown), settlement, ""
    if town is None:
        return Where(), "", ""
    shown = place[town.start : town.end]
    return Where(), " ".join(town.name), shown if _VILLAGE.match(shown) else ""


def _is_one(part: _Part, place: str) -> bool:
    """Whether an object has a number or a name of its own: «школа № 12», not «детская больница»."""
    words = preprocess(place[part.start : part.end]).tokens
    own = [word for word in words if _class(word) not in _DESCRIBING and _KIND_OF_CLASS.get(_class(word)) != "object"]
    numbered = any(word.form.isdigit() for word in own) and words[0].form != "ст"
    return numbered or any(word.text[0].isupper() for word in own)


def _parts(place: str) -> Iterator[_Part]:
    tokens = preprocess(place).tokens
    part = _Part()
    for at, token in enumerate(tokens):
        gap = place[tokens[at - 1].end : token.start] if at else ""
        kind = _kind(token, place)
        if kind == "house":
            part.house_open = token.form == "д" or token.lemma == "дом"
        elif token.form.isdigit() or (not kind and _belongs_to_number(token, tokens, at, gap)):
            _take_number(part, token, tokens, at)
        elif kind and _is_type_of(part, kind, gap):
            part.kind, part.end = kind, token.end
        elif kind != "link":
            described = kind == "object" and part.kind in ("", "object") and not part.house and "," not in gap
            if part.name and (kind or "," in gap or part.house) and not described:
                yield _finished(part)
                part = _Part()
            _take_word(part, token, kind)
    if part.name:
        yield _finished(part)


def _is_type_of(part: _Part, kind: str, gap: str) -> bool:
    """«Садовая улица», «Заречный район»: the type stands behind the name."""
    return bool(part.name) and not part.kind and not part.house and kind not in ("object", "house") and "," not in gap


def _take_word(part: _Part, token: Token, kind: str) -> None:
    """A type opens a part, other words are its name; what is no street is known by its type as well."""
    part.kind = part.kind or kind
    if not kind or kind == "object":
        part.name.append(token.lemma)
    part.start, part.end = (token.start if part.start < 0 else part.start), token.end


def _class(token: Token) -> str:
    return CLASS_OF_WORD.get(token.form) or CLASS_OF_WORD.get(token.lemma, "")


def _kind(token: Token, place: str) -> str:
    """What a word opens; a letter without a dot is a type only where nothing else can be meant."""
    if len(token.form) == 1 and place[token.end : token.end + 1] != "." and token.form not in ("г", "д", "к", "у", "и"):
        return "link" if token.form in ("в", "с") else ""
    return _KIND_OF_CLASS.get(_class(token), "")


def has_type(shown: str) -> bool:
    """Whether a place as written names its type («ул. Мира», not «Мира»)."""
    return any(_KIND_OF_CLASS.get(_class(token)) == "street" for token in preprocess(shown).tokens)


def _belongs_to_number(token: Token, tokens: tuple[Token, ...], at: int, gap: str) -> bool:
    """«5а», «5 б», «1-я»."""
    return at > 0 and tokens[at - 1].form.isdigit() and len(token.form) <= 2 and gap in ("", "-", " ")


def _take_number(part: _Part, token: Token, tokens: tuple[Token, ...], at: int) -> None:
    """A number is part of a name («50 лет Октября», «школа № 12») or the first one is the house."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    begins_name = part.kind == "street" and not part.name and following is not None
    if part.kind in ("object", "district") or begins_name or _in_name(part, following):
        part.name.append(token.form)
        part.start, part.end = (token.start if part.start < 0 else part.start), token.end
    elif token.form.isdigit() and not part.house and part.house_open and part.name:
        part.house = token.form
    elif not token.form.isdigit() and part.house and part.house.isdigit() and part.house_open:
        part.house += token.form


def _in_name(part: _Part, following: Token | None) -> bool:
    """«50 лет Октября», «8 Марта», «1-я Садовая»."""
    if following is None:
        return False
    return CLASS_OF_WORD.get(following.form) in ("dated", "month") or (not part.name and following.form in _ENDINGS)


def _finished(part: _Part) -> _Part:
    """The part with its kind decided and its name bared: «Карла Маркса», «К. Маркса» and «Маркса» are one street."""
    if not part.kind:
        town = CLASS_OF_WORD.get(part.name[0]) == "city_word" or _is("Geox", part.name[0])
        part.kind = "settlement" if town and len(part.name) == 1 and not part.house else "street"
    if part.kind == "street":
        bare = [word for word in part.name[:-1] if not _is_first_name(word)]
        part.name = [*bare, part.name[-1]]
    return part


@lru_cache(maxsize=1 << 16)
def _is(grammeme: str, word: str) -> bool:
    """Whether a word can be a first name (``Name``), or is first of all a town (``Geox``)."""
    parses = analyzer().parse(word)
    if grammeme == "Geox":
        return "Geox" in parses[0].tag and parses[0].is_known
    return any(grammeme in parse.tag and parse.score >= 0.04 for parse in parses)


def _is_first_name(word: str) -> bool:
    return word in _HONOURS or (not word.isdigit() and (len(word) == 1 or _is("Name", word)))
