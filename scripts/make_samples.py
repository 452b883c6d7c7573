"""Derive the sample exports in data/samples from the master, data/samples/messages.jsonl.

Usage: make_samples.py [FOLDER]      (default: data/samples of this checkout)

The same master gives the same bytes on every run: what an export holds beside the master's fields (ids, times of day,
likes) is drawn from a checksum of the message's id, never from a clock or a random source.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "samples"
TOPICS = ROOT / "data" / "taxonomy" / "topics.csv"

Row = dict[str, Any]

ZONE = timezone(timedelta(hours=5))
FIXED = datetime(2025, 12, 31)
NO_TEXT = "Сообщение без текста"
LONG_CELL = 30_000

INCIDENT_COLUMNS = (
    *("№", "ID инцидента", "Статус", "Исполнитель", "Куратор", "Источник", "Площадка", "Ссылка на сообщение"),
    *("Автор", "Ссылка на автора", "Тип автора", "Подписчики", "Аудитория", "Тональность"),
    *("Лайки", "Комментарии", "Репосты", "Дата создания", "Дата окончания", "Группа тем", "Тема", "Регион"),
    *("Муниципалитет", "Населённый пункт", "Улица", "Дом", "Широта", "Долгота", "Плановый срок", "Дата ответа"),
    *("Просрочен", "Текст ответа", "Теги", "Повторный", "Текст инцидента", "Тип инцидента", "Итог", "Примечание"),
)
"""Headings of a wide incident export; «Текст инцидента» stands in column AI, the dates and topics in R to X."""

FORMULA_LIKE = (
    "=СУММА(обещаний) по нашему двору равна нулю, асфальта на Кедровой так и нет",
    "+1 к жалобе выше: на Кедровой колея, автобус объезжает по газону",
    "- света во дворе нет\n- лавочек нет\n- совести у подрядчика тоже нет",
    "@admin передайте дорожникам, что знак на Кедровой повёрнут к забору",
)
"""Texts that a spreadsheet would take for formulas."""

CITIES = ("Липогорск", "Верхнереченск", "Камнегорск", "Тихореченск", "Дубравинск")
CHANNELS = {"vk": "ВКонтакте", "telegram": "Телеграм", "ok": "Одноклассники", "portal": "Портал обращений"}
KINDS = {
    "problem": "Решаемый",
    "question": "Вопрос",
    "proposal": "Предложение",
    "thanks": "Благодарность",
    "other": "Нерешаемый",
}
OUTCOMES = ("", "Решено", "Не решено", "Отложено", "Дан ответ")

COMMUNITY = -777001
COMMUNITY_REPLIES = (
    "Здравствуйте! Передали информацию коммунальщикам, вернёмся с ответом до конца недели.",
    "Добрый день! Уточните, пожалуйста, адрес в личных сообщениях.",
    "Работы на этом участке запланированы, о сроках сообщим дополнительно. Спасибо за сигнал!",
    "Специалист выезжал, составлен акт, подрядчику направлено предписание.",
)

ENTITIES = (
    ("hashtag", re.compile(r"#\w+")),
    ("mention", re.compile(r"@[A-Za-z]\w+")),
    ("link", re.compile(r"https?://\S+")),
    ("phone", re.compile(r"\+7 900 \d{3}-\d\d-\d\d")),
)
_MENTION = re.compile(r"\[id(\d+)\|([^\]]+)\]")


def read_master(path: Path) -> list[Row]:
    """Read the messages written for the project.

    :param path: the master, one JSON object per line.
    :return: the messages in order.
    """
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def pick(message: Row, salt: str, size: int) -> int:
    """Draw a number below ``size`` that depends on the message's id and on what it is for, and on nothing else."""
    return zlib.crc32(f"{message['id']}:{salt}".encode()) % size


def moment(message: Row) -> datetime:
    """Date of the message with a time of day between 7 and 23 o'clock."""
    day = datetime.fromisoformat(message["date"])
    return day + timedelta(hours=7, seconds=pick(message, "second", 16 * 3600))


def unix(at: datetime) -> int:
    """Seconds since 1970 of a local time."""
    return int(at.replace(tzinfo=ZONE).timestamp())


def of_channel(messages: Iterable[Row], *channels: str) -> list[Row]:
    """Messages of some channels, in order."""
    return [message for message in messages if message["channel"] in channels]


# Tables


