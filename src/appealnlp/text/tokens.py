"""Cut a message into word forms and numbers, each with its place in the text.

A word is a run of Latin or Cyrillic letters, with single hyphens kept between letters («кто-то»); a number is a run of
ASCII digits. Letters are lower-cased and ё becomes е one code unit at a time, so a position in the folded text is the
same position in the text. The rules fit chat text; razdel's are made for news and fiction (its README says so).

This module is the readable reference: `appealnlp.text.chunks` does the same on numpy arrays for whole chunks of messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["FOLD", "iter_forms"]


def _fold_table() -> dict[int, int]:
    """Code point -> folded code point for every letter that can be part of a word."""
    table = {code: ord(chr(code).lower()) for code in [*range(ord("A"), ord("Z") + 1), *range(0x400, 0x430)]}
    table.update({ord("ё"): ord("е"), ord("Ё"): ord("е")})
    # All dashes that people type inside a word count as a hyphen.
    table.update(dict.fromkeys([0x2010, 0x2011], ord("-")))
    return table


FOLD: dict[int, int] = _fold_table()
"""For `str.translate`: lower case, ё -> е, typographic hyphens -> '-'. Never changes the length."""

_FORM = re.compile("[a-zа-яѐ-џ]+(?:-[a-zа-яѐ-џ]+)*|[0-9]+")


def iter_forms(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield ``(folded form, start, end)`` for each word and number of a cleaned text."""
    folded = text.translate(FOLD)
    for match in _FORM.finditer(folded):
        yield match.group(), match.start(), match.end()
