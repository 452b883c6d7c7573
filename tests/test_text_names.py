from __future__ import annotations

import pytest

from appealnlp.places import find_places
from appealnlp.text import preprocess
from appealnlp.text.names import NameFinder, merged


def finder(text: str) -> NameFinder:
    tokens = preprocess(text).tokens
    return NameFinder(text, tokens, [(place.start, place.end) for place in find_places(text, tokens)])


def names(text: str) -> list[str]:
    return [text[start:end] for start, end in finder(text).find()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Иванова Мария Петровна пишет", ["Иванова Мария Петровна"]),
        ("иванова мария петровна пишет", ["иванова мария петровна"]),
        ("ИВАНОВА МАРИЯ ПЕТРОВНА ПИШЕТ", ["ИВАНОВА МАРИЯ ПЕТРОВНА"]),
        ("от Марии Петровны Ивановой", ["Марии Петровны Ивановой"]),
        ("меня зовут мария", ["мария"]),
        ("Петров А.А. не отвечает", ["Петров А.А."]),
        ("обещала А. А. Синицына", ["А. А. Синицына"]),
        ("ТСЖ Горбунов П. С. молчит", ["Горбунов П. С."]),
        ("звоните Ольге", ["Ольге"]),
        ("Уважаемый Сергей Борисович!", ["Сергей Борисович"]),
        ("Депутат Сидоренко обещал", ["Сидоренко"]),
        ("звонить Белову", ["Белову"]),
        ("Спасибо Вере", ["Вере"]),
        ("пишет Николай Захаров из деревни", ["Николай Захаров"]),
        ("Михалыч из слесарей починил", ["Михалыч"]),
    ],
)
def test_a_person(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "ул. Гагарина, 5",
        "на Ленина 5 нет воды",
        "на улице Карла Маркса яма",
        "Юрия Гагарина 7",
        "на Павлика Морозова темно",
        "ул. А. Матросова 12",
        "перекрёсток Пушкина и Лермонтова",
        "школа имени Пушкина",
        "Парк им. Горького",
        "Магазин «Мария» закрыт",
        "Кафе Светлана шумит",
        "Нет веры и надежды, что починят",
        "Слава богу, починили",
        "Из Кирова до Владимира поезд отменили",
        "Река Лена разлилась",
        "Администрация молчит",
        "НЕТ ВОДЫ И ТЕПЛА",
    ],
)
def test_no_person(text: str) -> None:
    assert names(text) == []


def test_a_first_name_and_a_patronymic_win_over_a_place() -> None:
    text = "Мария Петровна 5"
    tokens = preprocess(text).tokens
    assert NameFinder(text, tokens, [(0, len(text))]).find() == [(0, 14)]
    assert NameFinder("Ольге 5", preprocess("Ольге 5").tokens, [(0, 7)]).find() == []


@pytest.mark.parametrize(
    ("text", "guess", "person"),
    [
        ("приходил Сидорчук вчера", "Сидорчук", "Сидорчук"),
        ("пациент Волков Пётр 22.04.2010", "Волков Пётр 22.04.2010", "Волков Пётр"),
        ("УК Жилсервис молчит", "Жилсервис", None),
        ("на Гагарина темно", "Гагарина", None),
        ("анализ АЛТ сдать негде", "АЛТ", None),
        ("магазин Анна закрыт", "Анна", None),
    ],
)
def test_what_the_network_says_is_checked(text: str, guess: str, person: str | None) -> None:
    start = text.index(guess)
    found = finder(text).person((start, start + len(guess)))
    assert (None if found is None else text[slice(*found)]) == person


def test_neighbours_are_one_name() -> None:
    assert merged("Анна Б и Вера", [(9, 13), (5, 6), (0, 4)]) == [(0, 6), (9, 13)]
