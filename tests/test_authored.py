"""The invented training messages: valid labels, no doubles, nothing of the samples, enough of every topic they are for."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from appealnlp.training.split import duplicate_key
from appealnlp.urgency.scale import LEVELS

DATA = Path(__file__).resolve().parents[1] / "data"
FIELDS = ["id", "text", "topic", "urgency", "kind", "vulnerable"]
KINDS = {"problem", "question", "proposal", "thanks", "other"}
SHORT_OF_EXAMPLES = [
    "utilities.gas_supply",
    "utilities.gasification",
    "utilities.burst_pipe",
    "utilities.wires_poles",
    "utilities.no_power",
    "utilities.no_hot_water",
    "economy.communications",
    "transport.driver",
    "improvement.cemetery",
    "services.mfc_gosuslugi",
    "ecology.water_soil",
    "ecology.air",
    "construction.land_property",
    "roads.barriers",
    "roads.bridge",
    "roads.open_manhole",
    "roads.traffic_light",
    "waste.separate",
    "health.ambulance",
    "health.medicines_supply",
    "education.safety",
    "safety.other",
    "housing.roof_ice",
    "housing.lift",
    "housing.inhouse_leak",
    "military.support",
    "other.other",
]
SAME_WORDS = 8


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


MESSAGES = read(DATA / "authored" / "messages.jsonl")
SAMPLES = read(DATA / "samples" / "messages.jsonl")
COUNTS = Counter(message["topic"] for message in MESSAGES)
with (DATA / "taxonomy" / "topics.csv").open(encoding="utf-8", newline="") as stream:
    TOPICS = {row["code"] for row in csv.DictReader(stream)}
FALLBACKS = sorted(code for code in TOPICS if code.endswith(".other") and code not in SHORT_OF_EXAMPLES)


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of ``SAME_WORDS`` words."""
    words = re.findall(r"\w+", text.lower().replace("ё", "е"))
    return {tuple(words[start : start + SAME_WORDS]) for start in range(len(words) - SAME_WORDS + 1)}


def test_every_message_has_the_same_fields_and_valid_labels() -> None:
    wrong = [
        message["id"]
        for message in MESSAGES
        if list(message) != FIELDS
        or message["topic"] not in TOPICS
        or message["urgency"] not in LEVELS
        or message["kind"] not in KINDS
        or message["vulnerable"] not in (0, 1)
        or message["text"] != message["text"].strip()
        or not message["text"]
    ]
    assert wrong == []


def test_ids_are_consecutive() -> None:
    assert [message["id"] for message in MESSAGES] == [f"a{number:03d}" for number in range(1, len(MESSAGES) + 1)]


def test_no_two_messages_are_near_duplicates() -> None:
    keys = Counter(duplicate_key(message["text"]) for message in MESSAGES)
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_message_is_among_the_samples() -> None:
    samples = {duplicate_key(sample["text"]) for sample in SAMPLES}
    assert [message["id"] for message in MESSAGES if duplicate_key(message["text"]) in samples] == []


def test_no_message_shares_a_run_of_words_with_a_sample() -> None:
    samples = set().union(*(runs(sample["text"]) for sample in SAMPLES))
    assert [message["id"] for message in MESSAGES if runs(message["text"]) & samples] == []


def test_thanks_ask_for_nothing() -> None:
    wrong = [m["id"] for m in MESSAGES if m["kind"] == "thanks" and m["urgency"] != "none"]
    assert wrong == []


def test_only_problems_are_pressing() -> None:
    pressing = {"urgent", "critical", "emergency"}
    assert [m["id"] for m in MESSAGES if m["urgency"] in pressing and m["kind"] != "problem"] == []


@pytest.mark.parametrize("topic", SHORT_OF_EXAMPLES)
def test_topics_short_of_examples_have_a_dozen(topic: str) -> None:
    assert COUNTS[topic] >= 12


@pytest.mark.parametrize("topic", FALLBACKS)
def test_fallback_topics_have_a_few(topic: str) -> None:
    assert COUNTS[topic] >= 4


def test_readme_states_how_many_there_are() -> None:
    readme = (DATA / "authored" / "README.md").read_text(encoding="utf-8")
    stated = dict(
        re.findall(r"^\| (messages|topics|emergency|critical|urgent|routine|none) \| (\d+) \|$", readme, re.M)
    )
    levels = Counter(message["urgency"] for message in MESSAGES)
    counted = {"messages": len(MESSAGES), "topics": len(COUNTS), **levels}
    assert stated == {name: str(count) for name, count in counted.items()}