def incidents_xlsx(messages: Sequence[Row], titles: dict[str, tuple[str, str]]) -> bytes:
    """A wide incident export with what such exports contain: apostrophes, ``<br>``, a blank row, formula-like cells.

    :param messages: the master; two thirds of it are used.
    :param titles: topic code -> titles of its group and of itself.
    :return: the workbook.
    """
    chosen = [message for message in messages if pick(message, "incident", 3)]
    records: list[list[Any] | None] = [_incident(message, titles) for message in chosen]
    odd = [*FORMULA_LIKE, NO_TEXT, _long_text(messages)]
    for number, text in enumerate(odd):
        source = {**chosen[number], "text": text, "topic": "roads.pothole", "id": f"x{number}", "kind": "problem"}
        records.insert(30 * (number + 1), _incident(source, titles, as_is=True))
    records.insert(250, None)

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd.mm.yyyy hh:mm"})
    book.set_properties({"created": FIXED, "title": "Выгрузка инцидентов (вымышленные сообщения)"})
    sheet = book.add_worksheet("Инциденты")
    for row, cells in enumerate([list(INCIDENT_COLUMNS), *records]):
        for column, value in enumerate(cells or ()):
            if isinstance(value, str) and value:
                sheet.write_string(row, column, value)
            elif isinstance(value, datetime):
                sheet.write_datetime(row, column, value)
            elif value not in ("", None):
                sheet.write_number(row, column, value)
    book.close()
    return stream.getvalue()


def _incident(message: Row, titles: dict[str, tuple[str, str]], *, as_is: bool = False) -> list[Any]:
    text = message["text"] if as_is else message["text"].replace("\n", "<br>")
    if not as_is and pick(message, "apostrophe", 9) == 0:
        text = "'" + text
    created = moment(message)
    group, topic = titles[message["topic"]]
    city = CITIES[pick(message, "city", len(CITIES))]
    outcome = OUTCOMES[pick(message, "outcome", len(OUTCOMES))]
    closed = created + timedelta(hours=5 + pick(message, "closed", 200)) if outcome in ("Решено", "Дан ответ") else None
    number = 100_000 + pick(message, "number", 900_000)
    cells = {
        "№": pick(message, "serial", 5000) + 1,
        "ID инцидента": f"ИНЦ-{number}",
        "Статус": "Закрыт" if closed else "В работе",
        "Исполнитель": f"Администрация, г. {city}",
        "Источник": "Социальные сети" if message["channel"] != "portal" else "Портал",
        "Площадка": CHANNELS[message["channel"]],
        "Ссылка на сообщение": f"https://example.org/post/{number}",
        "Автор": message["author"],
        "Тип автора": "Пользователь",
        "Подписчики": pick(message, "followers", 900),
        "Аудитория": pick(message, "audience", 40_000),
        "Тональность": "Негатив" if message["kind"] == "problem" else "Нейтральная",
        "Лайки": pick(message, "likes", 60),
        "Комментарии": pick(message, "comments", 25),
        "Репосты": pick(message, "reposts", 5),
        "Дата создания": created,
        "Дата окончания": closed,
        "Группа тем": group,
        "Тема": topic,
        "Регион": "Заречная область",
        "Муниципалитет": f"Городской округ {city}",
        "Населённый пункт": city,
        "Плановый срок": created + timedelta(days=7),
        "Дата ответа": closed,
        "Просрочен": "Нет",
        "Повторный": "Да" if pick(message, "again", 6) == 0 else "Нет",
        "Текст инцидента": text,
        "Тип инцидента": KINDS[message["kind"]],
        "Итог": outcome,
    }
    return [cells.get(name, "") for name in INCIDENT_COLUMNS]


def _long_text(messages: Sequence[Row]) -> str:
    """One cell of exactly 30,000 characters: a digest of other messages."""
    return "\n\n".join(message["text"] for message in messages[40:])[:LONG_CELL]


