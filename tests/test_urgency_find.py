"""Finding rules in a message: the masks, the season, the quotes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.text import preprocess
from appealnlp.urgency.concepts import message_mask
from appealnlp.urgency.find import find
from appealnlp.urgency.hazards import RULES
from appealnlp.urgency.norms import load_norms
from appealnlp.urgency.vulnerable import vulnerable_evidence

NORMS = Path(__file__).parent.parent / "data" / "norms" / "norms.csv"
EVERYTHING = 2**64 - 1

WORDS = sorted({word for rule in RULES for text in (*rule.examples, *rule.counter_examples) for word in text.split()})
MESSAGES = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from([text for rule in RULES for text in rule.examples]), max_size=3).map(" ".join),
    st.text(max_size=60),
)


@given(MESSAGES)
def test_the_masks_lose_nothing(text: str) -> None:
    document = preprocess(text)
    mask = message_mask(document.lemmas)
    assert find(document, mask) == find(document) == find(document, EVERYTHING)


@given(MESSAGES)
def test_the_mask_of_vulnerable_people_loses_nothing(text: str) -> None:
    document = preprocess(text)
    assert vulnerable_evidence(document) == vulnerable_evidence(document, EVERYTHING)


@given(MESSAGES)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    for reason in find(preprocess(text)):
        assert reason.spans and reason.quote
        ends = [0]
        for start, end in reason.spans:
            assert ends[-1] <= start < end <= len(text)
            ends.append(end)


@pytest.mark.parametrize(
    ("text", "month", "expected"),
    [
        ("Нет отопления", 1, True),
        ("Нет отопления", 7, False),
        ("Нет отопления", None, True),
        ("Сосульки над входом", 3, True),
        ("Сосульки над входом", 8, False),
        ("Нет воды", 7, True),
    ],
)
def test_season(text: str, month: int | None, expected: bool) -> None:
    assert bool(find(preprocess(text), month=month)) is expected


def test_the_most_urgent_comes_first() -> None:
    reasons = find(preprocess("Лифт сломан. Протекает крыша. Пахнет газом в подъезде. Нет воды."))
    assert [reason.rule for reason in reasons][:2] == ["gas.smell", "service.water"]
    assert {"lift.out", "roof.leak"} <= {reason.rule for reason in reasons}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Здравствуйте! третий день нет отопления, помогите", "третий день нет отопления"),
        ("Уже 2 недели нет воды", "Уже 2 недели нет воды"),
        ("В доме\nнет   воды", "нет воды"),
        ("Нет крышки люка", "Нет крышки люка"),
    ],
)
def test_quotes(text: str, quote: str) -> None:
    assert find(preprocess(text))[0].quote == quote


def test_norms_of_the_rules_exist() -> None:
    norms = load_norms(NORMS)
    assert [rule.name for rule in RULES if rule.norm is not None and rule.norm not in norms] == []
    reason = find(preprocess("Нет отопления"), norms=norms)[0]
    assert reason.norm is not None and reason.norm.code == "no_heating"
    assert find(preprocess("Нет отопления"))[0].norm is None


@pytest.mark.parametrize("text", ["", "   ", "\0", "спасибо", "👍👍"])
def test_nothing_to_find(text: str) -> None:
    assert find(preprocess(text)) == []
