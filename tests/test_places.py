"""Places: what is found, what is left alone, and that spans are honest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appealnlp.places import FormClasses, find_places, find_places_many
from appealnlp.places.classes import CLASSES, NAMES, class_of_form, name_class
from appealnlp.places.grammar import KINDS, grammar
from appealnlp.places.symbols import GAPS, gaps
from appealnlp.places.words import CLASS_OF_WORD
from appealnlp.result import Place
from appealnlp.text import preprocess
from appealnlp.text.chunks import tokenize_chunk
from test_text_markup import NOISE


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
    ("Яма на Луговского, не объехать", ["Луговского"]),
    ("до проспекта народного труда 7 не дойти", ["проспекта народного труда 7"]),
    ("около Х. Граля 3 темно", ["Х. Граля 3"]),
    ("нет света на ул. ПОЛЕВАЯ 7", ["ул. ПОЛЕВАЯ 7"]),
    ("трасса М7 в ямах", ["трасса М7"]),
    ("Полевая,3 без воды", ["Полевая,3"]),
    ("на Речной-Луговой пробка", ["Речной-Луговой"]),
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
    ("БЕЗ СВЕТА В Г. ТУЛА", ["Г. ТУЛА"]),
    ("горит в п.Мирный-2 свалка", ["п.Мирный-2"]),
]

DISTRICTS = [
    ("в мкр. Солнечный нет фонарей", ["мкр. Солнечный"]),
    ("микрорайон Черёмушки утопает", ["микрорайон Черёмушки"]),
    ("весь Ленинский район без тепла", ["Ленинский район"]),
    ("в кировском районе собаки", ["кировском районе"]),
    ("в 5 микрорайоне темно", ["5 микрорайоне"]),
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
    ("очередь в луговской районной больнице", ["луговской районной больнице"]),
    ("в детской поликлинике очередь", ["детской поликлинике"]),
    ("у магазина" + '" Заря" ' + "яма", ['магазина" Заря"']),
    ("свалка на Верхней Речке", ["Верхней Речке"]),
]

STOPS = [
    ("ост. Мельница без навеса", ["ост. Мельница"]),
    ("на остановке «Площадь Труда» темно", ["остановке «Площадь Труда»"]),
    ("от остановки Мелькомбинат до моста", ["остановки Мелькомбинат"]),
    ("на автобусной остановке Рынок грязно", ["автобусной остановке Рынок"]),
]

TOGETHER = [
    ("г. Пермь, ул. Садовая, д. 5, кв. 7 холодно", ["г. Пермь, ул. Садовая, д. 5, кв. 7"]),
    ("ул. Весенняя 8 г. Тула", ["ул. Весенняя 8 г. Тула"]),
    ("дыра на ул. Мира 3, и ещё на ул. Труда 9", ["ул. Мира 3", "ул. Труда 9"]),
    ("в селе Ольховка на ул. Речной", ["селе Ольховка на ул. Речной"]),
    ("в поликлинике на Садовой очередь", ["поликлинике на Садовой"]),
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
    "хожу по детской площадке и по главной дороге",
    "высокой -37-4 не было",
    "УК Садовая и ООО Полевая не отвечают",
    "и т.д . Куча мусора",
    "до 7 утра, 3 человека, 10% скидки",
    "пр.... осадок остался",
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


# Classes and symbols


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("улице", "street"), ("ул", "street_short"), ("поселка", "town"), ("остановкой", "stop"), ("школу", "numbered"),
        ("5", "n3"), ("2024", "n4"), ("к", "к"), ("садовская", "sk_f"), ("луговского", "sk_g"), ("полевой", "word_f"),
        ("ленина", "word_a"), ("бетон", "word"), ("ж", "letter"), ("лет", "dated"), ("перми", "city_word"),
    ],
)  # fmt: skip
def test_class_of_a_form(form: str, name: str) -> None:
    assert CLASSES[class_of_form(form) - 1] == name


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("гагарина", "surname"), ("полевой", "adj_fo"), ("нагорном", "adj_mo"), ("строителей", "people"),
        ("ижевске", "city"), ("ольгой", "first"), ("труда", "gen_m"), ("быстро", "other"), ("березово", "village"),
    ],
)  # fmt: skip
def test_class_of_a_name(form: str, name: str) -> None:
    assert CLASSES[name_class(form) - 1] == name


def test_there_are_symbols_for_all_classes() -> None:
    assert len(set(CLASSES)) == len(CLASSES) <= (256 - 32) // 2 - 1
    assert set(NAMES) < set(CLASSES)
    assert len(GAPS) < 32


@pytest.mark.parametrize(
    ("gap", "kind"),
    [
        ("", "none"), (" ", "blank"), ("\t \xa0", "blank"), ("-", "hyphen"), (" - ", "dash"), (".", "dot"), (". ", "dot_blank"),
        ("....", "end"), (", ", "comma"), (".,", "comma"), ("/", "slash"), (" №", "sign"), (":", "colon"), (' "', "quote"),
        ('", ', "unquote"), (" (", "soft"), (" (((((((", "hard"), ("%", "percent"), ("% - ", "percent"), ("!\n", "end"),
        (" 🙂 ", "hard"), (". «", "quote"),
    ],
)  # fmt: skip
def test_kind_of_a_gap(gap: str, kind: str) -> None:
    units = np.frombuffer(f"{gap}x".encode("utf-16-le"), np.uint16)
    (found,) = gaps(units, np.array([0]), np.array([len(units) - 1]))
    assert chr(found) == GAPS[kind]


def test_every_kind_of_place_has_a_rule() -> None:
    _, ranks = grammar()
    assert set(ranks[1:]) == set(range(len(KINDS)))


# Any text, and many at once

WORDS = """
    ул. д. г. с. Ленина мира Садовой на в по и 5 12а 3-й № дом кв. Перми « » " , . ( ) Новая Иван нет воды лет Октября
    О. - #
