from __future__ import annotations

import sys
from itertools import combinations

import numpy as np
import pytest

from appealnlp.errors import AppealError
from appealnlp.incidents.copies import FEWEST_WORDS, links, signatures
from appealnlp.incidents.times import UNDATED

COPY = (
    "Просим вернуть прежний маршрут автобуса через наш посёлок, потому что до больницы теперь ехать с двумя пересадками"
)
OTHER = "Во дворе нашего дома третий месяц лежит строительный мусор, дети играют среди битого стекла и ржавой арматуры"


def linked(texts: list[str], places: list[int] | None = None, minutes: list[int] | None = None) -> set[frozenset[int]]:
    """Groups of messages that are copies of one text."""
    group, zeros = list(range(len(texts))), [0] * len(texts)
    pairs = links(signatures(texts), np.array(places or zeros), np.array(minutes or zeros)).tolist()
    for one, other in pairs:
        group = [group[other] if number == group[one] else number for number in group]
    found = (frozenset(at for at, number in enumerate(group) if number == wanted) for wanted in set(group))
    return {some for some in found if len(some) > 1}


def test_copies_with_small_changes_are_found() -> None:
    texts = [OTHER, COPY, COPY.upper() + "!!!", COPY.replace("Просим", "Требуем"), f"Здравствуйте! {COPY}", COPY]
    assert linked(texts) == {frozenset({1, 2, 3, 4, 5})}


def test_short_messages_are_not_compared() -> None:
    assert len(["Когда", "же", "наконец", "дадут", "воду"]) < FEWEST_WORDS
    assert linked(["Когда же наконец дадут воду"] * 5) == set()
    assert linked(["", " ", "!!!"]) == set()


def test_a_copy_about_another_place_is_another_matter() -> None:
    assert linked([COPY] * 4, [1, 2, 1, 2]) == {frozenset({0, 2}), frozenset({1, 3})}


def test_copies_long_after_are_another_matter() -> None:
    hours = [0, 40, 300, 80, 301]
    assert linked([COPY] * 5, minutes=[60 * hour for hour in hours]) == {frozenset({0, 1, 3}), frozenset({2, 4})}
    assert linked([COPY] * 4, minutes=[UNDATED, 0, UNDATED, 1]) == {frozenset({0, 2}), frozenset({1, 3})}


def test_each_copy_is_linked_once_for_each_band_not_with_all_others() -> None:
    assert len(links(signatures([COPY] * 500), *np.zeros((2, 500), int))) == 499 * 16


def test_close_signatures_are_close_texts() -> None:
    words = [f"слово{number}" for number in range(60)]
    texts = [" ".join(words[start : start + 40]) for start in (0, 2, 20)]
    signed = signatures(texts)
    shares = [(signed[one] == signed[other]).mean() for one, other in combinations(range(3), 2)]
    assert shares[0] == pytest.approx(37 / 41, abs=0.15)  # pairs in common of all pairs
    assert shares[1] == pytest.approx(19 / 59, abs=0.15)


def test_signatures_do_not_depend_on_the_batch() -> None:
    together = signatures([COPY, OTHER])
    assert (together == np.concatenate([signatures([COPY]), signatures([OTHER])])).all()


def test_without_rensa_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(AppealError, match=r"appealnlp\[incidents\]"):
        signatures(["текст"])
