from __future__ import annotations

from pathlib import Path

import pytest

from appealnlp.incidents import Incident, raised
from appealnlp.urgency.norms import Norms, load_norms
from conftest import NORMS


@pytest.fixture
def norms(tmp_path: Path) -> Norms:
    (tmp_path / "norms.csv").write_text(NORMS, encoding="utf-8")
    return load_norms(tmp_path / "norms.csv")


def incident(mass: int) -> Incident:
    return Incident(1, "a", "А", "ул. Лесная", tuple(range(12)), mass, "", None, None)


def test_many_messages_make_each_more_urgent(norms: Norms) -> None:
    assert raised("routine", "", None, incident(12), norms) == (
        "urgent", "Срочная", "Срочная, массовое: 12 сообщений, ул. Лесная", 72.0,
    )  # fmt: skip
    assert raised("urgent", "Срочная: «нет воды»", 4.0, incident(12), norms) == (
        "critical", "Аварийная", "Аварийная, массовое: 12 сообщений, ул. Лесная; Срочная: «нет воды»", 4.0,
    )  # fmt: skip


@pytest.mark.parametrize("level", ["none", "critical", "emergency"])
def test_what_is_not_raised(level: str, norms: Norms) -> None:
    assert raised(level, "причина", 1.0, incident(12), norms)[::2] == (level, "причина")
    assert raised("routine", "причина", 1.0, incident(0), norms)[::2] == ("routine", "причина")
    assert raised("routine", "причина", 1.0, None, norms)[::2] == ("routine", "причина")
