"""Names of persons by rules over tokens and pymorphy3's grammemes (``Name``, ``Patr``, ``Surn``).

Made for chat text, where a network trained on news misses much: «меня зовут мария», «иванова мария петровна»,
«Петров А.А.», «звоните Ольге». A street named after a person is a place: the spans of places are protected, except
where first name and patronymic stand together.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from ..places.words import CLASS_OF_WORD
from . import Token
from .lemmas import analyzer

__all__ = ["NameFinder", "merged"]

Spans = list[tuple[int, int]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STREETS = frozenset(form for form, kind in CLASS_OF_WORD.items() if kind in ("street", "street_short", "square"))
_OWNERS = frozenset(form for form, kind in CLASS_OF_WORD.items() if kind == "owner")
_TOWNS = frozenset(
    form
    for form, kind in CLASS_OF_WORD.items()
    if kind in ("big_town", "town", "town_short", "garden") or len(kind) == 1
)
_HONOURED = _words("""
    ленин маркс энгельс гагарин киров калинин пушкин лермонтов горький маяковский куйбышев свердлов дзержинский чкалов
    чапаев фрунзе орджоникидзе луначарский крупская суворов кутузов менделеев чайковский чехов тургенев гоголь некрасов
    чернышевский белинский герцен добролюбов циолковский матросов космодемьянский плеханов щорс тельман люксембург
    либкнехт цеткин бебель сталин ломоносов мичурин тимирязев буденный ворошилов котовский рокоссовский нахимов ушаков
    островский гайдар грибоедов репин маркса сусанин разин невский петровский попович пугачев шаумян баумана бауман
    """)
"""People after whom streets are named everywhere: alone, or with a first name, they are no resident."""
_CUES = _words("""
    зовут звать имя фио заявитель заявительница уважением фамилия отчество подпись подписант
    """)
"""What a name follows even without a capital letter."""
_ROLES = _words("""
    господин госпожа гражданин гражданка гр житель жительница сосед соседка врач терапевт педиатр доктор участковый депутат
    директор мастер водитель кондуктор учитель учительница воспитатель воспитательница заведующий заведующая начальник
    инженер председатель староста пенсионерка пенсионер мама мать отец папа сын дочь дочка муж жена брат сестра бабушка
    дедушка внук внучка тетя дядя ребенок уважаемый уважаемая дорогой дорогая звонить позвонить обращаться обратиться
    спросить спрашивать написать спасибо благодарить благодарность медсестра фельдшер диспетчер управляющий старшая
    старший специалист хирург мэр глава губернатор фермер ип
    """)
"""What a name with a capital letter often follows, also one that is an ordinary word («Спасибо Вере»)."""
_NOT_PERSONS = _words("""
    россия госуслуги вконтакте яндекс мороз снегурочка масленица троица покров русь родина аллах христос иисус господь
    бог ковид телеграм ватсап магнит лента пятерочка мария-ра сбер ростелеком почта победа
    единая партия анон аноним рождество пасха иван-чай дон волга кама нева ангара иня ока вишера
    """)
_THINGS = (
    _words("""
    магазин кафе тц трц тк жк ооо оао зао пао ао ук тсж тсн аптека ресторан гипермаркет супермаркет салон компания фирма
    парк рынок санаторий пароход теплоход храм церковь собор монастырь улица ул проспект пр переулок
    пер площадь бульвар проезд река озеро остров поселок деревня село город г д с п пос имя-отчество остановка станция
    метро клуб центр агентство сеть марка автомобиль завод фабрика отель гостиница группа газета канал проект фонд
    кинотеатр театр памятник мемориал стадион дк набережная шоссе аллея сквер тупик ст ост им имени икона святой святая
    """)
    | _STREETS
    | _TOWNS
)
"""A name after one of these is not a person's: shops, companies, streets, ships."""
_NO_INITIALS = _words("рф ук тц дк жк мо ск нп тк ип ао гк сц бц ст св кв бу хмао ао дс цк оо")
_SPACE = re.compile(r"\s{1,3}")
_INITIAL_GAP = re.compile(r"\.[ \u00a0]{0,2}|[ \u00a0]")
_BEFORE_INITIALS = re.compile(r"\s{1,2}\.?\s?|\.\s?")
_DOT = re.compile(r"\.[ \u00a0]{0,2}")
_CUE_GAP = re.compile(r"""[\s:,«"()–—-]{1,4}""")
_SENTENCE_ENDS = frozenset(".!?\n…;)")
_OPENING = frozenset("«\"“„'`#")
_SURNAME_ENDS = re.compile(
    r"(?:(?:[оеё]в|[иы]н)(?:а|у|ы|ым|ой|е|ых)?|(?:ск|цк)(?:ий|ая|ого|ой|ому|им|ую)|енк[оауи]|[уюа]к[ауое]?м?|чук[ауом]*"
    r"|швили|дзе|ян[ауеом]*|[ыи]х)\Z"
)
_ADJECTIVE = re.compile(r"(?:ск|цк|н)(?:ий|ый|ая|ого|ой|ому|им|ую|ом)\Z")
_PATRONYMIC = re.compile(
    r"[а-я]{2,}(?:[оеё]вич|ьич|(?:[оеё]вн|[ие]ничн)[аыеуой])(?:[ауе]|[ое]м)?\Z|[а-я]{3,}ыч[ауе]?\Z"
)

