"""Odnoklassniki: responses of ``discussions.getComments`` and ``mediatopic.getComments``, one or several pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .values import as_text

__all__ = ["is_odnoklassniki", "odnoklassniki_rows"]

_BROKEN = "комментарий не разобран: не тот вид записи"


def is_odnoklassniki(pages: object) -> bool:
    """Whether JSON values are such responses."""
    return (
        isinstance(pages, list)
        and bool(pages)
        and all(isinstance(page, dict) and isinstance(page.get("comments"), list) for page in pages)
    )


def odnoklassniki_rows(
    pages: Sequence[dict[str, Any]],
) -> tuple[tuple[str, ...], list[list[object]], dict[int, str], list[str]]:
    """Columns, rows, errors by row and notices of some responses.

    Field names differ between versions of the interface: ``text`` is read, all other fields become columns as they are.

    :param pages: the responses in order.
    :return: columns; a row per comment; position of a row -> why it is not readable; notices.
    """
    comments = [comment for page in pages for comment in page["comments"]]
    keys = dict.fromkeys(key for comment in comments if isinstance(comment, dict) for key in comment)
    columns = tuple(keys) if "text" in keys else (*keys, "text")
    rows: list[list[object]] = []
    errors: dict[int, str] = {}
    for comment in comments:
        if isinstance(comment, dict):
            rows.append([comment.get(key) for key in columns])
        else:
            errors[len(rows)] = _BROKEN
            rows.append([as_text(comment) if key == "text" else None for key in columns])
    return columns, rows, errors, []
