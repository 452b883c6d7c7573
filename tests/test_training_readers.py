"""Agreement of readers, recorded labels and a model."""

from __future__ import annotations

import pytest

from appealnlp.training.readers import agreement

GROUPS = {"roads.pothole": "roads", "roads.sidewalk": "roads", "waste.dump": "waste"}
POTHOLE, SIDEWALK, DUMP = GROUPS


def test_shares_of_the_same_group_and_topic() -> None:
    found = agreement(
        GROUPS,
        recorded=[POTHOLE, POTHOLE, DUMP, DUMP],
        readers=([POTHOLE, SIDEWALK, DUMP, POTHOLE], [POTHOLE, SIDEWALK, SIDEWALK, DUMP]),
        model=[POTHOLE, POTHOLE, DUMP, SIDEWALK],
    )
    assert found.messages == 4
    assert found.pairs == {
        "two readers": (0.5, 0.5),
        "a reader and the recorded label": (0.75, 0.5),
        "the model and a reader": (0.75, 0.375),
        "the model and the recorded label": (0.75, 0.75),
    }
    assert found.as_dict()["pairs"]["two readers"] == [0.5, 0.5]


def test_as_many_topics_from_everybody() -> None:
    with pytest.raises(ValueError, match="zip"):
        agreement(GROUPS, [POTHOLE], ([POTHOLE], [POTHOLE, DUMP]), [POTHOLE])