NAME, STRONG_NAME, PATRONYMIC, SURNAME, STRONG_SURNAME, UNKNOWN, ORDINARY, LIKE_SURNAME, PLACE, SURE_NAME = (
    1 << bit for bit in range(10)
)
"""Bits of `look_at`: can be a first name; is one by its best parse; patronymic; can be a surname; is one by its best
parse; not in the dictionary; has a reading as an ordinary word; ends like a surname; best parse is a place; a first name
far more often than anything else."""


@lru_cache(maxsize=65_536)
def look_at(form: str) -> int:
    """What pymorphy3 says about a folded form as part of a name, as the bits above."""
    form = form.rpartition("-")[2]
    if len(form) < 2 or form.isdigit():
        return 0
    parses = analyzer().parse(form)
    best, bits = parses[0], 0
    for parse in parses:
        grammemes = parse.tag.grammemes
        if parse.score < 0.01 and not parse.is_known:
            continue
        bits |= NAME if "Name" in grammemes and parse.is_known else 0
        bits |= PATRONYMIC if "Patr" in grammemes and parse.is_known else 0
        bits |= SURNAME if "Surn" in grammemes else 0
        named = grammemes & {"Name", "Surn", "Patr", "Geox", "Abbr", "Poss"}
        bits |= ORDINARY if parse.is_known and parse.score >= 0.05 and not named else 0
    if best.is_known:
        bits |= STRONG_NAME if "Name" in best.tag else 0
        bits |= SURE_NAME if "Name" in best.tag and best.score >= 0.6 else 0
        bits |= STRONG_SURNAME if "Surn" in best.tag else 0
        bits |= PLACE if "Geox" in best.tag else 0
    else:
        bits |= UNKNOWN | (SURNAME if _SURNAME_ENDS.search(form) and len(form) > 4 else 0)
    bits |= LIKE_SURNAME if _SURNAME_ENDS.search(form) else 0
    if _PATRONYMIC.match(form) and not bits & ORDINARY:
        bits |= PATRONYMIC
    return bits


@lru_cache(maxsize=65_536)
def _lemmas(form: str) -> frozenset[str]:
    """Normal forms of a form as a name of a person."""
    return frozenset(
        parse.normal_form.replace("ё", "е")
        for parse in analyzer().parse(form)
        if parse.tag.grammemes & {"Name", "Surn", "ADJF"}
    )


@lru_cache(maxsize=65_536)
def _agree(name: str, surname: str) -> bool:
    """Whether a first name and a surname can stand in the same case and gender."""

    def readings(form: str, grammeme: str) -> list[Any]:
        return [parse.tag for parse in analyzer().parse(form) if grammeme in parse.tag and parse.score >= 0.01]

    surnames = readings(surname, "Surn")
    if not surnames:
        return look_at(surname) & UNKNOWN != 0
    for one in readings(name, "Name"):
        for other in surnames:
            alike = "ms-f" in one or one.gender is None or other.gender in (one.gender, None)
            if alike and one.case == other.case and one.number == other.number:
                return True
    return False


@lru_cache(maxsize=65_536)
def _genitive(form: str) -> bool:
    """Whether a form can be the genitive of a first name or a surname."""
    return any(
        "gent" in parse.tag and parse.tag.grammemes & {"Surn", "Name"} and parse.score >= 0.01
        for parse in analyzer().parse(form)
    )


