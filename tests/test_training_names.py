"""Labels as people and exports write them."""

from __future__ import annotations

import pytest

from appealnlp.errors import InputError
from appealnlp.taxonomy import Taxonomy
from appealnlp.training.names import LabelNames, level_codes


def test_every_topic_and_group_of_ours_is_found_by_code_and_title(taxonomy: Taxonomy) -> None:
    names = LabelNames(taxonomy)
    for topic in taxonomy.topics:
        assert names.topic(topic.code) == topic.code
        assert names.topic(topic.title.upper(), topic.group_title) == topic.code
        assert names.group(topic.group) == names.group(topic.group_title) == topic.group
    assert names.topic("что-то ещё") is None
    assert names.group("что-то ещё") is None


def test_levels_by_code_and_title() -> None:
    assert level_codes(["urgent", "Экстренная", "без срочности", "", "Routine"]) == [
        "urgent",
        "emergency",
        "none",
        "",
        "routine",
    ]


def test_other_levels_are_listed() -> None:
    with pytest.raises(InputError, match="'важно', 'очень важно'; the levels are emergency \\(Экстренная\\)"):
        level_codes(["urgent", "очень важно", "важно", "важно"])
