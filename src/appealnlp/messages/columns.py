"""Which column holds the message, and which its date: names as export systems write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import InputError

__all__ = ["check_one", "describe", "find_date", "find_named", "find_text"]

_TEXT_NAMES = (
    "текст инцидента",
    "текст обращения",
    "текст сообщения",
    "текст комментария",
    "текст жалобы",
    "текст вопроса",
    "текст письма",
    "текст отзыва",
    "текст поста",
    "текст заявки",
    "текст заявления",
    "текст",
    "содержание обращения",
    "содержание сообщения",
    "содержание вопроса",
    "содержание заявки",
    "суть обращения",
    "суть вопроса",
    "описание проблемы",
    "описание обращения",
    "описание заявки",
    "обращение",
    "сообщение",
    "жалоба",
    "комментарий",
    "комментарий жителя",
    "вопрос",
    "отзыв",
    "содержание",
    "описание",
    "text",
    "message text",
    "comment text",
    "post text",
    "full text",
    "message",
    "comment",
    "body",
    "content",
)
_DATE_NAMES = (
    "дата создания",
    "дата обращения",
    "дата поступления",
    "дата регистрации",
    "дата публикации",
    "дата сообщения",
    "дата комментария",
    "дата инцидента",
    "дата и время",
    "дата",
    "date",
    "created at",
    "created",
    "datetime",
    "timestamp",
    "published at",
    "publication date",
)
_SHOWN_COLUMNS = 40
_SHOWN_LENGTH = 40
_SHOWN_WORDS = 5
_NOT_WORD = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    return _NOT_WORD.sub(" ", name.casefold().replace("ё", "е")).strip()


def _first_of(columns: Sequence[str], names: Sequence[str]) -> int | None:
    places: dict[str, int] = {}
    for position, column in enumerate(columns):
        places.setdefault(_plain(column), position)
    return next((places[name] for name in names if name in places), None)


def find_named(columns: Sequence[str], name: str) -> int | None:
    """Position of the column called ``name``: exactly so, else up to case, spaces, punctuation and ё."""
    if name in columns:
        return list(columns).index(name)
    return _first_of(columns, [_plain(name)]) if _plain(name) else None


def check_one(columns: Sequence[str], name: str, file: str | None = None) -> None:
    """Refuse a heading that more than one column has.

    :param file: for the error.
    :raises InputError: there are several such columns.
    """
    count = columns.count(name)
    if count > 1:
        raise InputError(f"{count} columns have this heading; rename all but one", file=file, column=name)


def find_date(columns: Sequence[str]) -> int | None:
    """Position of the column with the date, by its name."""
    return _first_of(columns, _DATE_NAMES)


def find_text(columns: Sequence[str], wanted: str | None = None, *, file: str | None = None, row: int = 1) -> int:
    """Position of the column with the message.

    :param columns: the headings.
    :param wanted: the name the user gave; without it, the usual names are tried in order.
    :param file: for the error.
    :param row: row of the headings, for the error.
    :return: the position.
    :raises InputError: if there is no such column; the error lists the columns seen.
    """
    found = _first_of(columns, _TEXT_NAMES) if wanted is None else find_named(columns, wanted)
    if found is not None:
        return found
    if wanted is None:
        what = "no column with a usual name for the message text; name it with --text-column"
        raise InputError(f"{what}. Columns seen: {describe(columns)}", file=file, row=row)
    raise InputError(f"there is no such column. Columns seen: {describe(columns)}", file=file, row=row, column=wanted)


def describe(columns: Sequence[str]) -> str:
    """The columns as an error may list them: a file without a header has messages there, and those are not shown."""
    shown = [
        repr(name) if _may_show(name) else f"(text of {len(name)} characters)" for name in columns[:_SHOWN_COLUMNS]
    ]
    if len(columns) > _SHOWN_COLUMNS:
        shown.append(f"and {len(columns) - _SHOWN_COLUMNS} more")
    if not all(map(_may_show, columns)):
        shown.append("is the header row missing?")
    return ", ".join(shown) if shown else "none"


def _may_show(name: str) -> bool:
    return len(name) <= _SHOWN_LENGTH and len(name.split()) <= _SHOWN_WORDS
