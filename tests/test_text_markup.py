from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.text.markup import clean

LETTERS = st.sampled_from([*"абвейЁюъ Az09-", "\n"])
FRAGMENTS = st.sampled_from(
    [
        "<b>",
        "</p>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<",
        ">",
        "&nbsp;",
        "&amp;",
        "&#1053;",
        "&#x439;",
        "&",
        ";",
        "&#0;",
        "&#9999999;",
        "&zzz;",
        "[club1|",
        "[id5:bp|",
        "]",
        "]]",
        "[",
        "[LINK]",
        "[PHONE:",
        "https://",
        "www.",
        "@",
        "@ivan",
        "a@b.ru",
        "\\n",
        "\\",
        "\u0306",
        "\u0308",
        "\u00ad",
        "\u200b",
        "\ufeff",
        "\ufe0f",
        "'",
        "’",
        "😡",
        "\ud83d",
        "\ude00",
        "\0",
        "_",
        "IMG_",
    ]
)
NOISE = st.lists(st.one_of(LETTERS, FRAGMENTS), max_size=60).map("".join)


def words(text: str) -> list[str]:
    return clean(text)[0].split()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Нет воды", ["Нет", "воды"]),
        ("нет<br>воды<br/>и<p class='x'>света</p>", ["нет", "воды", "и", "света"]),
        ("до<!-- <b>скрыто</b> -->после", ["до", "после"]),
        ("<style>p {color: red}</style>яма", ["яма"]),
        ("<script type='a'>var снег = 1</script>яма", ["яма"]),
        ("[club1|Город], помогите", ["помогите"]),
        ("[id77|Анна Петровна] спасибо", ["спасибо"]),
        ("[public5:bp-2_3|Мэрия] ответьте", ["ответьте"]),
        ("смотрите [https://vk.com/wall1|тут про двор] сами", ["смотрите", "сами"]),
        ("мой номер [PHONE], почта [EMAIL], [LINK:12]", ["мой", "номер", ",", "почта", ","]),
        ("[Фото] яма [стикер] во дворе", ["яма", "во", "дворе"]),
        ("подробнее https://site.ru/a?b=1&c=2 вот", ["подробнее", "вот"]),
        ("сайт WWW.gorod.ru не работает", ["сайт", "не", "работает"]),
        ("сайт wWw.gorod.ru не работает", ["сайт", "не", "работает"]),
        ("пишите на admin.gorod@mail.ru срочно", ["пишите", "на", "срочно"]),
        ("@gorod_bot почему молчите", ["почему", "молчите"]),
        ("нет воды\\nтретий день\\r\\nпомогите", ["нет", "воды", "третий", "день", "помогите"]),
        ("IMG_2024-01.jpg яма", ["яма"]),
        ("первый&nbsp;подъезд&quot;&mdash;", ["первый", "подъезд"]),
        ("&lt;b&gt;", ["b"]),
        ("цена 5 &lt; 7", ["цена", "5", "7"]),
        ("&#1053;&#1077;&#x442; воды", ["Нет", "воды"]),
        ("caf&eacute;", ["café"]),
        ("под\"езд, об'явление, с`ехал, в’езд, под*езд", ["подъезд,", "объявление,", "съехал,", "въезд,", "подъезд"]),
        ("во\u00adда и свет\u200b нет\ufeff", ["вода", "и", "свет", "нет"]),
        ("и\u0306од, Е\u0308лка, и\u0301", ["йод,", "Ёлка,", "и\u0301"]),
    ],
)
def test_what_is_left(text: str, left: list[str]) -> None:
    assert words(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "5 < 7 и 8 > 3",  # not a tag
        "[важно] прочитайте | ответьте",
        "Q&A в пятницу",
        "слово &неизвестное; слово",
        "он сказал 'Я приду'",  # a quotation mark before a word is no hard sign
        "ул.Мира,д.5//кв.3",
        "мама*мыла",  # not before е, ё, ю, я
        "к * ели",
    ],
)
def test_what_is_no_markup_stays(text: str) -> None:
    cleaned, origin = clean(text)
    assert cleaned == text
    assert origin is None


@pytest.mark.parametrize(
    "text", ["<" * 20_000, "[club1|" * 5_000, "<script>" * 3_000, "&#" * 20_000, "a@" * 20_000, "<!--" * 5_000]
)
def test_unfinished_markup_does_not_hang_and_keeps_its_length(text: str) -> None:
    assert len(clean(text)[0]) == len(text)


@given(st.one_of(st.text(), NOISE, st.text(st.characters())))
def test_every_character_left_stands_where_it_is_said_to(text: str) -> None:
    cleaned, origin = clean(text)
    if origin is None:
        assert len(cleaned) == len(text)
        places = list(range(len(text) + 1))
    else:
        assert len(origin) == len(cleaned) + 1
        places = origin
    assert places == sorted(places)
    assert places[-1] == len(text)
    for letter, place in zip(cleaned, places[:-1], strict=True):
        source = text[place]
        # It is the original character, a blank, or the beginning of something that stands for it.
        assert (
            letter == source
            or letter == " "
            or source == "&"
            or source in "иИеЕ"
            or (letter == "ъ" and source in "\"'`’*")
        )


@given(st.text(st.sampled_from([*"абвгдеёжзийклмнопрстуфхцчшщъыьэюя АЕЁЙ.,!?0123456789-\n"])))
def test_plain_russian_is_left_alone(text: str) -> None:
    assert clean(text) == (text, None)
