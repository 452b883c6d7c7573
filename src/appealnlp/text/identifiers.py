"""Numbers, addresses and accounts that name a person: phones, e-mails, accounts, documents, bank cards, flats.

What has a checksum is checked, so that meter readings and account numbers of utilities stay; a word that names the
document («СНИЛС», «паспорт», «карта») counts as much as a right checksum, because people mistype. Checksums: SNILS by
the order of the Pension Fund No. 192p of 2006, INN by the order of the tax service No. MMB-7-6/435 of 2012, cards by
ISO/IEC 7812-1 (Luhn).
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator

__all__ = ["MASKS", "find_identifiers", "is_card", "is_personal_inn", "is_snils"]

Span = tuple[int, int, str]

MASKS = (
    "[ИМЯ]", "[ТЕЛЕФОН]", "[ПОЧТА]", "[АККАУНТ]", "[ПАСПОРТ]", "[СНИЛС]", "[ИНН]", "[КАРТА]", "[ПОЛИС]", "[КВАРТИРА]",
)  # fmt: skip
"""What personal data are replaced by."""
_NAME, _PHONE, _MAIL, _ACCOUNT, _PASSPORT, _SNILS, _INN, _CARD, _POLICY, _FLAT = MASKS


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")


def is_snils(digits: str) -> bool:
    """Whether eleven digits are an insurance number with its check number.

    >>> is_snils("11223344595"), is_snils("11223344596")
    (True, False)
    """
    if len(digits) != 11 or digits[:9] <= "001001998":
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=False)) % 101
    return int(digits[9:]) == rest % 100


def is_personal_inn(digits: str) -> bool:
    """Whether twelve digits are the tax number of a person with its two check digits.

    >>> is_personal_inn("500100732259"), is_personal_inn("500100732258")
    (True, False)
    """
    if len(digits) != 12:
        return False
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    for length in (10, 11):
        own = weights[11 - length :]
        if int(digits[length]) != sum(int(d) * w for d, w in zip(digits, own, strict=False)) % 11 % 10:
            return False
    return True


def is_card(digits: str) -> bool:
    """Whether 16 to 19 digits are the number of a bank card.

    >>> is_card("2200000000000004"), is_card("2200000000000005")
    (True, False)
    """
    if not 16 <= len(digits) <= 19 or digits[0] not in "23456":
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


_NUMBERED_BEFORE = re.compile(
    r"(?<!\w)(?:л[/\\.]?\s?с|лиц\w*\.?\s*сч\w*|сч[её]т\w*|договор\w*|заявк\w*|обращени\w*|квитанци\w*|заказ\w*|штрихкод\w*"
    r"|показани\w*|трек\w*|участк\w*|протокол\w*|постановлени\w*|приказ\w*|кадастров\w*(?:\s+номер\w*)?)\W{0,3}(?:номер\w*|№|N)?[\s:.№#—–-]{0,5}\Z",
    re.IGNORECASE,
)
"""What stands before the number of an account or a paper."""


def _is_numbered_paper(text: str, start: int) -> bool:
    return _NUMBERED_BEFORE.search(text, max(0, start - 40), start) is not None


def _named_before(text: str, start: int, word: str, reach: int) -> bool:
    return word in text[max(0, start - reach) : start].lower()


# Accounts and e-mails

_NOT_PERSONS = r"(?:club|public|event|app|topic|wall|album|video|photo|clip|market|story|audio|doc|page|group)s?-?[0-9]"
_PAGES = (
    r"(?:feed|im|away|search|share|video|photos?|groups?|apps|clips|music|market|help|support|login|topic|wall|dk"
    r"|joinchat|addstickers|proxy|s|c|p|reels?|stories|hashtag|explore)"
)
_ACCOUNTS = (
    re.compile(r"\[id[0-9]+(?::[^\]|\n]{0,80})?\|[^\]\n]{0,200}\]"),
    re.compile(r"(?<![\w@])@id[0-9]+(?:[ ]?\([^()\n]{1,80}\))?"),
    re.compile(rf"(?<![\w.@/])(?<!\[GROUP:)[@＠](?!{_NOT_PERSONS})[A-Za-z][\w]{{2,64}}"),
    re.compile(r"tg://user\?id=[0-9]+"),
    re.compile(
        r"(?<![\w./-])(?:https?://)?(?:www\.|m\.|web\.)?(?:vk\.(?:com|ru)|vkontakte\.ru|t\.me|telegram\.me|ok\.ru|odnoklassniki\.ru"
        rf"|instagram\.com|facebook\.com|wa\.me|max\.ru)/(?!{_NOT_PERSONS}|{_PAGES}(?:[/?#]|\b(?![\w.-])))"
        r"@?(?:profile/|u/)?[A-Za-z0-9_][\w.-]{0,63}(?<![.-])(?!/[0-9]|[\w/-]*/[0-9])(?:[/?#][^\s<>\"»)\]]*)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w/@])id[0-9]{4,12}(?!\w)", re.IGNORECASE),
)
_MAILS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")


def _accounts(text: str) -> Iterator[Span]:
    for pattern in _ACCOUNTS:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), _ACCOUNT


def _mails(text: str) -> Iterator[Span]:
    if "@" in text:
        for match in _MAILS.finditer(text):
            yield match.start(), match.end(), _MAIL


# Documents and cards

_CARDS = re.compile(r"(?<![0-9])(?:[0-9]{4}[ \t-]{0,2}){4}(?:[0-9]{2,3})?(?<![ \t-])(?![0-9])")
_SNILS_WRITTEN = re.compile(r"(?<![0-9-])[0-9]{3}-[0-9]{3}-[0-9]{3}[ \t-]{0,2}[0-9]{2}(?![0-9-])")
_SNILS_NAMED = re.compile(r"снилс\W{0,3}(?:номер\w*|№)?\W{0,4}((?:[0-9][ \t-]{0,2}){10}[0-9])(?![0-9])", re.IGNORECASE)
_PASSPORTS = re.compile(r"(?<![0-9])[0-9]{2}[ ]?[0-9]{2}[ \t,]{0,2}(?:(?:№|N|номер)[ \t]{0,2})?[0-9]{6}(?![0-9])")
_PASSPORT_SHAPED = re.compile(r"[0-9]{2} [0-9]{2} (?:№ ?)?[0-9]{6}|[0-9]{4},? ?(?:№|N|номер) ?[0-9]{6}")
_INNS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


def _cards(text: str) -> Iterator[Span]:
    for match in _CARDS.finditer(text):
        start, end = match.span()
        if _named_before(text, start, "полис", 40):
            yield start, end, _POLICY
            continue
        named = _named_before(text, start, "карт", 25)
        if (named or is_card(_digits(match.group()))) and not _is_numbered_paper(text, start):
            yield start, end, _CARD


def _snils(text: str) -> Iterator[Span]:
    for match in _SNILS_NAMED.finditer(text):
        yield match.start(1), match.end(1), _SNILS
    for match in _SNILS_WRITTEN.finditer(text):
        if is_snils(_digits(match.group())):
            yield match.start(), match.end(), _SNILS


def _passports(text: str) -> Iterator[Span]:
    for match in _PASSPORTS.finditer(text):
        named = any(_named_before(text, match.start(), word, 100) for word in ("паспорт", "серия", "серии"))
        shaped = _PASSPORT_SHAPED.fullmatch(match.group()) is not None
        if named or (shaped and not _is_numbered_paper(text, match.start())):
            yield match.start(), match.end(), _PASSPORT


def _inns(text: str) -> Iterator[Span]:
    for match in _INNS.finditer(text):
        named = _named_before(text, match.start(), "инн", 12)
        if named or (is_personal_inn(match.group()) and not _is_numbered_paper(text, match.start())):
            yield match.start(), match.end(), _INN


# Phones

_LONG_PHONE = re.compile(
    r"(?<![0-9+])(?:\+[ ]?7|8|7)[ \t–—-]{0,3}\(?[ ]?[0-9]{3,5}[ ]?\)?(?:[ \t.–—-]{0,3}[0-9]){5,7}(?![0-9])"
)
_FOREIGN_PHONE = re.compile(r"(?<![0-9+])\+(?!7)(?:[ \t()–-]{0,2}[0-9]){11,14}(?![0-9])")
_MOBILE = re.compile(
    r"(?<![0-9+(])\(?9[0-9]{2}\)?[ \t–-]{0,2}[0-9]{3}[ \t–-]{0,2}[0-9]{2}[ \t–-]{0,2}[0-9]{2}(?![0-9])"
)
_CITY_PHONE = re.compile(r"(?<![0-9–-])(?<!800[) ])(?<!800\) )[0-9]{2,3}[–-][0-9]{2}[–-][0-9]{2}(?![0-9]|[–-][0-9])")
_NAMED_PHONE = re.compile(
    r"(?<!\w)(?:тел(?:ефон\w{0,3})?|моб(?:ильн\w*)?|сот(?:ов\w*)?|вайбер\w?|viber|whatsapp|в[оа][тц]с?ап\w?|(?:по)?звон\w+"
    r"|контакт\w*)(?!\w)[\s.:№—–-]{0,4}(?:номер\w*[\s.:№]{0,3})?"
    r"((?:\([0-9]{3,5}\)[ ]?)?[0-9](?:[ –-]?[0-9]){4,9})(?![0-9]|[ ]?(?:руб|тыс|₽|р\.))",
    re.IGNORECASE,
)


def _phones(text: str) -> Iterator[Span]:
    for pattern in (_LONG_PHONE, _FOREIGN_PHONE, _MOBILE, _CITY_PHONE):
        for match in pattern.finditer(text):
            written = match.group()
            if _may_be_phone(written) and (written.startswith("+") or not _is_numbered_paper(text, match.start())):
                yield match.start(), match.end(), _PHONE
    for match in _NAMED_PHONE.finditer(text):
        if _may_be_phone(match.group(1)):
            yield match.start(1), match.end(1), _PHONE


def _may_be_phone(written: str) -> bool:
    """No date, no call free of charge, and a national number has eleven digits."""
    digits = _digits(written)
    if digits[0] in "78" and len(digits) > 7:
        return len(digits) == 11 and digits[1:4] not in ("800", "804") and digits[1] != "0"
    return not _is_date(written)


def _is_date(written: str) -> bool:
    """Whether «12-05-23» can be a day, a month and a year."""
    parts = re.split("[–-]", written)
    return len(parts) == 3 and all(len(part) <= 2 for part in parts) and int(parts[0]) <= 31 and int(parts[1]) <= 12


# Flats

_UNITS = (
    r"(?:°|%|град|гр\b|лет|год|чел|мес|дн|день|час|сут|недел|раз|мин|м2|м²|м\b|кв\.?[ ]?м|метр|тыс|руб|р\.|₽|комнат|дет|реб|собак"
    r"|кош|семь|инвалид|процент|литр|куб|январ|феврал|март|апрел|ма[йя]\b|июн|июл|август|сент|окт|нояб|дек)"
)
_AMOUNT = rf"(?:[ ]?[-–—,.][ ]?[0-9]+)*[ ]?-?{_UNITS}"
_NO_FLAT = r"[ ]?-?(?:й|м|ом|ый)?[ ]?(?:подъезд|под\b|этаж|эт\b|корп|парадн|секци|дом|д\.|числ|ул)"
_MORE_FLATS = rf"(?:[ ]?(?:,|и|-|–)[ ]?[0-9]{{1,4}}(?![\w.:]|,[0-9]|[ ]?-?{_UNITS}|{_NO_FLAT}))*"
_FLAT_BEFORE = re.compile(
    r"(?<!\w)(кв|кв-р[аыуе]|квартир(?:а|ы|у|е|ой|ам|ах|ами)?)(?:[ ]?\.|:)?[ ]{0,2}(?:номер\w*|[№#N])?[ ]?"
    rf"([0-9]{{1,4}}(?:[«\"]?[а-вА-В][»\"]?(?!\w))?(?![0-9\w]|{_AMOUNT}){_MORE_FLATS})",
    re.IGNORECASE,
)
_WARMTH = re.compile("градус|температур|тепл|холод|отоплен|батаре|гигрометр|термометр", re.IGNORECASE)
_FLAT_AFTER = re.compile(
    r"(?<![\w.,:/-])([0-9]{1,4})(?:[ ]?-?(?:й|ой|я|ая|ю|ую|го|ого))?[ ](?:квартир(?:а|ы|у|е|ой)|кв(?!\w))"
    r"(?![ .№]*(?:м\b|м2|метр|км|см|[0-9]))",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?:^|[^1])[234]\Z|^[234]\Z")
_OUT_OF = re.compile(r"(?:из|от|с|у|около|возле|над|под|напротив)[ ](?:нашей[ ])?\Z", re.IGNORECASE)
_ROMAN_OR_NUMBER = re.compile(r"(?:[0-9IVX]|-й|-м)[ ]?\Z")
_HOUSE_DASH_FLAT = re.compile(
    r"(?<!\w)(?:(?:ул(?:\.|иц[аеуы])|пр(?:\.|-т|оспект\w*|-кт)|пер(?:\.|еул\w+)|б-р|бульвар\w*|ш\.|шоссе)[ ]{0,2}"
    r"[А-ЯЁа-яё0-9][А-ЯЁа-яё .-]{2,40}?|[А-ЯЁ][а-яё]{2,30}(?:ая|ой|ую|ова|ева|[иы]на|ого|ников|истов|ачей|ира|уда))"
    r"[ ,]{1,2}(?:д(?:\.|ом)?[ ]?)?[0-9]{1,3}[абвАБВ]?(?:/[0-9]{1,3})?[ ]?[-–][ ]?([0-9]{1,3})"
    rf"(?![0-9\w]|[.,:/–-][0-9]|[ ]?-?{_UNITS}|[ ]?(?:числ|го|км|этаж|[оыи]?й\b|ые\b|и\b|х\b)|[ ,]*кв)"
)
_DATED_BEFORE = re.compile(
    r"(?<!\w)(?:январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр|дома|школ|маршрут|автобус"
    r"|трамва|троллейб|класс|групп|около|более|менее|примерно|через|итого|всего"
    r"|минимум|максимум|шк|приложени|форм|ст|статья|пункт|п)\w*[ ,]",
    re.IGNORECASE,
)


def _flats(text: str) -> Iterator[Span]:
    for match in _FLAT_BEFORE.finditer(text):
        quarter = len(match.group(2)) == 4 and _ROMAN_OR_NUMBER.search(text, max(0, match.start() - 4), match.start())
        inside = match.group(1).lower() == "квартире" and match.end(1) + 1 == match.start(2) and len(match.group(2)) < 3
        warmth = inside and _WARMTH.search(text, max(0, match.start() - 60), match.end() + 40)
        if not quarter and not warmth:
            yield from _numbers(text, match.start(2), match.end(2))
    for match in _FLAT_AFTER.finditer(text):
        one = match.group(1) == "1" and match.group().lower().endswith("квартира")
        many = one or (match.group().lower().endswith("квартиры") and _COUNTED.search(match.group(1)) is not None)
        if not many or _OUT_OF.search(text, max(0, match.start() - 20), match.start()) is not None:
            yield match.start(1), match.end(1), _FLAT
    for match in _HOUSE_DASH_FLAT.finditer(text):
        if _DATED_BEFORE.match(match.group()) is None:
            yield match.start(1), match.end(1), _FLAT


_ONE_NUMBER = re.compile(r"[0-9]+(?:[«\"]?[а-вА-В](?!\w)[»\"]?)?")


def _numbers(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _ONE_NUMBER.finditer(text, start, end):
        yield match.start(), match.end(), _FLAT


_FINDERS: tuple[Callable[[str], Iterator[Span]], ...] = (
    _accounts, _mails, _cards, _snils, _inns, _passports, _phones, _flats,
)  # fmt: skip


def find_identifiers(text: str) -> list[Span]:
    """Find what names a person by number or address.

    :param text: a message; what must not be looked at is blanked.
    :return: ``(start, end, mask)`` of each, in order, none overlapping; the more exact kind wins.
    """
    found: list[Span] = []
    for finder in _FINDERS:
        for span in finder(text):
            at = bisect(found, span)
            if (not at or found[at - 1][1] <= span[0]) and (at == len(found) or span[1] <= found[at][0]):
                found.insert(at, span)
    return found