class NameFinder:
    """Looks for names of persons in one message. Positions are token numbers, ends exclusive.

    :param text: a message in which what is no word of the resident is blanked.
    :param tokens: its tokens.
    :param places: spans of places, which stay unless a first name and a patronymic stand together.
    """

    def __init__(self, text: str, tokens: Sequence[Token], places: Sequence[tuple[int, int]]) -> None:
        self.text, self.tokens, self.count = text, tokens, len(tokens)
        self._starts = [token.start for token in tokens]
        self._places = [self._inside(start, end) for start, end in places]
        self._kept = {at for place in self._places for at in place}

    def find(self) -> Spans:
        """Spans of the names that rules find, in order, none overlapping."""
        spans: Spans = []
        at = floor = 0
        while at < self.count:
            start, end = self._name_at(at, floor)
            if end > at:
                spans.append((self.tokens[start].start, self._end(end)))
                at = floor = end
            else:
                at += 1
        return spans

    def _end(self, end: int) -> int:
        """End of the text of a name; the dot after an initial belongs to it."""
        last = self.tokens[end - 1]
        dotted = len(last.text) == 1 and self.text[last.end : last.end + 1] == "."
        return last.end + dotted

    def _name_at(self, at: int, floor: int) -> tuple[int, int]:
        """Start and end of the name whose first or second word is ``at``; an end of 0 if there is none."""
        look = look_at(self.tokens[at].form)
        if look & (NAME | PATRONYMIC) or (look & UNKNOWN and self._capital(at)):
            end = self._with_patronymic(at)
            if end:
                return self._with_surname(at, end, floor)
        end = self._initials_first(at) or self._surname_and_initials(at) or self._complained_of(at)
        if end or (self._protected(at) and not self._called_by_surname(at)):
            return at, end
        end = (
            self._after_cue(at)
            or self._name_and_surname(at)
            or (at + 1 if (not self._protected(at) or self._called_by_surname(at)) and self._alone(at) else 0)
        )
        return at, end

    # --- small questions ------------------------------------------------------------------------------------------

    def _inside(self, start: int, end: int) -> range:
        """The tokens that begin inside a span."""
        return range(bisect_left(self._starts, start), bisect_left(self._starts, end))

    def _gap(self, at: int) -> str:
        return self.text[self.tokens[at - 1].end : self.tokens[at].start] if at else "\n"

    def _look(self, at: int) -> int:
        return look_at(self.tokens[at].form)

    def _capital(self, at: int) -> bool:
        """A capital letter that says something: not one among words all in capitals."""
        text = self.tokens[at].text
        if not text[0].isupper():
            return False
        if len(text) == 1 or not text.isupper():
            return True
        around = self.tokens[max(0, at - 2) : at + 3]
        return not any(len(token.text) > 3 and token.text.isupper() for token in around if token is not self.tokens[at])

    def _starts_sentence(self, at: int) -> bool:
        return at == 0 or not _SENTENCE_ENDS.isdisjoint(self._gap(at))

    def _near(self, at: int) -> bool:
        """Whether only a space stands before token ``at``."""
        return 0 < at < self.count and _SPACE.fullmatch(self._gap(at)) is not None

    def _protected(self, at: int) -> bool:
        return at in self._kept

    def _before(self, at: int) -> str:
        return self.tokens[at - 1].lemma if at else ""

    def _is_thing(self, at: int) -> bool:
        """Whether the word is the name of a shop, a company, a street or a hashtag by what stands before it."""
        if at and self._gap(at)[-1:] in _OPENING and self._gap(at):
            return True
        if self.text[self.tokens[at].start - 1 : self.tokens[at].start] in _OPENING and self.tokens[at].start:
            return True
        if at and self._gap(at).strip(" .") == "":
            before = self.tokens[at - 1]
            if not _THINGS.isdisjoint((before.form, before.lemma)) and (len(before.form) > 1 or "." in self._gap(at)):
                return True
        return self.tokens[at].lemma in _NOT_PERSONS or self.tokens[at].form in _NOT_PERSONS

    def _honoured(self, at: int) -> bool:
        return not _HONOURED.isdisjoint(_lemmas(self.tokens[at].form))

    # --- names of several words -----------------------------------------------------------------------------------

    def _with_patronymic(self, at: int) -> int:
        """End of «Мария Петровна», «м. петровна»; 0 if the words are something else."""
        following = at + 1
        if following < self.count and self._near(following) and self._look(following) & PATRONYMIC:
            own = self._look(at)
            if self._before(at) in ("имя", "им"):  # «школа имени …»
                return 0
            if own & NAME or (own & UNKNOWN and self._capital(at) and self._capital(following)):
                return following + 1
        return 0

    def _with_surname(self, start: int, end: int, floor: int) -> tuple[int, int]:
        """The name with the surname before or after it."""
        before = start - 1
        if before >= floor and self._near(start) and self._could_be_surname(before, start):
            return before, end
        if end < self.count and self._near(end) and self._could_be_surname(end, start):
            return start, end + 1
        return start, end

    def _could_be_surname(self, at: int, name: int) -> bool:
        look, token = self._look(at), self.tokens[at]
        if len(token.form) < 3 or token.form.isdigit() or look & PATRONYMIC:
            return False
        if self._capital(at) or (token.text.isupper() and self.tokens[name].text.isupper()):
            if look & STRONG_SURNAME:
                return True
            if look & (SURNAME | LIKE_SURNAME) and not look & ORDINARY:
                return True
            ordinary = look & ORDINARY and (self._starts_sentence(at) or at > name or token.lemma in _ROLES)
            return not ordinary and token.lemma not in _ROLES | _THINGS
        agreeing = look & (SURNAME | UNKNOWN) and _agree(self.tokens[name].form, token.form)
        return bool(agreeing and not look & ORDINARY and look & (STRONG_SURNAME | LIKE_SURNAME))

    def _is_initial(self, at: int) -> bool:
        if not 0 <= at < self.count:
            return False
        text = self.tokens[at].text
        return len(text) == 1 and ("А" <= text <= "Я" or text == "Ё")

    def _initials_first(self, at: int) -> int:
        """End of «А.А. Петров», «А. Петров»; 0 if there is none."""
        if not self._is_initial(at) or at + 1 >= self.count or _DOT.fullmatch(self._gap(at + 1)) is None:
            return 0
        end = at + 1
        if self._is_initial(end) and end + 1 < self.count and _DOT.fullmatch(self._gap(end + 1)):
            end += 1
        if self._is_initial(end) or not self._is_surname(end, sure=end == at + 2) or self._honoured(end):
            return 0
        if end == at + 1 and self._protected(at):
            return 0
        if self._is_thing(at):  # «ул. А. Невского», «имени В. Петрова»
            self._kept.update(range(at, end + 1))
            return 0
        return end + 1

    def _is_surname(self, at: int, *, sure: bool) -> bool:
        """Whether a word beside initials is a surname; ``sure``: there are two of them."""
        token, look = self.tokens[at], self._look(at)
        if len(token.form) < 3 or not token.text[0].isupper():
            return False
        if not look & (SURNAME | UNKNOWN | LIKE_SURNAME):
            return False
        return sure or not look & ORDINARY or bool(look & SURNAME and not self._starts_sentence(at))

    def _surname_and_initials(self, at: int) -> int:
        """End of «Петров А.А.», «Петрову А. А.», «Петров А.», «Мария П.», «Петрова АА»; 0 if there is none."""
        first = at + 1
        if first >= self.count or _BEFORE_INITIALS.fullmatch(self._gap(first)) is None:
            return 0
        if not self.tokens[at].text[0].isupper():
            return 0
        look, token = self._look(at), self.tokens[first]
        if len(token.text) == 2 and token.text.isupper() and token.form not in _NO_INITIALS and look & STRONG_SURNAME:
            return first + 1
        if not self._is_initial(first):
            return 0
        second = first + 1
        if self._is_initial(second) and _INITIAL_GAP.fullmatch(self._gap(second)):
            dotted = "." in self._gap(second)
            thing = self._is_thing(at) and not (dotted and self.tokens[at - 1].form in _OWNERS)
            if (
                self._is_surname(at, sure=dotted)
                and not thing
                and not self._honoured(at)
                and (dotted or self._capital(at))
            ):
                return second + 1
            return 0
        dotted = self.text[token.end : token.end + 1] == "." and self._near(first) and not self._protected(at)
        named = look & STRONG_NAME or (self._is_surname(at, sure=False) and not self._is_thing(at))
        if dotted and named and not self._honoured(at):
            return first + 1
        return 0

    def _name_and_surname(self, at: int) -> int:
        """End of «Мария Иванова», «Иванова Мария», «петров иван»; 0 if the words are something else."""
        following = at + 1
        if not self._near(following) or self._protected(following) or self._is_thing(at):
            return 0
        one, other = self._look(at), self._look(following)
        for name, surname in ((at, following), (following, at)):
            looks = (one, other) if name == at else (other, one)
            if looks[0] & NAME and looks[1] & (SURNAME | UNKNOWN | LIKE_SURNAME) and self._is_pair(name, surname):
                if self._honoured(surname) or self._is_street(at, following + 1):
                    self._kept.update((at, following))
                    return 0
                patronymic = self._near(following + 1) and self._look(following + 1) & PATRONYMIC
                return following + 1 + bool(patronymic)
        return 0

    def _complained_of(self, at: int) -> int:
        """End of «Дениса Голубева» in «жалоба на Дениса Голубева», which looks like a street; 0 if there is none."""
        if range(at, at + 2) not in self._places or not self._complains(at):
            return 0
        return at + 2 if self._capital(at) and self._look(at) & STRONG_NAME and not self._honoured(at + 1) else 0

    def _complains(self, at: int) -> bool:
        return at >= 2 and self.tokens[at - 2].lemma.startswith(("жалоб", "жалова", "пожалова", "заявлени"))

    def _is_street(self, start: int, end: int) -> bool:
        """«на Павлика Морозова», «Лизы Чайкиной 7»: a whole name in the genitive where a street stands."""
        if end < self.count and self.tokens[end].form[0].isdigit() and self._gap(end).strip(" ,") == "":
            return True
        before = self.tokens[start - 1].form if self._near(start) else ""
        if before not in ("на", "по") or not all(_genitive(self.tokens[at].form) for at in (start, start + 1)):
            return False
        return not self._complains(start)

    def _is_pair(self, name: int, surname: int) -> bool:
        look, form = self._look(surname), self.tokens[surname].form
        strong = bool(self._look(name) & STRONG_NAME)
        if self._capital(name) and self._capital(surname):
            if not strong and not look & STRONG_SURNAME:
                return False
            if look & (SURNAME | LIKE_SURNAME) and not look & ORDINARY:
                return True
            follows = surname == name + 1 and strong
            return _agree(self.tokens[name].form, form) or (follows and look & (ORDINARY | LIKE_SURNAME) != ORDINARY)
        both = strong and look & (STRONG_SURNAME | SURNAME) and not look & ORDINARY and not look & NAME
        return bool(both) and look & LIKE_SURNAME != 0 and _agree(self.tokens[name].form, form)

    # --- names of one word ----------------------------------------------------------------------------------------

    def _after_cue(self, at: int) -> int:
        """End of a name after «меня зовут», «с уважением», «ФИО:», capital letters or not; 0 if there is none."""
        if not at or _CUE_GAP.fullmatch(self._gap(at)) is None or not self._cue_before(at):
            return 0
        end = at
        while end < self.count and end - at < 3 and (end == at or self._near(end)):
            look, capital = self._look(end), self.tokens[end].text[0].isupper()
            named = look & (NAME | PATRONYMIC | STRONG_SURNAME) or (look & SURNAME and not look & ORDINARY)
            if not named and not (capital and look & (UNKNOWN | SURNAME)):
                break
            end += 1
        lower = end > at and not self.tokens[at].text[0].isupper()
        if lower and self._look(at) & ORDINARY and not self._look(at) & STRONG_NAME and self._before(at) != "звать":
            return 0
        return end if end > at else 0

    def _cue_before(self, at: int) -> bool:
        cue = self.tokens[at - 1]
        if cue.form in _CUES or cue.lemma in _CUES:
            return True
        return cue.form in ("я", "это") and "," in self._gap(at) and self._capital(at)

    def _alone(self, at: int) -> bool:
        """Whether one word with a capital letter is a name by itself."""
        token, look = self.tokens[at], self._look(at)
        if not look & (NAME | PATRONYMIC | SURNAME) or len(token.form) < 3 or not self._capital(at):
            return False
        if self._is_thing(at) or self._honoured(at) or self._is_abbreviation(at) or self._opens_place(at):
            return False
        starts = self._starts_sentence(at)
        if look & PATRONYMIC and not look & ORDINARY:
            return True
        if look & STRONG_NAME:
            addressed = self.text[token.end : token.end + 1] in (",", "!")
            doubtful = starts and look & ORDINARY and not addressed and not look & SURE_NAME
            return not look & PLACE and not doubtful and not self._is_town(at)
        called = self._before(at) in _ROLES and not starts
        if look & NAME and not look & STRONG_SURNAME:
            return called and not look & PLACE
        if look & STRONG_SURNAME:
            return not self._street_like(at) and (called or not (starts and look & ORDINARY))
        return called and not look & (ORDINARY | PLACE) and not self._describes(at)

    def _called_by_surname(self, at: int) -> bool:
        """«звонить Белову», «у Ивановых»: a surname after a role is a person's although a village bears it too."""
        if not self._look(at) & STRONG_SURNAME or not self._capital(at) or not self._near(at):
            return False
        called = self._before(at) in _ROLES or (self.tokens[at - 1].form == "у" and not self._honoured(at))
        return called and at + 1 not in self._kept

    def _is_abbreviation(self, at: int) -> bool:
        text = self.tokens[at].text
        return len(text) <= 4 and text.isupper()

    def _opens_place(self, at: int) -> bool:
        """«Карла Маркса 5», «Апраксин переулок»: the word belongs to the place or the type of street after it."""
        following = at + 1
        if not self._near(following):
            return False
        return self._protected(following) or self.tokens[following].form in _STREETS or self._honoured(following)

    def _is_town(self, at: int) -> bool:
        """«до Владимира», «из Кирова»: a word that is also a town, where people go."""
        if self._before(at) not in ("до", "из", "в", "через", "под"):
            return False
        return any("Geox" in parse.tag for parse in analyzer().parse(self.tokens[at].form))

    def _describes(self, at: int) -> bool:
        """«главы Заречного района»: an adjective made of a place, with its noun behind it."""
        following = at + 1
        return _ADJECTIVE.search(self.tokens[at].form) is not None and self._near(following)

    def _street_like(self, at: int) -> bool:
        """«на Гагарина», «с Попова до», «Попова 5»: a surname in the genitive where a street stands."""
        if at + 1 < self.count and self.tokens[at + 1].form[0].isdigit() and len(self._gap(at + 1)) <= 2:
            return True
        before = self.tokens[at - 1].form if at and self._gap(at).isspace() else ""
        if before in ("в", "во", "из"):
            return True
        if before in (
            "на",
            "по",
            "с",
            "до",
            "от",
            "вдоль",
            "через",
            "и",
            "между",
            "угол",
            "перекресток",
            "возле",
            "около",
        ):
            return _genitive(self.tokens[at].form)
        return False

    # --- what the network found -----------------------------------------------------------------------------------

    def person(self, span: tuple[int, int]) -> tuple[int, int] | None:
        """The name in what a network takes for a person; ``None`` if it is a company, a street or a word in capitals."""
        inside = list(self._inside(*span))
        while inside and not self._part_of_name(inside[-1]):
            inside.pop()
        while inside and not self._part_of_name(inside[0]):
            del inside[0]
        if not inside or any(self._protected(at) or self._honoured(at) for at in inside):
            return None
        first, last = inside[0], inside[-1]
        if self._is_thing(first) or self._opens_place(last):
            return None
        if first == last and not self._may_stand_alone(first):
            return None
        if not any(self._look(at) & (NAME | SURNAME | PATRONYMIC) for at in inside):
            return None
        return self.tokens[first].start, self._end(last + 1)

    def _part_of_name(self, at: int) -> bool:
        look = self._look(at)
        named = look & (NAME | SURNAME | PATRONYMIC | UNKNOWN) and not (look & ORDINARY and self._starts_sentence(at))
        return self._is_initial(at) or (bool(named) and self.tokens[at].text[0].isupper())

    def _may_stand_alone(self, at: int) -> bool:
        look = self._look(at)
        if not self._capital(at) or self._is_abbreviation(at) or self._street_like(at):
            return False
        if look & (ORDINARY | PLACE) and not look & (STRONG_NAME | STRONG_SURNAME | PATRONYMIC):
            return look & (NAME | SURNAME) != 0 and not self._starts_sentence(at)
        return look & (NAME | SURNAME | PATRONYMIC) != 0


def merged(text: str, spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans with those joined that overlap or have only a space between them."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and (start <= joined[-1][1] or text[joined[-1][1] : start].strip(" \t\u00a0") == ""):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
