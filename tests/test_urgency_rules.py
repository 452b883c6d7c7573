"""Every rule's own examples, and what all rules have in common."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from appealnlp.text import preprocess
from appealnlp.urgency.find import find
from appealnlp.urgency.hazards import RULES
from appealnlp.urgency.rules import Rule
from appealnlp.urgency.scale import at_least


def fired(text: str) -> list[str]:
    return [reason.rule for reason in find(preprocess(text))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_examples_fire(rule: Rule) -> None:
    assert [text for text in rule.examples if rule.name not in fired(text)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_counter_examples_do_not_fire(rule: Rule) -> None:
    assert [text for text in rule.counter_examples if rule.name in fired(text)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_enough_distinct_examples(rule: Rule) -> None:
    assert len(set(rule.examples)) >= 8
    assert len(set(rule.counter_examples)) >= 8


def test_names_and_levels() -> None:
    assert [name for name, count in Counter(rule.name for rule in RULES).items() if count > 1] == []
    assert all(re.fullmatch(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*", rule.name) for rule in RULES)
    assert all(at_least(rule.level, "urgent") for rule in RULES)
    assert all(re.match("[а-яё]", rule.title_ru) for rule in RULES)


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("Улица Газовиков, дом 3: когда уберут снег?", "gas.smell"),
        ("Пожарная часть переехала", "fire.burning"),
        ("Воду дали в обед, спасибо", "service.water"),
        ("Завтра будет отключена вода", "service.water"),
        ("Если прорвёт трубу, нас затопит", "water.burst_pipe"),
        ("Прорыв трубы уже устранили", "water.burst_pipe"),
        ("Не пахнет газом", "gas.smell"),
    ],
)
def test_look_alikes(text: str, forbidden: str) -> None:
    assert forbidden not in fired(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Вчера починили, сегодня опять прорвало трубу", "water.burst_pipe"),
        ("Так и не починили, нет воды", "service.water"),
        ("Почините! Нет воды", "service.water"),
        ("Заранее спасибо. Открыт люк у школы", "manhole.open"),
        ("Открыт люк у школы. Заранее спасибо за помощь", "manhole.open"),
    ],
)
def test_a_repair_that_did_not_last_is_no_repair(text: str, expected: str) -> None:
    assert expected in fired(text)
