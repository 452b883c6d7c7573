from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest

from appealnlp.text import ner


@pytest.fixture
def fresh() -> Iterator[None]:
    for remembered in (ner._network, ner._tell):
        remembered.cache_clear()
    yield
    for remembered in (ner._network, ner._tell):
        remembered.cache_clear()


def test_persons_with_their_places_in_the_order_of_the_messages() -> None:
    texts = ["Обещал прийти Степан Рогожин, не пришёл", "нет воды", "", "Мастер Ольга Зимина молчит " + "и ждёт " * 900]
    found = ner.find_persons(texts)
    assert [[texts[n][start:end] for start, end in spans] for n, spans in enumerate(found)] == [
        ["Степан Рогожин"], [], [], ["Ольга Зимина"],
    ]  # fmt: skip


def test_natasha_is_only_a_folder_of_weights() -> None:
    ner.find_persons(["Анна Зимина"])
    assert "natasha" not in sys.modules


def test_far_into_a_long_message() -> None:
    text = "и снова нет воды " * 400 + "обещал Степан Рогожин"
    (spans,) = ner.find_persons([text])
    assert [text[start:end] for start, end in spans] == ["Степан Рогожин"]


def test_without_the_packages_there_are_no_persons_and_one_notice(
    fresh: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "slovnet", None)
    with caplog.at_level(logging.WARNING):
        assert ner.find_persons(["Анна Зимина"]) == [[]]
        assert ner.find_persons(["Анна Зимина", "Степан"]) == [[], []]
    assert len(caplog.records) == 1
    assert "appealnlp[mask]" in caplog.text
    assert "Зимина" not in caplog.text
