"""From the message as it was exported to lemmas with their places in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .lemmas import Lemmatizer
from .markup import clean
from .tokens import iter_forms

__all__ = ["Document", "Token", "preprocess"]


class Token(NamedTuple):
    """One word or number: ``text`` is the original between ``start`` and ``end``; ``form`` is folded and mended."""

    text: str
    start: int
    end: int
    form: str
    lemma: str


@dataclass(frozen=True, slots=True)
class Document:
    """A message and its tokens, in order."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def lemmas(self) -> list[str]:
        """The lemmas, in order."""
        return [token.lemma for token in self.tokens]


@lru_cache(maxsize=1)
def _shared_lemmatizer() -> Lemmatizer:
    return Lemmatizer()


def preprocess(text: str, lemmatizer: Lemmatizer | None = None) -> Document:
    """Clean, tokenise and lemmatise one message.

    :param text: the message as exported (HTML, VK mentions, emoji and all).
    :param lemmatizer: where lemmas come from; one shared pymorphy3 lemmatiser if not given.
    :return: tokens whose ``start`` and ``end`` are positions in ``text`` itself.
    """
    return document(text, spans(text), lemmatizer or _shared_lemmatizer())


def spans(text: str) -> list[tuple[str, int, int]]:
    """``(folded form, start, end)`` of each word and number of a message; positions in ``text`` itself."""
    cleaned, origin = clean(text)
    found = list(iter_forms(cleaned))
    return found if origin is None else [(form, origin[at], origin[end]) for form, at, end in found]


def document(text: str, found: Sequence[tuple[str, int, int]], lemmatizer: Lemmatizer) -> Document:
    """The document of a message whose `spans` are known."""
    known = lemmatizer.mended_and_lemma
    return Document(text, tuple([Token(text[at:end], at, end, *known(form)) for form, at, end in found]))
