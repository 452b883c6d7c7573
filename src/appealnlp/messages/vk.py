"""VK: responses of ``wall.getComments``, or the list of their items; replies follow their comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from .values import as_text

__all__ = ["is_vk", "is_vk_response", "vk_rows"]

_COLUMNS = (
    "id",
    "post_id",
    "owner_id",
    "from_id",
    "is_community",
    "reply_to_user",
    "reply_to_comment",
    "thread_of",
    "deleted",
    "date",
    "text",
)
_DELETED = "комментарий удалён"
_BROKEN = "комментарий не разобран: не тот вид записи"


def is_vk(pages: object) -> bool:
    """Whether JSON values are such responses, or comments themselves."""
    if not isinstance(pages, list) or not pages:
        return False
    return all(is_vk_response(page) for page in pages) or all(_is_comment(page) for page in pages)


def is_vk_response(page: object) -> bool:
    """Whether a JSON value is a response with comments."""
    if not isinstance(page, dict):
        return False
    if "response" in page:
        inner = page["response"]
        return all(map(is_vk_response, inner)) if isinstance(inner, list) else is_vk_response(inner)
    items = page.get("items")
    return isinstance(items, list) and (not items or any(map(_is_comment, items)))


def vk_rows(
    pages: Sequence[Any],
) -> tuple[tuple[str, ...], list[list[object]], dict[int, str], list[str]]:
    """Columns, rows, errors by row and notices of some responses.

    A negative ``from_id`` is a community, usually the authority's own answer: the row stays, with ``is_community`` 1.

    :param pages: the responses in order, or the comments.
    :return: columns; a row per comment and reply; position of a row -> why it has no verdict; notices.
    """
    rows: list[list[object]] = []
    errors: dict[int, str] = {}
    for comment, parent in _comments(pages):
        if not isinstance(comment, dict):
            errors[len(rows)] = _BROKEN
            rows.append([*[None] * (len(_COLUMNS) - 1), as_text(comment)])
            continue
        author, deleted, text = comment.get("from_id"), bool(comment.get("deleted")), as_text(comment.get("text"))
        if deleted and not text.strip():
            errors[len(rows)] = _DELETED
        rows.append(
            [
                comment.get("id"),
                comment.get("post_id"),
                comment.get("owner_id"),
                author,
                int(isinstance(author, int) and author < 0),
                comment.get("reply_to_user"),
                comment.get("reply_to_comment"),
                parent,
                int(deleted),
                _moment(comment.get("date")),
                text,
            ]
        )
    community = sum(row[4] == 1 for row in rows)
    return _COLUMNS, rows, errors, [f"comments by communities: {community}"] if community else []


def _is_comment(value: object) -> bool:
    return isinstance(value, dict) and {"id", "from_id", "date"} <= value.keys() and isinstance(value["from_id"], int)


def _comments(pages: Sequence[Any]) -> Iterator[tuple[Any, object]]:
    for page in pages:
        if isinstance(page, dict) and "response" in page:
            inner = page["response"]
            yield from _comments(inner if isinstance(inner, list) else [inner])
        elif isinstance(page, dict) and isinstance(page.get("items"), list):
            for comment in page["items"]:
                yield from _with_thread(comment, None)
        else:
            yield from _with_thread(page, None)


def _with_thread(comment: Any, parent: object) -> Iterator[tuple[Any, object]]:
    yield comment, parent
    thread = comment.get("thread") if isinstance(comment, dict) else None
    if isinstance(thread, dict) and isinstance(thread.get("items"), list):
        for reply in thread["items"]:
            yield from _with_thread(reply, comment.get("id"))


def _moment(seconds: object) -> object:
    """Unix time as an ISO date in UTC; anything else as it is."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return seconds
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).isoformat()
    except (ValueError, OverflowError, OSError):
        return seconds
