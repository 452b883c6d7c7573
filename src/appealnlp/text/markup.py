"""Blank out what is not the resident's words: HTML, VK and Telegram remnants, links, masks of exports.

Almost everything is replaced by spaces of the same length, so that positions in the cleaned text are positions in the
original. Where that is impossible (entities that stand for letters, decomposed «й», invisible characters inside words)
`clean` also returns where each character came from. What exports contain is listed in the project's notes on formats;
the VK mention syntax is documented at dev.vk.com, Telegram's at core.telegram.org/import-export.
"""

from __future__ import annotations

import html
import re

__all__ = ["Suspect", "clean", "clean_suspect"]


class Suspect:
    """Signs of what needs cleaning, as bits (plain numbers: flags of the standard library take ten times as long)."""

    TAG = 1
    """«<»"""
    BRACKET = 2
    """«[»"""
    LINK = 4
    """«//»"""
    WWW = 8
    """«www» in whatever case"""
    AT = 16
    """«@»"""
    UNDERSCORE = 32
    BACKSLASH = 64
    HARD_SIGN = 128
    """A mark between letters that may stand for «ъ»."""
    LENGTH = 256
    """«&», a combining or an invisible character: the text may become shorter."""


EVERYTHING = sum(bit for name, bit in vars(Suspect).items() if name.isupper())

_SUSPECT = re.compile(
    "[<&\\[@\\\\_\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]|//|[wW][wW][wW]|[А-Яа-яЁё][\"'`’*][ЕеЁёЮюЯя]"
)
"""A text without any of these needs no cleaning."""

_BLANKED: tuple[tuple[int, str, re.Pattern[str]], ...] = tuple(
    (suspect, sign, re.compile(pattern, re.VERBOSE | re.DOTALL))
    for suspect, sign, pattern in (
        (Suspect.TAG, "-->", r"""<!--.{0,5000}?-->"""),                               # HTML comment
        (Suspect.TAG, "</", r"""(?i:<(script|style)\b[^<>]{0,500}>[^<]{0,20000}</\1\s*>)"""),   # not words at all
        (Suspect.TAG, "<", r"""</?[A-Za-z][^<>]{0,2000}>"""),                         # a tag
        (Suspect.BRACKET, "[", r"""\[(?:id|club|public|event|app)-?\d+(?::[^\]|]{0,80})?\|[^\]\n]{0,200}\],?   # VK: [club1|Name]
            | \[https?://[^\]|\s]{1,500}\|[^\]\n]{0,200}\]               # VK: [https://…|label]
            | \[(?:USER|GROUP|PHONE|EMAIL|LINK|URL|MASK|ID|CARD|NAME|DATE)(?::[^\]\n]{0,200})?\]   # anonymised exports
            | \[(?i:фото|видео|аудио|стикер|голосовое\ сообщение|документ|опрос|photo|video|sticker
                  |forwarded\ from[^\]\n]{0,100})\]
        """),
        (Suspect.LINK, "//", r"""(?i:https?://)[^\s<>"«»\]]+"""),
        (Suspect.WWW, "", r"""(?i:www\.)[^\s<>"«»\]]+"""),
        (Suspect.AT, "@", r"""[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+             # e-mail
            | (?<![\w.])@[A-Za-z]\w{2,64}                                # @account
        """),
        (Suspect.UNDERSCORE, "_", r"""(?i:\b(?:VID|IMG|PXL|DSC|DCIM|Screenshot|WhatsApp)[_-]\w[\w.-]{0,60})"""),   # file names
        (Suspect.BACKSLASH, "\\", r"""\\[nrt](?![a-z])"""),                                 # escapes left by a broken JSON export
    )
)  # fmt: skip
"""What is replaced by spaces, each behind a sign without which nobody looks for it."""
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HARD_SIGN = re.compile("[\"'`’*](?<=[А-Яа-яЁё].)(?=[ЕеЁёЮюЯя][А-Яа-яЁё])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_LENGTH_CHANGES = re.compile(f"[&\u0306\u0308{_INVISIBLE.pattern[1:]}")
_COMPOSED = {
    ("и", "\u0306"): "й", ("И", "\u0306"): "Й", ("е", "\u0308"): "ё", ("Е", "\u0308"): "Ё",
}  # fmt: skip


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match.group())


def clean(text: str) -> tuple[str, list[int] | None]:
    """Return the cleaned text and, if its length changed, the original position of each of its characters plus the end.

    With ``None`` for the positions, position *i* of the cleaned text is position *i* of the original.

    >>> clean("[club1|Город], нет<br>воды")
    ('               нет    воды', None)
    >>> clean("&#1053;ет")
    ('Нет', [0, 7, 8, 9])
    """
    return (text, None) if _SUSPECT.search(text) is None else clean_suspect(text)


def clean_suspect(text: str, suspects: int = EVERYTHING) -> tuple[str, list[int] | None]:
    """`clean` for a text that is known to hold something that may need it.

    :param suspects: what it may hold, if that is known; it holds nothing else.
    """
    for suspect, sign, pattern in _BLANKED:
        if suspects & suspect and sign in text:
            text = pattern.sub(_spaces, text)
    if suspects & Suspect.HARD_SIGN:
        text = _HARD_SIGN.sub("ъ", text)
    return _decode(text) if suspects & Suspect.LENGTH else (text, None)


def _decode(text: str) -> tuple[str, list[int] | None]:
    """Resolve what changes the length: entities, decomposed letters, invisible characters."""
    if _LENGTH_CHANGES.search(text) is None:
        return text, None
    if "&" in text:
        # Entities that stand for punctuation or a space need no shift: blank them in place.
        text = _ENTITY.sub(lambda m: m.group() if html.unescape(m.group()).isalnum() else " " * len(m.group()), text)
    edits = [(m.start(), m.end(), html.unescape(m.group())) for m in _ENTITY.finditer(text)] if "&" in text else []
    edits += [(m.start(), m.end(), "") for m in _INVISIBLE.finditer(text)]
    for position in range(1, len(text)) if re.search("[\u0306\u0308]", text) else ():
        composed = _COMPOSED.get((text[position - 1], text[position]))
        if composed is not None:
            edits.append((position - 1, position + 1, composed))
    if not edits:
        return text, None
    pieces: list[str] = []
    origin: list[int] = []
    at = 0
    for start, end, replacement in sorted(edits):
        pieces += [text[at:start], replacement]
        origin += [*range(at, start), *([start] * len(replacement))]
        at = end
    pieces.append(text[at:])
    origin += range(at, len(text) + 1)
    return "".join(pieces), origin
