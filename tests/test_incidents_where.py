from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.incidents.where import Where, where


@pytest.mark.parametrize(
    "written",
    [
        ["ул. Мира, д. 5"], ["на Мира 5"], ["улице Мира"], ["ул.Мира,д.5 к2"], ["Мира 7а"], ["проспект Мира"],
        ["г. Дубравинск, ул. Мира, д. 5, кв. 3"], ["дом 7", "улицы Мира"],
    ],
)  # fmt: skip
def test_one_street_however_it_is_written(written: list[str]) -> None:
    assert where(written).key == "мир"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Карла Маркса", "ул. К. Маркса, 7"),
        ("Садовая улица", "Садовой 18"),
        ("школа № 12", "школе 12"),
        ("пос. Взлётный", "посёлке Взлётный"),
        ("50 лет Октября 3", "ул. 50 лет Октября"),
        ("улице Юрия Гагарина", "Гагарина 1"),
    ],
)
def test_the_same_place(one: str, other: str) -> None:
    assert where([one]).key == where([other]).key != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Садовая 1", "Полевая 1"),
        ("Малая Садовая", "Большая Садовая"),
        ("школа № 12", "школа № 13"),
        ("школа № 12", "поликлиника № 12"),
        ("1-я Садовая", "2-я Садовая"),
    ],
)
def test_different_places(one: str, other: str) -> None:
    assert where([one]).key != where([other]).key


def test_house_settlement_and_how_it_is_written() -> None:
    assert where(["г. Дубравинск, ул. Мира, д. 5, кв. 3"]) == Where("мир", "дубравинск", "5", "ул. Мира")
    assert where(["Лесная 7б", "пос. Южный"]) == Where("лесной", "южный", "7б", "Лесная")


@pytest.mark.parametrize(
    "written",
    [
        [],
        [""],
        ["дом 7"],
        ["г. Пермь"],
        ["Пермский район"],
        ["Пермский край"],
        ["Пермь г"],
        ["детской больнице"],
        ["ст. 37"],
        ["Кунгуре"],
    ],
)
def test_too_large_or_no_place(written: list[str]) -> None:
    assert where(written).key == ""


def test_flats_are_not_shown() -> None:
    assert "12" not in where(["ул. Мира, кв. 12"]).shown


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_text_has_some_place_or_none(written: list[str]) -> None:
    found = where(written)
    assert bool(found.shown) == bool(found.key)
