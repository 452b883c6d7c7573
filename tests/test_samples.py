from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from appealnlp.messages import open_source

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "samples"
FIELDS = ["id", "text", "topic", "group", "urgency", "kind", "vulnerable", "places", "date", "channel", "author"]
URGENCY_AT_LEAST = {"emergency": 25, "critical": 60, "urgent": 80, "routine": 100, "none": 50}
KINDS = {"problem", "question", "proposal", "thanks", "other"}
DERIVED = {
    "incidents.xlsx": "Текст инцидента",
    "messages_cp1251.csv": "Текст обращения",
    "labelled.csv": "text",
    "result.json": "text",
    "result_full.json": "text",
    "vk_comments.json": "text",
    "ok_comments.json": "text",
}


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", ROOT / "scripts" / "make_samples.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = load_script()
MASTER = MAKE.read_master(SAMPLES / "messages.jsonl")
with (ROOT / "data" / "taxonomy" / "topics.csv").open(encoding="utf-8", newline="") as stream:
    GROUPS = {row["code"]: row["group"] for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def built() -> dict[str, bytes]:
    files: dict[str, bytes] = MAKE.build(MASTER, MAKE.read_titles(MAKE.TOPICS))
    return files


def letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text.lower().replace("ё", "е"))) or text


def unpacked(content: bytes) -> dict[str, bytes]:
    """Members of a workbook: how well they are packed depends on the zlib at hand, what they hold does not."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


@pytest.mark.parametrize("message", MASTER, ids=lambda message: message["id"])
def test_message_is_well_formed(message: dict[str, object]) -> None:
    assert list(message) == FIELDS
    assert GROUPS[str(message["topic"])] == message["group"]
    assert message["urgency"] in URGENCY_AT_LEAST
    assert message["kind"] in KINDS
    assert message["vulnerable"] in (0, 1)
    assert message["channel"] in MAKE.CHANNELS
    assert date.fromisoformat(str(message["date"])).year == 2025
    assert str(message["author"]).strip() and str(message["text"]).strip()
    assert isinstance(message["places"], list)
    assert all(place and place in str(message["text"]) for place in message["places"])


def test_labels_agree_with_the_guide() -> None:
    pressing = [message for message in MASTER if message["urgency"] in ("emergency", "critical")]
    assert {message["kind"] for message in pressing} == {"problem"}
    assert "problem" not in {message["kind"] for message in MASTER if message["urgency"] == "none"}


def test_ids_are_numbered() -> None:
    assert [message["id"] for message in MASTER] == [f"s{number:03d}" for number in range(1, len(MASTER) + 1)]


def test_no_message_stands_twice() -> None:
    assert [text for text, times in Counter(letters(message["text"]) for message in MASTER).items() if times > 1] == []


def test_every_topic_is_shown() -> None:
    shown = Counter(message["topic"] for message in MASTER)
    assert [code for code in GROUPS if not code.endswith(".other") and shown[code] < 2] == []
    assert {message["group"] for message in MASTER} == set(GROUPS.values())


def test_levels_and_kinds_are_spread() -> None:
    assert len(MASTER) >= 380
    levels = Counter(message["urgency"] for message in MASTER)
    assert {level: levels[level] for level, least in URGENCY_AT_LEAST.items() if levels[level] < least} == {}
    assert {message["kind"] for message in MASTER} == KINDS


def test_phones_are_invented() -> None:
    text = "\n".join(message["text"] for message in MASTER)
    phones = re.findall(r"(?:\+7|\b8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d\d[\s-]*\d\d", text)
    assert phones and all(phone.startswith("+7 900 000-") for phone in phones)


def test_lengths_vary() -> None:
    lengths = [len(message["text"]) for message in MASTER]
    assert min(lengths) <= 2
    assert max(lengths) >= 3000


@pytest.mark.parametrize("name", DERIVED)
def test_committed_file_is_what_the_script_makes(name: str, built: dict[str, bytes]) -> None:
    committed = (SAMPLES / name).read_bytes()
    if name.endswith(".xlsx"):
        assert unpacked(committed) == unpacked(built[name])
    else:
        assert committed == built[name]


def test_two_runs_give_the_same_bytes(built: dict[str, bytes]) -> None:
    assert MAKE.build(MASTER, MAKE.read_titles(MAKE.TOPICS)) == built


def test_script_writes_all_files_into_a_folder(tmp_path: Path, built: dict[str, bytes]) -> None:
    MAKE.main([str(tmp_path)])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == built
    assert set(built) == set(DERIVED)


@pytest.mark.parametrize(("name", "column"), DERIVED.items())
def test_sample_opens(name: str, column: str) -> None:
    with open_source(SAMPLES / name) as source:
        texts = [text for batch in source.batches() for text in batch.texts]
        assert source.text_column == column
        assert len(texts) == source.row_count > 30


def test_workbook_holds_the_odd_cells(built: dict[str, bytes]) -> None:
    shared = unpacked(built["incidents.xlsx"])["xl/sharedStrings.xml"].decode()
    cells = re.findall(r"<t[^>]*>(.*?)</t>", shared, re.DOTALL)
    assert {start for start in "=+-@'" if any(cell.startswith(start) for cell in cells)} == set("=+-@'")
    assert MAKE.NO_TEXT in cells
    assert any(len(cell) >= MAKE.LONG_CELL for cell in cells)
    assert any("&lt;br&gt;" in cell for cell in cells)


def test_telegram_holds_every_form_of_text(built: dict[str, bytes]) -> None:
    posts = json.loads(built["result.json"])["messages"]
    forms = {(post["type"], type(post["text"]).__name__, "text_entities" in post) for post in posts}
    assert forms >= {("message", "str", True), ("message", "list", True), ("service", "str", True)}
    assert any(post["type"] == "message" and "text_entities" not in post for post in posts)
    assert json.loads(built["result_full.json"])["left_chats"]["list"]


def test_vk_holds_threads_answers_and_a_deleted_comment(built: dict[str, bytes]) -> None:
    response = json.loads(built["vk_comments.json"])["response"]
    replies = [reply for item in response["items"] for reply in item.get("thread", {"items": []})["items"]]
    assert any(reply["from_id"] < 0 for reply in replies)
    assert any(reply["from_id"] > 0 for reply in replies)
    assert any(item.get("deleted") for item in response["items"])
    assert response["count"] == len(response["items"]) + len(replies)


def test_total_size_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 1_500_000
