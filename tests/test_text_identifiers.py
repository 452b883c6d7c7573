from __future__ import annotations

import random
from itertools import pairwise

import pytest

from appealnlp.text.identifiers import MASKS, find_identifiers, is_card, is_personal_inn, is_snils


def masks(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], mask) for start, end, mask in find_identifiers(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("тел. 8 (900) 000-12-13", [("8 (900) 000-12-13", "[ТЕЛЕФОН]")]),
        ("+79000001213, звоните", [("+79000001213", "[ТЕЛЕФОН]")]),
        ("8-900-0001213 вечером", [("8-900-0001213", "[ТЕЛЕФОН]")]),
        ("мой 900 000 12 13", [("900 000 12 13", "[ТЕЛЕФОН]")]),
        ("телефон 2000013", [("2000013", "[ТЕЛЕФОН]")]),
        ("городской 200-00-13", [("200-00-13", "[ТЕЛЕФОН]")]),
        ("пишите a.b+c@example.org.", [("a.b+c@example.org", "[ПОЧТА]")]),
        ("[id900000000001|Кто-то], ответьте", [("[id900000000001|Кто-то]", "[АККАУНТ]")]),
        ("@primerov_i привет", [("@primerov_i", "[АККАУНТ]")]),
        ("https://vk.com/id900000000001", [("https://vk.com/id900000000001", "[АККАУНТ]")]),
        ("паспорт серия 57 12 № 123456", [("57 12 № 123456", "[ПАСПОРТ]")]),
        ("СНИЛС: 112-233-445 95", [("112-233-445 95", "[СНИЛС]")]),
        ("инн 500100732259", [("500100732259", "[ИНН]")]),
        ("карта 2200 0000 0000 0004", [("2200 0000 0000 0004", "[КАРТА]")]),
        ("полис 5900123456789012", [("5900123456789012", "[ПОЛИС]")]),
        ("д. 5, кв. 12а", [("12а", "[КВАРТИРА]")]),
        ("кв. 12 и 14 без воды", [("12", "[КВАРТИРА]"), ("14", "[КВАРТИРА]")]),
        ("из 3 квартиры", [("3", "[КВАРТИРА]")]),
        ("Садовая 5-12", [("12", "[КВАРТИРА]")]),
    ],
)
def test_what_names_a_person(text: str, found: list[tuple[str, str]]) -> None:
    assert masks(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Звоните 112 или 104",
        "8-800-100-20-30",
        "8 (800) 200-01-22",
        "лицевой счёт 9000001213",
        "л/с 500100732259",
        "заявка № 89000001213",
        "12-05-25 отключили, 14-05-25 включили",
        "ГОСТ 50597-2017",
        "1 200 000 рублей",
        "12 345 678 рублей 90 копеек",
        "45 кв.м",
        "квартира 45 кв. м",
        "в квартире 12 градусов",
        "в квартире 14-15 градусов",
        "в 3 кв. 2025 года",
        "3 квартиры без воды",
        "25 квартир в доме",
        "дома 12-14 без света",
        "Напор 2-3 атмосферы",
        "[club123456|Администрация], ответьте",
        "vk.com/club123456",
        "vk.com/wall-123_45",
        "59:01:1234567:123",
        "170-581-285 66",  # no right check number, and nobody calls it an insurance number
        "4000 0000 0000 0003",
    ],
)
def test_what_names_nobody(text: str) -> None:
    assert masks(text) == []


def test_check_digits_are_those_of_the_rules() -> None:
    # Worked examples: the check number of 087-654-303 is 00, because 101 leaves nothing behind 101.
    assert is_snils("08765430300")
    assert not is_snils("00100199800")  # numbers so old have none
    assert is_personal_inn("500100732259")
    assert is_card("4111111111111111")


@pytest.mark.parametrize(
    ("check", "right"), [(is_snils, "11223344595"), (is_personal_inn, "500100732259"), (is_card, "2200000000000004")]
)
def test_one_wrong_digit_is_noticed(check: object, right: str) -> None:
    assert callable(check)
    assert check(right)
    digits = random.Random(1)
    for at in range(len(right)):
        wrong = str((int(right[at]) + digits.randint(1, 9)) % 10)
        assert not check(right[:at] + wrong + right[at + 1 :]), at


def test_kinds_do_not_overlap_and_are_in_order() -> None:
    text = "кв. 5, тел. 8 900 000 12 13, @primerov_i, СНИЛС 112-233-445 95, кв. 7. " * 50
    found = find_identifiers(text)
    assert len(found) == 250
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert {mask for _, _, mask in found} <= set(MASKS)
