"""Which labels become topics, which rows are learned from, and what cannot be learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from appealnlp.errors import InputError
from appealnlp.taxonomy import Taxonomy, Topic
from appealnlp.training import choice as module
from appealnlp.training.choice import choose, choose_known
from appealnlp.training.examples import Examples


def make(rows: Iterable[tuple[str, ...]]) -> Examples:
    examples = Examples()
    for row in rows:
        examples.add(*row)
    return examples


def series(topic: str, count: int, group: str = "") -> list[tuple[str, ...]]:
    return [(f"{topic} сообщение {number}", topic, group) for number in range(count)]


def test_small_topics_are_left_out_and_named() -> None:
    examples = make([*series("а", 6), *series("б", 4), *series("в", 5), ("текст", "", "г")])
    choice = choose(examples)
    assert choice.taxonomy.codes == ("а", "в")
    assert choice.left_out == {"б": 4}
    assert [examples.topics[at] for at in choice.left_out_positions] == ["б"] * 4
    assert Counter(examples.topics[at] for at in choice.positions) == {"а": 6, "в": 5}


def test_repetitions_count_once() -> None:
    rows = [*series("а", 5), *series("б", 5)]
    louder = [(text.upper() + "!!!", topic, group) for text, topic, group in rows]
    choice = choose(make([*rows, *louder]))
    assert choice.positions.tolist() == list(range(10))
    assert choice.repeated == 10
    with pytest.raises(InputError, match="at least two such topics"):
        choose(make([*series("а", 5), *series("б", 1), *[("б, сообщение 0!", "б", "")] * 9]))


def test_a_topic_of_several_groups_goes_to_the_largest() -> None:
    rows = [*series("а", 5, "первая"), *series("б", 4, "вторая"), ("иначе", "б", "первая"), *series("в", 5, "вторая")]
    choice = choose(make(rows))
    assert {topic.code: topic.group for topic in choice.taxonomy.topics} == {
        "а": "первая",
        "б": "вторая",
        "в": "вторая",
    }
    assert choice.several_groups == {"б": {"вторая": 4, "первая": 1}}
    groups = [topic.group for topic in choice.taxonomy.topics]
    assert groups == sorted(groups)


def test_rows_without_letters_are_not_learned() -> None:
    choice = choose(make([*series("а", 5), *series("б", 5), ("!!!", "а", ""), ("???", "б", "")]))
    assert choice.positions.tolist() == list(range(10))
    assert (choice.wordless, choice.repeated) == (2, 0)


@pytest.mark.parametrize("group", ["", "одна"])
def test_without_groups_or_with_one_there_is_one_level(group: str) -> None:
    choice = choose(make([*series("а", 5, group), *series("б", 5, group)]))
    assert choice.taxonomy.groups == ("",)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([], "none of the 0 rows"),
        ([("", "а", ""), (" ... ", "б", "")], "none of the 2 rows.*2 without text"),
        ([("текст", "", "")], "none of the 1 rows"),
        (series("а", 30), "same topic"),
        ([*series("а", 2), *series("б", 1)], "3 different labelled messages"),
        ([(f"текст {n}", str(n * 7919), "") for n in range(300)], "looks like a number"),
        ([row for n in range(2001) for row in series(f"т{n}", 5)], "2,001 different topics; at most 2,000"),
    ],
)
def test_what_cannot_be_learned_is_explained(rows: list[tuple[str, ...]], what: str) -> None:
    with pytest.raises(InputError, match=what):
        choose(make(rows))


def test_numbers_are_labels_like_any_other() -> None:
    assert choose(make([*series("12", 5), *series("7", 6)])).taxonomy.codes == ("12", "7")


def test_too_many_messages_are_cut_from_the_largest_topics_whatever_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGES", 30)
    rows = [*series("а", 40), *series("б", 30), *series("в", 6)]
    kept = []
    for order in (rows, rows[::-1]):
        examples = make(order)
        choice = choose(examples)
        assert Counter(examples.topics[at] for at in choice.positions) == {"а": 12, "б": 12, "в": 6}
        assert choice.surplus == 46
        kept.append({examples.texts[at] for at in choice.positions})
    assert kept[0] == kept[1]


KNOWN = Taxonomy(
    (
        Topic("roads.pothole", "Ямы", "roads", "Дороги", "…", "routine"),
        Topic("roads.other", "Другое", "roads", "Дороги", "…", "routine"),
        Topic("water.other", "Другое", "water", "Вода", "…", "routine"),
    )
)


def test_labels_of_a_base_are_codes_or_titles() -> None:
    rows = [
        *[(f"яма {n}", "roads.pothole", "") for n in range(10)],
        *[(f"ямища {n}", "ямы", "") for n in range(10)],
        *[(f"вода {n}", "Другое", "Вода") for n in range(5)],
        ("неясно чьё", "Другое", ""),
        ("чужое", "Парки", ""),
    ]
    choice, truth = choose_known(make(rows), KNOWN)
    assert Counter(truth.tolist()) == {0: 20, 2: 5}
    assert choice.left_out == {"Другое": 1, "Парки": 1}


def test_too_few_labels_of_a_base() -> None:
    with pytest.raises(InputError, match=r"2 different messages.*appealnlp topics"):
        choose_known(make([("яма", "Ямы", ""), ("ямища", "Ямы", ""), *series("Парки", 50)]), KNOWN)
