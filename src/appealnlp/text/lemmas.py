"""Word form -> lemma: a compiled table first, pymorphy3 for the rest.

The lemma is the normal form of pymorphy3's first parse (M. Korobov, "Morphological Analyzer and Generator for Russian
and Ukrainian Languages", 2015), with ё folded to е. Forms are first mended: letters drawn out for emphasis and Latin
letters that look like Cyrillic ones.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .first_parse import FirstParse, Readings

__all__ = ["Lemmatizer", "analyzer", "is_name", "lexeme", "mend", "readings"]

_LOOK_ALIKES = str.maketrans("abcehkmnoprtuxy", "авсенкмпоргтиху")
_MENDABLE = re.compile(r"[a-z]|(\D)\1\1")
_CYRILLIC = re.compile("[а-яѐ-џ]")
_NOT_LOOK_ALIKE = re.compile("[dfgijlqsvwz]")
_DRAWN_OUT = re.compile(r"(\D)\1{2,}")

_NAMES = frozenset({"Name", "Surn", "Patr", "Geox"})
_PATRONYMIC = re.compile("(?:ов|ев|ич)(?:ич|на)$|[оеё]вич$|евич$")

FORM_LENGTH_LIMIT = 64
"""Longer runs of letters are not words; they are their own lemma."""


def mend(form: str) -> str:
    """Undo drawn-out letters («пожааалуйста») and Latin look-alikes inside a Cyrillic word (folded form in, folded out).

    >>> mend("сроооочно"), mend("вoды"), mend("wifi")
    ('срочно', 'воды', 'wifi')
    """
    if len(form) > FORM_LENGTH_LIMIT or _MENDABLE.search(form) is None:
        return form
    if _CYRILLIC.search(form) and not _NOT_LOOK_ALIKE.search(form):
        form = form.translate(_LOOK_ALIKES)
    return _DRAWN_OUT.sub(r"\1", form)


_loading = threading.Lock()


@lru_cache(maxsize=1)
def _load() -> Any:
    import pymorphy3
    import pymorphy3_dicts_ru

    logging.getLogger("pymorphy3").setLevel(logging.ERROR)
    # Without a path pymorphy3 looks through everything that is installed, which takes longer than loading.
    return pymorphy3.MorphAnalyzer(path=pymorphy3_dicts_ru.get_path(), lang="ru")


def analyzer() -> Any:
    """pymorphy3's analyser: the one analyser of the process, loaded when the first form needs it."""
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _first_parse() -> FirstParse:
    return FirstParse(analyzer())


def _analyse(form: str) -> str:
    return _first_parse().normal_form(form).replace("ё", "е")


def readings(form: str) -> tuple[bool, Readings]:
    """Whether the dictionary has a form, and tag and score of each way to read it, the most probable first."""
    return _first_parse().readings(form)


@lru_cache(maxsize=1 << 17)
def is_name(form: str) -> bool:
    """Whether a folded form is first of all the name of a person or a place (``Name``, ``Surn``, ``Patr``, ``Geox``).

    «роза» is an ordinary word, «Кунгур» is not; a word that the dictionary lacks is a name if it can be one.
    """
    if not _CYRILLIC.search(form):
        return False
    parses = analyzer().parse(form)
    named = [bool(parse.tag.grammemes & _NAMES) for parse in parses]
    if named[0]:
        return True
    if not parses[0].is_known:  # a guess: «Юревич» as an abbreviation, «Бочаров» as a genitive plural
        return any(named) or _PATRONYMIC.search(form) is not None
    # «Иванов» is also read as a possessive adjective, «Ивана собака»: that makes no ordinary word of it.
    readings = zip(named, parses, strict=True)
    return any(named) and all(name or "Poss" in parse.tag.grammemes for name, parse in readings)


def lexeme(lemma: str) -> set[str]:
    """All folded forms of the words whose normal form is this folded lemma, as far as the dictionary knows them."""
    return {
        form.word.replace("ё", "е")
        for parse in analyzer().parse(lemma)
        if parse.is_known and parse.normal_form.replace("ё", "е") == lemma
        for form in parse.lexeme
    }


class Lemmatizer:
    """Lemmas of folded word forms, remembered within bounds; safe to share between threads.

    :param table: look-up of a compiled table, ``form -> lemma or None``; without one every form goes to pymorphy3.
    :param size: how many forms are remembered before the memory is emptied.
    """

    def __init__(self, table: Callable[[str], str | None] | None = None, *, size: int = 200_000) -> None:
        self._table = table
        self._size = size
        self._known: dict[str, tuple[str, str]] = {}

    def lemma(self, form: str) -> str:
        """Lemma of one folded form (see `appealnlp.text.tokens.FOLD`); numbers and Latin words are their own lemma."""
        return self.mended_and_lemma(form)[1]

    def mended_and_lemma(self, form: str) -> tuple[str, str]:
        """A folded form as `mend` gives it, and its lemma."""
        if len(form) > FORM_LENGTH_LIMIT:
            return form, form
        known = self._known.get(form)
        if known is None:
            found = self._table(form) if self._table is not None else None
            known = self.unlisted(form) if found is None else (mend(form), found)
            self._remember(form, known)
        return known

    def unlisted(self, form: str) -> tuple[str, str]:
        """`mended_and_lemma` of a form that is known to be missing from the table."""
        known = self._known.get(form)
        if known is None:
            mended = mend(form)
            known = mended, self._resolve(form, mended)
            self._remember(form, known)
        return known

    def _remember(self, form: str, known: tuple[str, str]) -> None:
        if len(self._known) >= self._size:
            self._known = {}
        self._known[form] = known

    def _resolve(self, form: str, mended: str) -> str:
        if len(mended) > FORM_LENGTH_LIMIT or not _CYRILLIC.search(mended):
            return mended
        found = self._table(mended) if self._table is not None and mended != form else None
        return found if found is not None else _analyse(mended)
