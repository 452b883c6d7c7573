"""What counts beside the words: fast = plain, rules only raise, costs decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import appealnlp
from appealnlp.context import MARKS, RULE_UNIT, Context, length_of, level_costs, log_chances, marks_of, one_stage
from appealnlp.heads import KINDS
from appealnlp.urgency.hazards import RULE_NUMBERS, RULES
from appealnlp.urgency.scale import LEVELS, rank

OUTPUTS = len(LEVELS) + len(KINDS) + 1
TOPICS, SOME_RULES = 6, 12


def make_context(seed: int = 0) -> Context:
    draw = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        return draw.normal(0, 1, shape).astype(np.float32)

    by_rule = np.rint(normal(SOME_RULES, len(LEVELS)) * RULE_UNIT) / RULE_UNIT
    by_level = normal(len(LEVELS) + 1, len(LEVELS))
    return Context(normal(TOPICS, OUTPUTS), by_level, normal(len(MARKS), OUTPUTS), by_rule, level_costs(0.4, 1.5))


def plain_level(context: Context, scores: Sequence[float]) -> int:
    """The reference: expected cost of each level, one after the other."""
    highest = max(scores)
    chance = [math.exp(score - highest) for score in scores]
    expected = [
        sum(p * float(cost) for p, cost in zip(chance, context.costs[:, given], strict=True)) for given in range(5)
    ]
    return expected.index(min(expected))


def plain_raised(context: Context, level: int, scores: Sequence[float], rules: Sequence[int]) -> int:
    heard = [float(score) for score in scores]
    for rule in rules:
        for place in range(len(LEVELS)):
            heard[place] += float(context.by_rule[rule, place])
    return max(level, plain_level(context, heard))


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_many_messages_are_judged_as_one_by_one(seed: int, messages: int) -> None:
    context, draw = make_context(seed), np.random.default_rng(seed)
    scores = draw.normal(0, 2, (messages, len(LEVELS))).astype(np.float32)
    rules = [draw.integers(0, SOME_RULES, draw.integers(1, 5)).tolist() for _ in range(messages)]
    levels = context.levels(scores)
    assert levels.tolist() == [plain_level(context, row.tolist()) for row in scores]
    raised = context.raised(levels, scores, rules)
    assert raised.tolist() == [
        plain_raised(context, level, row.tolist(), some)
        for level, row, some in zip(levels.tolist(), scores, rules, strict=True)
    ]
    for row in range(messages):
        here = slice(row, row + 1)
        assert context.raised(levels[here], scores[here], [rules[row][::-1]])[0] == raised[row]


@given(st.integers(0, 2**32))
def test_rules_never_lower_a_level(seed: int) -> None:
    context, draw = make_context(seed), np.random.default_rng(seed)
    scores = draw.normal(0, 2, (20, len(LEVELS))).astype(np.float32)
    levels = draw.integers(0, len(LEVELS), 20)
    assert (context.raised(levels, scores, [[number % SOME_RULES] for number in range(20)]) >= levels).all()


def test_no_message_with_a_rule() -> None:
    nothing = np.zeros(0, np.int64)
    assert make_context().raised(nothing, np.zeros((0, len(LEVELS)), np.float32), []).tolist() == []


def test_an_urgent_rule_and_words_make_an_alarm() -> None:
    context = make_context()
    by_rule = np.zeros_like(context.by_rule)
    by_rule[3, rank("critical")] = 2.0
    context = replace(context, by_rule=by_rule, costs=level_costs(0, 0))
    scores = np.array([[0, 1, 2, 1, 0], [0, 5, 2, 1, 0]], np.float32)
    assert context.raised(context.levels(scores), scores, [[3], [3]]).tolist() == [rank("critical"), rank("routine")]


@pytest.mark.parametrize(
    ("distance", "missed", "level"),
    [(0, 0, "routine"), (0, 1.0, "critical"), (0.5, 0, "urgent")],
)
def test_what_a_wrong_level_costs(distance: float, missed: float, level: str) -> None:
    """Routine is likeliest; a missed alarm may cost more, and the middle is never far from the truth."""
    scores = np.log(np.array([[0.01, 0.44, 0.14, 0.4, 0.01]], np.float32))
    context = replace(make_context(), costs=level_costs(distance, missed))
    assert LEVELS[context.levels(scores)[0]] == level


def test_costs_of_nothing_but_a_wrong_level_give_the_likeliest_one() -> None:
    scores = np.random.default_rng(1).normal(0, 2, (500, len(LEVELS))).astype(np.float32)
    context = replace(make_context(), costs=level_costs(0, 0))
    assert (context.levels(scores) == scores.argmax(axis=1)).all()


def test_topic_marks_and_length_add_up() -> None:
    context = make_context()
    words = np.zeros((2, OUTPUTS), np.float32)
    marks = np.array([[1, 0, 1], [0, 0, 0]], np.float32)
    energy = np.array([1000, 90000])
    found = context.judgements(words, np.array([4, 0]), marks, energy)
    length = length_of(energy)
    topic = context.by_topic[4]
    chances = np.log(np.exp(topic[:5]) / np.exp(topic[:5]).sum() + 1e-3)
    expected = np.append(chances @ context.by_level[:5] + context.by_level[5], topic[5:])
    expected += context.by_mark[0] + context.by_mark[2] + length[0] * context.by_mark[3]
    assert np.allclose(found[0], expected, atol=1e-4)
    silent = context.judgements(words, np.array([4, 0]), None, energy)
    assert np.allclose(silent[1], found[1]) and not np.allclose(silent[0], found[0])
    assert length[0] < 0 < length_of(np.array([10**9]))[0]


def test_without_a_second_stage_the_order_of_the_scores_stays() -> None:
    context = replace(make_context(), by_level=one_stage(), by_mark=np.zeros((len(MARKS), OUTPUTS), np.float32))
    words = np.random.default_rng(3).normal(0, 1, (200, OUTPUTS)).astype(np.float32)
    topics = np.arange(200) % TOPICS
    found = context.judgements(words, topics, None, np.full(200, 5000))
    before = words + context.by_topic[topics]
    assert (found[:, :5].argmax(axis=1) == before[:, :5].argmax(axis=1)).all()
    assert (found[:, 5:] == before[:, 5:]).all()


def test_a_level_that_is_out_of_the_question_has_a_floor() -> None:
    chances = log_chances(np.array([[-1000.0, 0, 0, 0, -1000]]))[0]
    assert chances[0] == chances[4] == pytest.approx(math.log(1e-3))
    assert chances[1] == pytest.approx(math.log(1 / 3 + 1e-3))


def test_only_the_last_norm_counts_for_the_length() -> None:
    assert length_of(np.array([[1, 5000], [9, 5000]])).tolist() == length_of(np.array([5000, 5000])).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Нет воды", [0, 0, 0]),
        ("Когда дадут воду?", [1, 1, 0]),
        ("Когда? Ждём! \n", [1, 0, 1]),
        ("Почему?? \u00a0", [1, 1, 0]),
        ("", [0, 0, 0]),
    ],
)
def test_marks(text: str, expected: list[int]) -> None:
    assert marks_of([text])[0].tolist() == expected


def test_every_rule_has_its_number() -> None:
    assert [RULES[number].name for number in RULE_NUMBERS.values()] == list(RULE_NUMBERS)
    assert list(RULE_NUMBERS.values()) == list(range(len(RULES)))


def test_a_question_mark_makes_a_question_likelier() -> None:
    context = appealnlp.load()._heads.context
    question, problem = (len(LEVELS) + KINDS.index(kind) for kind in ("question", "problem"))
    asked = context.by_mark[0] + context.by_mark[1]
    assert asked[question] > asked[problem]
