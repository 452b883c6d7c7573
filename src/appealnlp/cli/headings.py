"""The columns that the commands add, in order, with their Russian headings.

The Russian headings begin with «Авто:» so that they never cover a column of the export itself («Тема», «Группа тем»).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..messages import AddedColumn
    from ..messages.values import Kind

__all__ = ["CLASSIFIED", "ERROR", "INCIDENT", "LEMMATIZED", "MASKED_ONLY", "SOURCE_FILE", "Language", "added_columns"]

ERROR = "nlp_error"
SOURCE_FILE = "nlp_source_file"

_HEADINGS: dict[str, tuple[str, Kind]] = {
    SOURCE_FILE: ("Авто: файл", "text"),
    "nlp_topic": ("Авто: код темы", "text"),
    "nlp_topic_title": ("Авто: тема", "text"),
    "nlp_group": ("Авто: код группы", "text"),
    "nlp_group_title": ("Авто: группа", "text"),
    "nlp_confidence": ("Авто: уверенность", "number"),
    "nlp_alternatives": ("Авто: другие темы", "text"),
    "nlp_urgency": ("Авто: код срочности", "text"),
    "nlp_urgency_title": ("Авто: срочность", "text"),
    "nlp_urgency_reason": ("Авто: причина срочности", "text"),
    "nlp_react_hours": ("Авто: срок реакции, ч", "number"),
    "nlp_kind": ("Авто: вид сообщения", "text"),
    "nlp_vulnerable": ("Авто: уязвимая группа", "integer"),
    "nlp_places": ("Авто: места", "text"),
    "nlp_needs_review": ("Авто: проверить", "integer"),
    "nlp_lemmas": ("Авто: леммы", "text"),
    ERROR: ("Авто: ошибка", "text"),
    "nlp_incident": ("Авто: инцидент", "integer"),
    "nlp_incident_size": ("Авто: сообщений в инциденте", "integer"),
}
INCIDENT = ("nlp_incident", "nlp_incident_size")
CLASSIFIED = tuple(key for key in _HEADINGS if key not in {SOURCE_FILE, "nlp_lemmas", *INCIDENT})
LEMMATIZED = ("nlp_lemmas", ERROR)
MASKED_ONLY = (ERROR,)


class Language(str, Enum):
    """Language of the headings of the added columns."""

    en = "en"
    ru = "ru"


def added_columns(keys: tuple[str, ...], language: Language) -> list[AddedColumn]:
    """The columns with these keys, headed by the key itself or in Russian."""
    from ..messages import AddedColumn

    return [AddedColumn(key, _HEADINGS[key][0] if language is Language.ru else key, _HEADINGS[key][1]) for key in keys]
