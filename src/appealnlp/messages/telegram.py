"""Telegram Desktop: ``result.json`` of one chat, or of all chats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .values import as_text

__all__ = ["is_telegram", "message_text", "telegram_rows"]

_COLUMNS = ("id", "date", "from", "from_id", "chat", "reply_to_message_id", "text")
_LISTS = ("chats", "left_chats")
_BROKEN = "сообщение не разобрано: не тот вид записи"


def is_telegram(document: object) -> bool:
    """Whether a JSON document is such an export: of one chat, or with lists of chats."""
    return isinstance(document, dict) and (
        isinstance(document.get("messages"), list)
        or any(isinstance(document.get(key), dict) and isinstance(document[key].get("list"), list) for key in _LISTS)
    )


def telegram_rows(
    document: Mapping[str, Any],
) -> tuple[tuple[str, ...], list[list[object]], dict[int, str], list[str]]:
    """Columns, rows, errors by row and notices of an export.

    Service messages (joined, pinned, called) are events, not messages, and are left out; messages with a picture only
    stay, with an empty text.

    :param document: the export.
    :return: columns; rows in the order of the file; position of a row -> why it is not readable; notices.
    """
    rows: list[list[object]] = []
    errors: dict[int, str] = {}
    service = 0
    for chat, message in _messages(document):
        if not isinstance(message, dict):
            errors[len(rows)] = _BROKEN
            rows.append([None, None, None, None, chat, None, as_text(message)])
        elif message.get("type") == "service":
            service += 1
        else:
            known = [message.get(key) for key in ("id", "date", "from", "from_id")]
            rows.append([*known, chat, message.get("reply_to_message_id"), message_text(message)])
    return _COLUMNS, rows, errors, [f"service messages left out: {service}"] if service else []


def message_text(message: Mapping[str, Any]) -> str:
    """The text of a message: ``text_entities`` where there are any, else ``text``, a string or a list of pieces."""
    entities = message.get("text_entities")
    pieces = entities if isinstance(entities, list) and entities else message.get("text", "")
    if not isinstance(pieces, list):
        return as_text(pieces)
    return "".join(as_text(piece.get("text", "")) if isinstance(piece, dict) else as_text(piece) for piece in pieces)


def _messages(document: Mapping[str, Any]) -> Iterator[tuple[object, Any]]:
    if isinstance(document.get("messages"), list):
        for message in document["messages"]:
            yield document.get("name"), message
    for key in _LISTS:
        chats = document.get(key)
        if isinstance(chats, dict) and isinstance(chats.get("list"), list):
            for chat in chats["list"]:
                if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
                    for message in chat["messages"]:
                        yield chat.get("name"), message
