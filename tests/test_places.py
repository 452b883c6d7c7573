"""Places: what is found, what is left alone, and that spans are honest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.place_words import CITIES, OBJECT, STREET
from appealnlp.places import MAYBE_PLACE, PLACE_TRIGGERS, find_places
from appealnlp.text import preprocess


def _found(text: str) -> list[tuple[str, str]]:
    return [(place.text, place.kind) for place in find_places(text, preprocess(text).tokens)]


STREETS = [
    ("во дворе на ленина 39 темно", ["ленина 39"]),
    ("затопило ул.Мира,д.5 к2 полностью", ["ул.Мира,д.5 к2"]),
    ("на проспекте ленина 39 яма", ["проспекте ленина 39"]),
    ("В тупике Ткачей, 7 свалка", ["тупике Ткачей, 7"]),
    ("переулок Речной 4а без света", ["переулок Речной 4а"]),
    ("Снег на шоссе Металлургов, дом 12", ["шоссе Металлургов, дом 12"]),
    ("бульвар Строителей д. 8 корп. 3 подъезд 2 холодно", ["бульвар Строителей д. 8 корп. 3 подъезд 2"]),
    ("вся набережная Лётчиков в мусоре", ["набережная Лётчиков"]),
    ("прошу убрать с Невского проспекта", ["Невского проспекта"]),
    ("по улице Розы Люксембург, 14 литера Б", ["улице Розы Люксембург, 14 литера Б"]),
    ("на ул. 30 лет Победы, 6 нет света", ["ул. 30 лет Победы, 6"]),
    ("наш дом 17 по ул. Кузнечной без воды", ["дом 17 по ул. Кузнечной"]),
    ("дети ходят по улице полярной в темноте", ["улице полярной"]),
    ("Гагарина 16,14,15 без отопления", ["Гагарина 16,14,15"]),
    ("нет воды на Садовой 3", ["Садовой 3"]),
    ("адрес: Лесная 50,50а, 50б", ["Лесная 50,50а, 50б"]),
    ("Тополиная дом 4: протекает крыша", ["Тополиная дом 4"]),
    ("яма на Вокзальной, объехать нельзя", ["Вокзальной"]),
    ("по Титова не пройти", ["Титова"]),
    ("по адресу мира 128 темно", ["мира 128"]),
    ("перекрёсток Полевой и Степной опасен", ["перекрёсток Полевой и Степной"]),
    ("НА УЛИЦЕ ЛЕНИНА 5 НЕТ ВОДЫ", ["УЛИЦЕ ЛЕНИНА 5"]),
    ("между улиц Речной и Луговой свалка", ["улиц Речной и Луговой"]),
    ("живу на 3-й Парковой улице", ["3-й Парковой улице"]),
]

SETTLEMENTS = [
    ("г. Курск замело", ["г. Курск"]),
    ("отключили воду в Перми", ["Перми"]),
    ("с. Уинское без связи", ["с. Уинское"]),
    ("в деревне Малая Каменка нет дороги", ["деревне Малая Каменка"]),
    ("пос. Взлётный забыли", ["пос. Взлётный"]),
    ("посёлок Рудничный, нет автобуса", ["посёлок Рудничный"]),
    ("когда будет газ в Берёзово?", ["Берёзово"]),
    ("в воронеже третий день гололёд", ["воронеже"]),
    ("Пермь г, добрый день", ["Пермь г"]),
    ("СНТ Ромашка без света", ["СНТ Ромашка"]),
]

DISTRICTS = [
    ("в мкр. Солнечный нет фонарей", ["мкр. Солнечный"]),
    ("микрорайон Черёмушки утопает", ["микрорайон Черёмушки"]),
    ("весь Ленинский район без тепла", ["Ленинский район"]),
    ("в кировском районе собаки", ["кировском районе"]),
]

OBJECTS = [
    ("детей в школе №12 морозят", ["школе №12"]),
    ("у школы 12 нет перехода", ["школы 12"]),
    ("в 105 школе нет физрука", ["105 школе"]),
    ("детсад № 4 закрыли", ["детсад № 4"]),
    ("парк «Райский сад» в мусоре", ["парк «Райский сад»"]),
    ("парк Пионерский закрыт", ["парк Пионерский"]),
    ("возле ТЦ Гвоздика яма", ["ТЦ Гвоздика"]),
    ("очередь в городскую поликлинику 3", ["городскую поликлинику 3"]),
    ("на кладбище Южное не чистят", ["кладбище Южное"]),
    ("нет лавочек в Первомайском парке", ["Первомайском парке"]),
]

STOPS = [
    ("ост. Мельница без навеса", ["ост. Мельница"]),
    ("на остановке «Площадь Труда» темно", ["остановке «Площадь Труда»"]),
    ("от остановки Мелькомбинат до моста", ["остановки Мелькомбинат"]),
]

TOGETHER = [
    ("г. Пермь, ул. Садовая, д. 5, кв. 7 холодно", ["г. Пермь, ул. Садовая, д. 5, кв. 7"]),
    ("ул. Весенняя 8 г. Тула", ["ул. Весенняя 8 г. Тула"]),
    ("дыра на ул. Мира 3, и ещё на ул. Труда 9", ["ул. Мира 3", "ул. Труда 9"]),
    ("в селе Ольховка на ул. Речной", ["селе Ольховка на ул. Речной"]),
]

NOTHING = [
    "",
    "Спасибо, починили!",
    "на улице темно и холодно",
    "Вся улица в ямах, дорога разбита",
    "жду ответа 5 дней",
    "Здравствуйте, меня зовут Ирина Петровна",
    "ребёнку 3 года, температура 39",
    "заплатила 1500 рублей за 2 месяца",
    "Единая Россия обещала, где дорога?",
    "тарифы ЖКХ растут",
    "20.08.2022 отключили свет",
    "[MASK] писал в [USER]",
    "приходите к 15:30 с паспортом",
    "прошу Вас ответить",
    "обратилась к Ивановой Марии Сергеевне",
    "дома 17 градусов",
    "в школе холодно, в больнице очередь",
    "Уважаемый Президент Российской Федерации!",
]


@pytest.mark.parametrize(("text", "places"), STREETS + SETTLEMENTS + DISTRICTS + OBJECTS + STOPS + TOGETHER)
def test_found(text: str, places: list[str]) -> None:
    assert [place for place, _ in _found(text)] == places


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_to_find(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("cases", "kind"),
    [(STREETS, "street"), (SETTLEMENTS, "settlement"), (DISTRICTS, "district"), (OBJECTS, "object"), (STOPS, "stop")],
)
def test_kinds(cases: list[tuple[str, list[str]]], kind: str) -> None:
    assert {found for text, _ in cases for _, found in _found(text)} == {kind}


def test_a_house_alone() -> None:
    assert _found("возле дома 17 яма") == [("дома 17", "house")]


def test_the_most_exact_kind_wins() -> None:
    assert _found("г. Тула, ул. Мира 3 темно")[0][1] == "street"


def test_places_survive_markup() -> None:
    text = "<b>Яма</b> у дома, <i>ул. Мира 3</i>&nbsp;и ниже"
    (place,) = find_places(text, preprocess(text).tokens)
    assert text[place.start : place.end] == place.text == "ул. Мира 3"


@pytest.mark.parametrize(
    "word", ["улица", "ул", "проспект", "пр-кт", "школа", "парк", "остановка", "ост", "мкр", "парке", "пр-д", "просп"]
)
def test_types_are_triggers(word: str) -> None:
    (token,) = preprocess(word).tokens
    assert token.lemma in PLACE_TRIGGERS


@pytest.mark.parametrize("text", ["нет воды", "Когда починят лифт?", "Здравствуйте! Грязно в подъезде."])
def test_the_filter_skips(text: str) -> None:
    assert MAYBE_PLACE.search(text) is None
    assert PLACE_TRIGGERS.isdisjoint(preprocess(text).lemmas)


WORDS = """
    ул. д. г. с. Ленина мира Садовой на в по и 5 12а 3-й № дом кв. Перми « » " , . ( ) Новая Иван нет воды лет Октября
    О. - #
"""
PIECES = st.sampled_from([*sorted(STREET | OBJECT | CITIES), *WORDS.split(), "\n"])
MESSY = st.one_of(st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join))
TEXTS = st.one_of(st.text(max_size=80), MESSY)


@given(TEXTS)
def test_spans_are_verbatim_in_order_and_apart(text: str) -> None:
    at = 0
    for place in find_places(text, preprocess(text).tokens):
        assert at <= place.start < place.end <= len(text)
        assert text[place.start : place.end] == place.text
        at = place.end


@given(TEXTS)
def test_the_filter_is_a_superset(text: str) -> None:
    document = preprocess(text)
    if find_places(text, document.tokens):
        assert MAYBE_PLACE.search(text) is not None or not PLACE_TRIGGERS.isdisjoint(document.lemmas)
