"""Words that places are made of, and what pymorphy3 says about a word that could be a name.

Types of streets, settlements and objects with the abbreviations in use; words that tell a house from an amount, a
street from an office. No names of streets or villages, only of the largest cities.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from appealnlp.text.lemmas import analyzer


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STREET = _words("""
    улица ул улочка проспект просп пр пр-кт пр-т пр-кту пр-те пр-та переулок пер проезд пр-д шоссе ш бульвар бул
    б-р бр набережная наб тупик туп площадь пл аллея линия тракт трасса квартал кв-л магистраль спуск
    """)
SETTLEMENT = _words("""
    город г гор городок поселок пос п пгт рп деревня дер д село с станица ст-ца хутор аул слобода снт днт тсн сдт
    сот дачный кооператив разъезд
    """)
DISTRICT = _words("""
    район р-н р-он р-не р-на р-ну микрорайон мкр мкрн мкр-н мкр-не м-н мик-н мик-не м-не край область обл
    республика округ го мо поселение сельсовет округу
    """)
STOP = _words("остановка ост остановочный метро станция ст платформа")
OBJECT = _words("""
    школа шк гимназия лицей садик детсад дс сад ясли доу мдоу мадоу мбоу маоу сош больница поликлиника цгб црб гкб
    ркб гб фап госпиталь роддом диспансер амбулатория травмпункт парк сквер рынок тц трц трк тк бц жк гск кафе
    ресторан магазин супермаркет гипермаркет универмаг аптека санаторий стадион фок дк кинотеатр театр музей
    библиотека бассейн гостиница отель общежитие университет институт колледж техникум училище вокзал автовокзал
    кладбище озеро пруд река ручей мост церковь храм собор монастырь пляж лагерь котельная завод фабрика гмц клуб
    консультация стоянка очаг роща лес лесопарк р здание дворец мсч центр
    переход парке парку парках лагере лесе
    """)
HOUSE = _words("""
    дом д номер строение стр здание корпус корп кор крп к литера литер лит подъезд подьезд под п парадная парадный
    пар пд кв квартира этаж эт владение вл участок уч секция офис комната ком
    """)
ODD_LEMMAS = _words("пр-далее проспа тупой парка лагер леса округа")
"""Lemmas of «пр-д», «просп», «туп», «в парке», «в лагере», «в лесе», «по округу» by pymorphy3."""
CAPITAL_STREET = _words("""
    площадь проезд аллея трасса квартал спуск магистраль линия тракт тупик набережная шоссе
    """)
"""Types that are ordinary words as well: only a capitalised name or a house makes them a place."""
OWNERS = _words("""
    ук тсж тсн ооо ао оао зао пао жск жкс жэк жэу муп мку мбу машина компания фирма автобус
    """)
NEEDS_NUMBER = _words("мсч доу мдоу мадоу мбоу маоу сош шк гб гкб ркб школа дс больница поликлиника")
SHORT = _words("г п с д х ш ст р")
"""One-letter types are prepositions and units more often than not: they count with a dot or before a capital letter."""

CITIES = _words("""
    москва петербург санкт-петербург спб питер екатеринбург новосибирск казань челябинск самара омск ростов уфа
    красноярск воронеж пермь волгоград краснодар саратов тюмень тольятти ижевск барнаул ульяновск иркутск
    хабаровск ярославль владивосток махачкала томск оренбург кемерово новокузнецк рязань пенза липецк тула киров
    чебоксары калининград курск ставрополь улан-удэ тверь магнитогорск иваново брянск белгород сочи сургут
    владимир архангельск чита калуга смоленск волжский череповец курган вологда саранск мурманск якутск кострома
    петрозаводск нальчик йошкар-ола новороссийск сыктывкар
    """)
"""The largest cities of Russia by population, for names typed without a capital letter."""

FULL = _words("""
    город дома село села селе селу аул край мост парк пруд лес река реки реке реку дом отель театр клуб завод
    линия
    """)
"""Whole words that are as short as abbreviations: a dot after them ends the sentence."""
SPECIAL = {"пересечение", "перекресток", "угол", "развилка"}
CENTRES = _words("торговый бизнес деловой торгово-развлекательный медицинский перинатальный")
TITLES = _words("""
    маршал генерал адмирал академик герой брат космонавт летчик партизан капитан полковник профессор доктор
    архитектор художник композитор писатель поэт пограничник красный большой малый верхний нижний новый старый
    карл роза лев максим зоя павел святой
    """)
DATED = _words("""
    лет год летие января февраля марта апреля мая июня июля августа сентября октября ноября декабря партсъезд
    армия дивизия гвардейский съезд
    """)
UNITS = _words("""
    год лет день сутки час ч мин минута раз рубль руб р тысяча тыс человек чел процент метр м км кг литр градус
    неделя месяц мес этаж класс января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    маршрут автобус машина квартира дом ребенок штука шт балл дерево место век летний ый й
    """) - {"дом", "квартира", "этаж", "м"}
LINKS = _words("и между напротив возле у около вдоль от до рядом с район в")
"""Words that may stand between a street and its house."""
KINDS = _words(
    """
    детский городской районный областной краевой центральный средний женский стоматологический музыкальный торговый
    бизнес деловой подземный бывший коллективный больничный
    """
)
"""Adjectives that belong to the type of an object."""
BARE_BEFORE = _words("на по с со от до у возле около вдоль между перед за в во к из через рядом напротив и")
CONTEXT = _words("""
    адрес адресу адреса адресом дом дома доме дому домом про сторону дорога дороги дорогу дороге место район
    районе наш нашем
    """)
"""Words after which a capitalised name is a place as it is after a preposition."""
PLAIN_ADJECTIVES = _words("""
    детский женский городской сельский медицинский соседский морской русский мужской взрослый светский братский
    хозяйский человеческий строительский деревенский дачный поселковый районный областной краевой воинский
    стоматологический гинекологический психиатрический клинический хирургический музыкальный спортивный
    """)
ONE_OF_A_KIND = _words("парк больница поликлиника рынок кладбище стадион вокзал библиотека мост пляж сквер")
"""There is one «городской», «детский» or «центральный» of these in a town."""
VILLAGE = re.compile(r"(?:[оеё]во|[иы]но)$")
STREET_BEFORE = _words("на по с от до у между и вдоль около возле через")
IN_BEFORE = _words("в во из на до под около возле через")
NOT_A_NAME = _words("""
    россия рф украина европа сво мвд мчс гибдд жкх ук тсж вконтакте госуслуга администрация президент губернатор
    правительство министерство минздрав дума роспотребнадзор прокуратура интернет бог новый год господь вы ваш вас
    единый россия роскомнадзор яндекс телеграм центр глава мэр депутат суд пенсионный фонд мфц соцзащита соцфонд
    великий отечественный рождество пасха январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь
    декабрь понедельник вторник среда четверг пятница суббота воскресенье ковид коронавирус
    """)
BODIES = _words("""
    российский федерация кодекс закон управление комитет компания фонд отдел департамент служба инспекция надзор
    суд полиция прокуратура почта портал сайт линия управляющий губернаторский аварийный тепловой уважаемый добрый
    дорогой народный фронт партия контора программа закон совет банк газета новость депутат директор врач друг
    """)
"""Offices and forms of address, which are capitalised like places."""

GEO, CITY, SURNAME, FIRST_NAME, GENITIVE, PEOPLE, FEMININE, ADJ, NOUN, UNKNOWN, OTHER, BEST_GENITIVE = (
    1 << bit for bit in range(12)
)
"""Bits of `look_at`: likely place name; known place name as the best parse; surname (genitive or adjective);
first name; genitive of a thing; genitive plural of people; feminine adjective; adjective; noun; not in the dictionary;
best parse cannot be a name (verb, pronoun, adverb); best parse is a genitive singular."""
_NAME_POS = frozenset({"NOUN", "ADJF", "PRTF", "ADJS"})
_GRAMMEMES = (
    ({"Surn", "gent"}, SURNAME),
    ({"Surn", "ADJF"}, SURNAME),
    ({"Name"}, FIRST_NAME),
    ({"ADJF"}, ADJ),
    ({"ADJF", "femn"}, FEMININE),
    ({"NOUN"}, NOUN),
    ({"NOUN", "gent", "inan"}, GENITIVE),
    ({"NOUN", "gent", "anim", "plur"}, PEOPLE),
)


@lru_cache(maxsize=65_536)
def look_at(form: str) -> int:
    """What pymorphy3 says about a folded form, as the bits above; parses that are next to impossible do not count."""
    parses = analyzer().parse(form)
    best = parses[0]
    bits = _best_bits(best.tag) | (0 if best.is_known else UNKNOWN)
    for parse in parses:
        if parse.score >= 0.04 or parse is best:
            bits |= _tag_bits(parse.tag)
            if "Geox" in parse.tag.grammemes and (parse.score >= 0.15 or parse is best):
                bits |= GEO | (CITY if parse is best and parse.is_known else 0)
    return bits


@lru_cache(maxsize=4096)
def _best_bits(tag: Any) -> int:
    other = tag.POS not in _NAME_POS or "Apro" in tag
    return (OTHER if other else 0) | (BEST_GENITIVE if {"NOUN", "gent", "sing"} in tag else 0)


@lru_cache(maxsize=4096)
def _tag_bits(tag: Any) -> int:
    """What a tag means whatever the word; there are far fewer tags than words."""
    bits = 0
    for wanted, bit in _GRAMMEMES:
        if wanted <= tag.grammemes:
            bits |= bit
    return bits & ~(ADJ | FEMININE) if "Apro" in tag else bits


@lru_cache(maxsize=65_536)
def agree(adjective: str, noun: str) -> bool:
    """Whether a noun can be what an adjective describes: same number, case and, in the singular, gender."""
    nouns = [parse.tag for parse in analyzer().parse(noun) if parse.tag.POS == "NOUN"]
    for parse in analyzer().parse(adjective):
        tag = parse.tag
        if tag.POS in ("ADJF", "PRTF"):
            for other in nouns:
                if (tag.number, tag.case) == (other.number, other.case) and tag.gender in (None, other.gender):
                    return True
    return False
