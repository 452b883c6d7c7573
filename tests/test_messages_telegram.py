from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.messages.telegram import is_telegram, message_text, telegram_rows

TEXTS = [
    ({"text": "Просто текст"}, "Просто текст"),
    ({"text": ""}, ""),
    ({}, ""),
    ({"text": None}, ""),
    ({"text": ["Яма на ", {"type": "bold", "text": "Лесной"}, " улице"]}, "Яма на Лесной улице"),
    (
        {"text": "старое", "text_entities": [{"type": "plain", "text": "Нет "}, {"type": "link", "text": "воды"}]},
        "Нет воды",
    ),
    ({"text": "есть", "text_entities": []}, "есть"),
    ({"text": ["a", 5, {"type": "x"}]}, "a5"),
]


@pytest.mark.parametrize(("message", "text"), TEXTS)
def test_text(message: dict[str, object], text: str) -> None:
    assert message_text(message) == text


def message(number: int, **fields: object) -> dict[str, object]:
    return {"id": number, "type": "message", "date": f"2024-02-0{number}T10:00:00", "text": f"текст {number}", **fields}


CHAT = {"name": "Наш двор", "type": "private_group", "id": 7, "messages": [message(1), message(2, **{"from": None})]}
EXPORTS = [
    (CHAT, ["Наш двор", "Наш двор"]),
    ({"about": "…", "chats": {"about": "", "list": [CHAT]}}, ["Наш двор"] * 2),
    (
        {"chats": {"list": [CHAT]}, "left_chats": {"list": [{**CHAT, "name": None}, {"name": "пусто"}]}},
        ["Наш двор", "Наш двор", None, None],
    ),
    ({"left_chats": {"list": []}}, []),
]


@pytest.mark.parametrize(("export", "chats"), EXPORTS)
def test_one_chat_and_all_chats(export: dict[str, object], chats: list[object]) -> None:
    assert is_telegram(export)
    columns, rows, errors, notices = telegram_rows(export)
    assert columns == ("id", "date", "from", "from_id", "chat", "reply_to_message_id", "text")
    assert [row[4] for row in rows] == chats
    assert not errors
    assert not notices


def test_fields() -> None:
    full = message(3, **{"from": "Анна", "from_id": "user5", "reply_to_message_id": 1})
    _, rows, _, _ = telegram_rows({**CHAT, "messages": [full]})
    assert rows == [[3, "2024-02-03T10:00:00", "Анна", "user5", "Наш двор", 1, "текст 3"]]


def test_service_messages_are_left_out_and_counted_pictures_stay() -> None:
    messages = [message(1), message(2, type="service", action="pin_message"), message(3, text="", photo="1.jpg")]
    _, rows, _, notices = telegram_rows({**CHAT, "messages": messages})
    assert [(row[0], row[6]) for row in rows] == [(1, "текст 1"), (3, "")]
    assert notices == ["service messages left out: 1"]


def test_what_is_no_message_keeps_its_row() -> None:
    _, rows, errors, _ = telegram_rows({**CHAT, "messages": [message(1), "мусор", None]})
    assert len(rows) == 3
    assert set(errors) == {1, 2}


@pytest.mark.parametrize("document", [None, [], {}, {"messages": 5}, {"chats": []}, {"items": []}, "messages"])
def test_other_json_is_not_taken_for_it(document: object) -> None:
    assert not is_telegram(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "type", "id"]), inner),
)


@given(st.lists(JSON, max_size=6))
def test_any_messages_give_a_row_each_unless_service(messages: list[object]) -> None:
    _, rows, errors, _ = telegram_rows({"messages": messages})
    service = sum(isinstance(entry, dict) and entry.get("type") == "service" for entry in messages)
    assert len(rows) == len(messages) - service
    assert all(isinstance(row[6], str) for row in rows)
    assert set(errors) <= set(range(len(rows)))