"""
PIECES = st.sampled_from([*sorted(CLASS_OF_WORD), *WORDS.split(), "\n"])
MESSY = st.one_of(st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join))
ODD = st.sampled_from(
    ["🙂", "\ufe0f", "\ud83d", "\ude00", "\0", "&nbsp;", "&#1053;", "<br>", "й", "и\u0306", "\xa0", "[USER]"]
)
TEXTS = st.one_of(st.text(st.characters(), max_size=80), MESSY, st.lists(PIECES | ODD, max_size=25).map("".join), NOISE)


@given(TEXTS)
def test_spans_are_verbatim_in_order_and_apart(text: str) -> None:
    at = 0
    for place in find_places(text, preprocess(text).tokens):
        assert at <= place.start < place.end <= len(text)
        assert text[place.start : place.end] == place.text
        at = place.end


def _together(texts: Sequence[str], forms: FormClasses | None = None) -> tuple[list[list[Place]], list[str]]:
    """The fast way, with a memory of the forms of these texts."""
    tokens = tokenize_chunk(texts)
    distinct, rows = np.unique(tokens.hashes, return_inverse=True)
    found = find_places_many(texts, tokens, rows.astype(np.int32), forms or FormClasses(len(distinct), {}))
    return [found.of(message) for message in range(len(texts))], found.joined()


@given(st.lists(TEXTS, max_size=6))
@example(["🙂🙂 яма на ул. Мира, 3 🙂", "", "на ул.&nbsp;Мира 3 у ТЦ «Заря»"])
@example(["\ud83d на ул. Мира 3 \ud83d\ude00 и в Перми", "\ud83d\ude00 г. Тула\0"])
@example(["❤\ufe0f на ул. Мира 3", "парк «Заря", "ул"])
def test_many_at_once_are_found_as_one_by_one(texts: list[str]) -> None:
    places, joined = _together(texts)
    assert places == [find_places(text, preprocess(text).tokens) for text in texts]
    assert joined == [" | ".join(place.text for place in some) for some in places]


def test_the_cases_are_found_together() -> None:
    cases = STREETS + SETTLEMENTS + DISTRICTS + OBJECTS + STOPS + TOGETHER
    _, joined = _together([text for text, _ in cases] + NOTHING)
    assert joined == [" | ".join(places) for _, places in cases] + [""] * len(NOTHING)


def test_no_messages() -> None:
    assert _together([]) == ([], [])
