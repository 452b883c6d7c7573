"""What the sheets of audit and review have in common: headings in English and Russian, and what names a row."""

from __future__ import annotations

import hashlib

from ..messages.workbook import SheetColumn

__all__ = [
    "DELETE", "FILE", "KEY", "LABEL", "MIDDLE", "MOST_CHOICES", "NARROW", "RIGHT_LABEL", "RIGHT_TOPIC", "RIGHT_URGENCY",
    "ROW", "TEXT", "WIDE", "Names", "column", "row_key",
]  # fmt: skip

Names = tuple[str, str]
"""In English and in Russian."""

FILE: Names = ("file", "Файл")
ROW: Names = ("row", "Строка")
TEXT: Names = ("text", "Текст")
KEY: Names = ("key", "Ключ")
LABEL: Names = ("label", "Метка")
RIGHT_LABEL: Names = ("right_label", "Верная метка")
RIGHT_TOPIC: Names = ("right_topic", "Верная тема")
RIGHT_URGENCY: Names = ("right_urgency", "Верная срочность")
DELETE: Names = ("delete", "удалить")
"""Written instead of a label: the row is not to be learned from."""
MOST_CHOICES = 200
"""More labels do not go into a list that a person picks from."""
WIDE, MIDDLE, NARROW = 70, 32, 13


def row_key(key: str) -> str:
    """What ties a row of a sheet to a row of the export, whatever Excel does to the text: a hash of its `duplicate_key`."""
    return "k" + hashlib.sha256(key.encode()).hexdigest()[:12]


def column(names: Names, language: int, width: int, *, wrapped: bool = False, to_fill_in: bool = False) -> SheetColumn:
    """A column of a sheet.

    :param language: 0 English, 1 Russian.
    """
    return SheetColumn(names[language], width, wrapped, "heading to fill in" if to_fill_in else "heading")