def messages_cp1251(messages: Sequence[Row]) -> bytes:
    """Letters and comments as an office saves them: ``;``, windows-1251, CRLF; characters outside it are dropped."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Номер", "Дата поступления", "Источник", "Заявитель", "Текст обращения"])
    for message in of_channel(messages, "portal", "ok"):
        at, source = moment(message), CHANNELS[message["channel"]]
        writer.writerow([message["id"], f"{at:%d.%m.%Y %H:%M}", source, message["author"], message["text"]])
    return stream.getvalue().encode("cp1251", errors="ignore")


def labelled_csv(messages: Sequence[Row]) -> bytes:
    """All messages with their labels, to train and to evaluate on."""
    stream = io.StringIO(newline="")
    names = ["id", "text", "group", "topic", "urgency", "kind", "vulnerable"]
    writer = csv.DictWriter(stream, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(messages)
    return stream.getvalue().encode()


# Telegram


def telegram_chat(messages: Sequence[Row]) -> Row:
    """A Telegram Desktop export of one chat, with service messages, a sticker and all forms of ``text``."""
    return _chat("Чат жителей «Заречье»", 1_700_000_001, of_channel(messages, "telegram"))


def telegram_full(messages: Sequence[Row]) -> Row:
    """A Telegram Desktop export of all chats, one of them left; small."""
    some = of_channel(messages, "ok", "vk")
    return {
        "about": "Выгрузка для проверки программы. Все сообщения вымышлены.",
        "chats": {
            "about": "Список чатов.",
            "list": [
                _chat("Дом на Садовой", 1_700_000_002, some[5:90:6]),
                _chat("СНТ «Ветеран»", 1_700_000_003, some[100:180:7]),
            ],
        },
        "left_chats": {
            "about": "Чаты, из которых вы вышли.",
            "list": [_chat("Попутчики", 1_700_000_004, some[181::12])],
        },
    }


def _chat(name: str, number: int, messages: Sequence[Row]) -> Row:
    posts: list[Row] = []
    for message in sorted(messages, key=moment):
        number_of_post = 1000 + 2 * len(posts)
        if pick(message, "service", 12) == 0:
            posts.append(_service(message, number_of_post))
            number_of_post += 1
        if pick(message, "sticker", 40) == 0:
            posts.append({**_post(message, number_of_post), "text": "", "text_entities": [], "media_type": "sticker"})
            number_of_post += 1
        post = _post(message, number_of_post)
        if posts and pick(message, "reply", 6) == 0:
            post["reply_to_message_id"] = posts[-1]["id"]
        posts.append(post)
    return {"name": name, "type": "private_supergroup", "id": number, "messages": posts}


def _post(message: Row, number: int) -> Row:
    at = moment(message)
    post: Row = {
        "id": number,
        "type": "message",
        "date": at.isoformat(),
        "date_unixtime": str(unix(at)),
        "from": message["author"],
        "from_id": f"user{_account(message['author'])}",
    }
    if pick(message, "photo", 9) == 0:
        post["photo"] = "(File not included. Change data exporting settings to download.)"
    pieces = _pieces(message)
    post["text"] = [piece["text"] if piece["type"] == "plain" else piece for piece in pieces]
    if all(piece["type"] == "plain" for piece in pieces):
        post["text"] = message["text"]
    # Exports of old versions have no text_entities.
    if pick(message, "old", 5):
        post["text_entities"] = pieces
    return post


def _pieces(message: Row) -> list[Row]:
    """The text as entities: tags, mentions, links and phones; some messages open with a bold word."""
    text = message["text"]
    marks = [(found.span(), kind) for kind, pattern in ENTITIES for found in pattern.finditer(text)]
    first = re.match(r"\w+", text)
    if not marks and first and pick(message, "bold", 4) == 0:
        marks.append((first.span(), "bold"))
    pieces, at = [], 0
    for (start, end), kind in sorted(marks):
        pieces += [{"type": "plain", "text": text[at:start]}, {"type": kind, "text": text[start:end]}]
        at = end
    pieces.append({"type": "plain", "text": text[at:]})
    return [piece for piece in pieces if piece["text"]]


def _service(message: Row, number: int) -> Row:
    at = moment(message)
    who = message["author"]
    event = {
        "id": number,
        "type": "service",
        "date": at.isoformat(),
        "date_unixtime": str(unix(at)),
        "actor": who,
        "actor_id": f"user{_account(who)}",
        "text": "",
        "text_entities": [],
    }
    if number % 4:
        return {**event, "action": "pin_message", "message_id": number - 1}
    return {**event, "action": "join_group_by_link", "inviter": "Группа"}


def _account(author: str) -> int:
    return 1_000_000 + zlib.crc32(author.encode()) % 9_000_000


# VK and Odnoklassniki


def vk_comments(messages: Sequence[Row]) -> Row:
    """A response of ``wall.getComments`` with threads, answers of the community and a deleted comment."""
    items: list[Row] = []
    people: dict[str, int] = {}
    for number, message in enumerate(of_channel(messages, "vk"), 500):
        comment = _vk_comment(message, number, people.setdefault(message["author"], _account(message["author"])))
        parent = _vk_parent(message["text"], items, people)
        if parent is not None:
            comment.update(parents_stack=[parent["id"]], reply_to_user=parent["from_id"], reply_to_comment=parent["id"])
            parent["thread"]["items"].append(comment)
            continue
        comment["thread"] = {"count": 0, "items": [], "can_post": True, "show_reply_button": True}
        items.append(comment)
        if pick(message, "answered", 7) == 0:
            comment["thread"]["items"].append(_vk_answer(message, comment, number))
    items.insert(20, {"id": 499, "from_id": 0, "date": items[19]["date"] + 60, "text": "", "deleted": True})
    for comment in items:
        if "thread" in comment:
            comment["thread"]["count"] = len(comment["thread"]["items"])
    profiles = [{"id": account, "first_name": name, "last_name": ""} for name, account in people.items()]
    replies = sum(comment["thread"]["count"] for comment in items if "thread" in comment)
    return {
        "response": {
            "count": len(items) + replies,
            "current_level_count": len(items),
            "can_post": True,
            "show_reply_button": True,
            "items": items,
            "profiles": profiles,
            "groups": [
                {"id": -COMMUNITY, "name": "Заречье официально", "screen_name": "zarechie_demo", "type": "page"}
            ],
        }
    }


def _vk_comment(message: Row, number: int, author: int) -> Row:
    comment = {
        "id": number,
        "from_id": author,
        "post_id": 77,
        "owner_id": COMMUNITY,
        "date": unix(moment(message)),
        "text": message["text"],
        "likes": {"count": pick(message, "likes", 40), "can_like": 1, "user_likes": 0},
        "parents_stack": [],
    }
    if pick(message, "attached", 8) == 0:
        comment["attachments"] = [{"type": "photo", "photo": {"id": number * 10, "owner_id": author}}]
    return comment


def _vk_parent(text: str, items: Sequence[Row], people: dict[str, int]) -> Row | None:
    """The latest comment of the person whom a reply names."""
    named = _MENTION.match(text)
    if named is None:
        return None
    called = {account for author, account in people.items() if author.split()[0] == named[2]}
    return next((item for item in reversed(items) if item["from_id"] in called), None)


def _vk_answer(message: Row, comment: Row, number: int) -> Row:
    return {
        "id": number + 10_000,
        "from_id": COMMUNITY,
        "post_id": 77,
        "owner_id": COMMUNITY,
        "date": comment["date"] + 3600,
        "text": COMMUNITY_REPLIES[pick(message, "answer", len(COMMUNITY_REPLIES))],
        "parents_stack": [comment["id"]],
        "reply_to_user": comment["from_id"],
        "reply_to_comment": comment["id"],
        "is_from_post_author": True,
    }


def ok_pages(messages: Sequence[Row], size: int = 50) -> list[Row]:
    """Responses of ``discussions.getComments``, page after page."""
    comments = [_ok_comment(message) for message in of_channel(messages, "ok")]
    pages = [comments[start : start + size] for start in range(0, len(comments), size)]
    return [
        {
            "comments": page,
            "has_more": number < len(pages),
            "anchor": f"page{number}",
            "discussionId": "70001",
            "discussionType": "GROUP_TOPIC",
        }
        for number, page in enumerate(pages, 1)
    ]


def _ok_comment(message: Row) -> Row:
    comment = {
        "id": f"c{message['id']}",
        "text": message["text"],
        "author_id": str(_account(message["author"])),
        "author_name": message["author"],
        "author_type": "USER",
        "date": moment(message).isoformat(sep=" "),
        "like_count": pick(message, "likes", 30),
    }
    if pick(message, "reply", 10) == 0:
        comment["reply_to_comment_id"] = f"c{pick(message, 'to', 9999)}"
    return comment


# Everything


def as_json(document: object) -> bytes:
    """JSON with real letters, indented by one space as Telegram Desktop does."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def read_titles(path: Path) -> dict[str, tuple[str, str]]:
    """Titles of group and topic by topic code.

    :param path: the taxonomy's table of topics.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: (row["group_title_ru"], row["title_ru"]) for row in csv.DictReader(stream)}


def build(messages: Sequence[Row], titles: dict[str, tuple[str, str]]) -> dict[str, bytes]:
    """All derived files.

    :param messages: the master.
    :param titles: see :func:`read_titles`.
    :return: name of a file -> its bytes.
    """
    makers: dict[str, Callable[[], bytes]] = {
        "incidents.xlsx": lambda: incidents_xlsx(messages, titles),
        "messages_cp1251.csv": lambda: messages_cp1251(messages),
        "labelled.csv": lambda: labelled_csv(messages),
        "result.json": lambda: as_json(telegram_chat(messages)),
        "result_full.json": lambda: as_json(telegram_full(messages)),
        "vk_comments.json": lambda: as_json(vk_comments(messages)),
        "ok_comments.json": lambda: as_json(ok_pages(messages)),
    }
    return {name: make() for name, make in makers.items()}


def main(arguments: Sequence[str]) -> None:
    """Write the derived files next to the master, or into another folder."""
    folder = Path(*arguments) if arguments else SAMPLES
    for name, content in build(read_master(SAMPLES / "messages.jsonl"), read_titles(TOPICS)).items():
        (folder / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
