"""The class of a word: what it can be in a place.

`class_of_form` needs no dictionary: types of places, prepositions, numbers and the like are listed, adjectives in
«-ский» are known by their ending, and everything else is one of the `OPEN` classes. `name_class` asks pymorphy3 what
kind of name an open word could be. It is asked for capitalised words and for those after a word that opens a place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ..text.first_parse import Readings
from ..text.lemmas import readings
from .words import CLASS_OF_WORD

__all__ = ["CLASSES", "CLASSES_VERSION", "NAMES", "OPEN", "SK", "class_of_form", "classes_of", "name_class"]

CLASSES_VERSION = 1
"""To be raised whenever a form gets another class than before: models keep the classes of their forms."""

NAMES = (
    "adj_f", "adj_fo",  # feminine adjective: nominative «Садовая», oblique «Садовой»
    "adj_m", "adj_mo",  # masculine or neuter: «Нагорный», «Нагорном»
    "adj_p",  # plural adjective
    "surname", "surname_f",  # «Ленина»; «Полевой» (also a feminine adjective)
    "surname_odd", "geo_odd",  # a verb or adverb first of all, but a name as well
    "city", "city_surname",  # a known town first of all; the same and a surname («Кирова»)
    "geo", "village",  # possibly a town; «-ово», «-ино»
    "first",  # first name
    "people",  # genitive plural of people: «Строителей»
    "gen", "gen_f", "gen_m",  # genitive of a thing: «Труда»; _f, _m: can follow an oblique adjective of that gender
    "noun", "noun_f", "noun_m",
    "unknown", "other",  # not in the dictionary; cannot be a name
)  # fmt: skip
"""What an open word can be as a name."""
OPEN = ("word", "word_f", "word_a")
"""Words of which only pymorphy3 can say more; ``_f`` and ``_a`` by ending («-ой», «-ая», «-ую»; «-а», «-ого», «-ый»)."""
SK = ("sk_f", "sk_fo", "sk_m", "sk_g", "sk_mo", "sk_n")
"""Adjectives in «-ский» by gender and case (``sk_g``: «-ского»)."""
_SHAPES = ("n3", "n4", "n5", "letter", "pair", "acronym", *SK)
"""Numbers of up to three digits, of four, of more; one letter; two letters; a short word in capitals."""
CLASSES = (*OPEN, *_SHAPES, *NAMES, *dict.fromkeys(CLASS_OF_WORD.values()))
"""All classes; the number of a class is its place in this list, counted from one."""
_NUMBER = {name: number for number, name in enumerate(CLASSES, 1)}  # 0: not looked at yet

_IS_OPEN = frozenset(_NUMBER[name] for name in OPEN)

_SK = re.compile(r".+(?:ск|цк)(?:(ая)|(ой|ую)|(ий)|(ого)|(ому|ом|им)|(ое))$")
_ENDINGS = re.compile(r"..+(?:(ой|ей|ую|ая|яя)|(?:а|я|ого|его|их|ых|ый|ий))$")
_SURNAME = re.compile(r"(?:(?:[ое]в|[иы]н)(?:а|ой)|[ое]го|[иы]х|ой|ую)$")
_VILLAGE = re.compile(r"..+(?:[ое]во|[иы]но)$")


@lru_cache(maxsize=65_536)
def class_of_form(form: str) -> int:
    """Number of the class of a folded and mended form, without looking into a dictionary."""
    return _NUMBER[CLASS_OF_WORD.get(form) or _shape(form)]


def _shape(form: str) -> str:
    if form[0] <= "9":
        return "n3" if len(form) <= 3 else "n4" if len(form) == 4 else "n5"
    if len(form) <= 2:
        return "letter" if len(form) == 1 else "pair"
    adjective = _SK.match(form)
    if adjective is not None:
        return SK[(adjective.lastindex or 0) - 1]
    ending = _ENDINGS.match(form)
    return "word" if ending is None else "word_f" if ending.lastindex else "word_a"


def classes_of(form: str) -> tuple[int, int]:
    """`class_of_form`, and `name_class` of an open word (else 0), of a folded and mended form."""
    number = class_of_form(form)
    return number, name_class(form) if number in _IS_OPEN else 0


# What pymorphy3 says

_LIKELY = 0.04
"""Parses less probable than this do not count."""
_LIKELY_TOWN = 0.15
_NOMINAL = frozenset({"NOUN", "ADJF", "PRTF"})
_OBLIQUE = frozenset({"gent", "datv", "loct", "ablt", "loc2"})


@lru_cache(maxsize=65_536)
def name_class(form: str) -> int:
    """Number of the class, one of `NAMES`, of an open word as a name."""
    return _NUMBER[_as_name(form)]


def _as_name(form: str) -> str:
    known, found = readings(form)
    traits, first, town = _all_traits(found)
    surname = "surname" in traits and (known or _SURNAME.search(form) is not None)
    if not (known and "noun" in first) and _VILLAGE.match(form):
        return "village"
    if "nominal" not in first:
        return "surname_odd" if surname else "geo_odd" if town else "other"
    if town and "first" in traits:
        return "geo_odd"
    if known and "town" in first:
        return "city_surname" if surname or _SURNAME.search(form) else "city"
    if surname:
        return "surname_f" if {"adj_fo", "adj_f"} & traits or form.endswith(("ой", "ую")) else "surname"
    return "geo" if town else _as_word(traits, first, known=known)


@lru_cache(maxsize=4096)
def _all_traits(found: Readings) -> tuple[frozenset[str], frozenset[str], bool]:
    """Traits of all likely readings, those of the first, and whether one is a town; most words share their readings."""
    first = _traits(found[0][0])
    traits = first.union(*(_traits(tag) for tag, score in found[1:] if score >= _LIKELY))
    town = "town" in first.union(*(_traits(tag) for tag, score in found[1:] if score >= _LIKELY_TOWN))
    return traits, first, town


def _as_word(traits: frozenset[str], first: frozenset[str], *, known: bool) -> str:
    """Class of a word that is no name by itself."""
    if known and "first" in first:
        return "first"
    for kind in ("adj_fo", "adj_mo", "adj_f", "adj_m", "adj_p", "people"):
        if kind in traits:
            return kind
    gender = "_f" if "oblique_f" in traits else "_m" if "oblique_m" in traits else ""
    if "gen" in traits:
        return "gen" + gender
    return "unknown" if not known else "first" if "first" in traits else "noun" + gender


@lru_cache(maxsize=4096)
def _traits(tag: Any) -> frozenset[str]:
    """What a tag means for names; there are far fewer tags than words."""
    gender = "p" if tag.number == "plur" else "f" if tag.gender == "femn" else "m"
    oblique = gender != "p" and (tag.case in _OBLIQUE or (gender == "f" and tag.case == "accs" and tag.POS == "ADJF"))
    adjective, noun = tag.POS == "ADJF", tag.POS == "NOUN"
    traits = {
        "nominal": tag.POS in _NOMINAL,
        "noun": noun,
        "town": "Geox" in tag,
        "first": "Name" in tag,
        "surname": "Surn" in tag and (tag.case == "gent" or adjective),
        f"adj_{gender}{'o' if oblique else ''}": adjective,
        "gen": noun and tag.case == "gent" and "inan" in tag,
        "people": noun and {"gent", "anim", "plur"} in tag,
        f"oblique_{gender}": noun and oblique,
    }
    return frozenset(name for name, has in traits.items() if has and "Apro" not in tag)
