"""Model and rules together."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.result import Reason
from appealnlp.text import preprocess
from appealnlp.urgency.decide import MODEL_RULE, decide, hours_ru, with_words
from appealnlp.urgency.find import find
from appealnlp.urgency.norms import load_norms
from appealnlp.urgency.scale import LEVELS, rank

NORMS = load_norms(Path(__file__).parent.parent / "data" / "norms" / "norms.csv")


def reason(level: str, norm: str | None = None, rule: str = "a.rule", quote: str = "слова") -> Reason:
    return Reason(rule, level, "название", quote, ((0, 5),), None if norm is None else NORMS.get(norm))


@pytest.mark.parametrize(
    ("text", "topic", "level", "hours", "sentence"),
    [
        (
            "третий день нет отопления",
            "utilities.no_heating",
            "critical",
            4.0,
            "Аварийная: «третий день нет отопления»; ПП РФ № 354, прил. 1 — до 4 ч",
        ),
        (
            "пахнет газом",
            "other.other",
            "emergency",
            0.0,
            "Экстренная: «пахнет газом»; немедленно передать в 112; "
            "ПБ 12-529-03 (заменены, проверить действующие) — до 40 мин",
        ),
        (
            "собака укусила",
            "safety.stray_animals",
            "urgent",
            72.0,
            "Срочная: «собака укусила»; отдельный срок не установлен; внутренний предел уровня «срочная» — до 72 ч",
        ),
        ("подскажите часы приёма", "other.other", "none", None, ""),
    ],
)
def test_rules_alone(text: str, topic: str, level: str, hours: float | None, sentence: str) -> None:
    verdict = decide("none", text, (), find(preprocess(text), norms=NORMS), topic, NORMS)
    assert (verdict.level, verdict.react_hours, verdict.sentence) == (level, hours, sentence)


def test_the_model_alone_quotes_its_words() -> None:
    verdict = decide("urgent", "тут очень опасно", ((4, 9), (10, 16)), [], "other.other", NORMS)
    assert verdict.level == "urgent" and verdict.react_hours == 72
    assert [each.rule for each in verdict.reasons] == [MODEL_RULE]
    assert verdict.sentence.startswith("Срочная (по модели): «очень», «опасно»; отдельный срок не установлен")


def test_the_norm_of_the_topic_applies_where_no_rule_speaks() -> None:
    verdict = decide("urgent", "беда", ((0, 4),), [], "housing.roof_leak", NORMS)
    assert verdict.react_hours == 24
    assert verdict.sentence == "Срочная (по модели): «беда»; Госстрой № 170, прил. 2 — до 24 ч"


@pytest.mark.parametrize(
    ("level", "topic", "hours", "sentence"),
    [
        ("routine", "housing.entrance_lighting", 168.0, "Плановая; Госстрой № 170, прил. 2 — до 168 ч"),
        ("none", "housing.entrance_lighting", None, ""),
        ("routine", "housing.roof_leak", None, ""),  # its norm is for what is at least urgent
        ("routine", "other.other", None, ""),
    ],
)
def test_below_urgent(level: str, topic: str, hours: float | None, sentence: str) -> None:
    verdict = decide(level, "", (), [], topic, NORMS)
    assert (verdict.level, verdict.react_hours, verdict.sentence, verdict.reasons) == (level, hours, sentence, ())


def test_a_rule_without_norm_does_not_borrow_that_of_the_topic() -> None:
    verdict = decide("routine", "", (), [reason("urgent")], "housing.roof_leak", NORMS)
    assert verdict.react_hours == 72 and "не установлен" in verdict.sentence


def test_a_weaker_rule_stays_a_reason_but_its_norm_does_not_count() -> None:
    verdict = decide("critical", "слова", ((0, 5),), [reason("urgent", "ice_pavement")], "other.other", NORMS)
    assert verdict.level == "critical" and verdict.react_hours == 4
    assert [each.rule for each in verdict.reasons] == [MODEL_RULE, "a.rule"]
    assert "50597" not in verdict.sentence


def test_the_strictest_norm_wins() -> None:
    verdict = decide("none", "", (), [reason("critical", "no_water"), reason("critical", "no_power")], "x", NORMS)
    assert verdict.react_hours == 2


def test_quotes_stay_on_one_line_and_keep_their_own_quotation_marks_apart() -> None:
    sentence = decide("none", "", (), [reason("urgent", quote="у «Рынка»\n яма" + " и яма" * 40)], "x", NORMS).sentence
    assert "\n" not in sentence and "„Рынка“" in sentence and "…»" in sentence


@given(
    st.sampled_from(LEVELS),
    st.lists(st.sampled_from(LEVELS[2:]).map(lambda level: reason(level)), max_size=3),
    st.sampled_from(["housing.roof_leak", "utilities.no_heating", "other.other"]),
)
def test_rules_only_raise_and_every_alarm_has_a_reason(model: str, reasons: list[Reason], topic: str) -> None:
    reasons = sorted(reasons, key=lambda each: -rank(each.level))
    verdict = decide(model, "слова", ((0, 5),), reasons, topic, NORMS)
    assert rank(verdict.level) == max([rank(model), *(rank(each.level) for each in reasons)])
    if rank(verdict.level) >= rank("urgent"):
        assert verdict.reasons[0].level == verdict.level
        assert verdict.sentence and verdict.react_hours is not None


@pytest.mark.parametrize(
    ("hours", "written"), [(0.17, "10 мин"), (0.5, "30 мин"), (1.5, "1,5 ч"), (4.0, "4 ч"), (168, "168 ч")]
)
def test_hours(hours: float, written: str) -> None:
    assert hours_ru(hours) == written


@pytest.mark.parametrize("level", ["urgent", "critical", "emergency"])
@pytest.mark.parametrize(
    "words", [[], ["воды"], ["кто-то", "«в", "5"], ["ж" * 120, "ж" * 121, "под\u00adвал"], ["пункт", "а  б", "x"]]
)
def test_words_put_into_a_sentence_later_make_the_same_sentence(level: str, words: list[str]) -> None:
    text = "; ".join(words)
    spans, at = [], 0
    for word in words:
        spans.append((at, at + len(word)))
        at += len(word) + 2
    for topic in ("utilities.no_heating", "other.other"):
        without = decide(level, "", (), (), topic, NORMS)
        assert with_words(without.sentence, level, words) == decide(level, text, spans, (), topic, NORMS).sentence
