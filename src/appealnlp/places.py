"""Where: settlements, districts, streets with houses, stops and named objects, as spans of the message.

Rules over tokens, written for chat text: types are inflected, shortened, glued to names and numbers, put before or
after the name, left out altogether («на ленина 39», «Садовая 5»). Names are recognised by shape, position and
pymorphy3's grammemes (`Geox`, `Surn`, adjectives); there is no list of streets or villages. Address forms follow
the abbreviations of the state address register (order of the Ministry of Finance No. 171n of 5 November 2015).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from appealnlp.place_words import (
    ADJ,
    BARE_BEFORE,
    BEST_GENITIVE,
    BODIES,
    CAPITAL_STREET,
    CENTRES,
    CITIES,
    CITY,
    CONTEXT,
    DATED,
    DISTRICT,
    FEMININE,
    FIRST_NAME,
    FULL,
    GENITIVE,
    GEO,
    HOUSE,
    IN_BEFORE,
    KINDS,
    LINKS,
    NEEDS_NUMBER,
    NOT_A_NAME,
    NOUN,
    OBJECT,
    ODD_LEMMAS,
    ONE_OF_A_KIND,
    OTHER,
    OWNERS,
    PEOPLE,
    PLAIN_ADJECTIVES,
    SETTLEMENT,
    SHORT,
    SPECIAL,
    STOP,
    STREET,
    STREET_BEFORE,
    SURNAME,
    TITLES,
    UNITS,
    UNKNOWN,
    VILLAGE,
    agree,
    look_at,
)
from appealnlp.result import Place
from appealnlp.text import Token

__all__ = ["MAYBE_PLACE", "PLACE_TRIGGERS", "find_places"]

_GAP = re.compile(r"""[ \t]*["'«“”„`‘’]?[ \t]*""")
_DOTTED_GAP = re.compile(r"""[ \t]?\.?[ \t]*["'«“”„`‘’]?[ \t]*""")
_NAME_GAP = re.compile(r"[ \t]{1,2}|[ \t]?[-–][ \t]?|\.[ \t]?")
_NUMBER_GAP = re.compile(r"""[ \t.,:;№#Nn/\\"'«»“”`()–—-]{0,5}""")
_SIGN_GAP = re.compile(r"""[ \t]*(?:[№#N"«]|номер)?[ \t]*""")
_JOIN_GAP = re.compile(r"[ \t.,]{0,4}")
_LETTER_GAP = re.compile(r"""[-"«' ]?""")
_QUOTES = {"«": "»", "“": "”", "„": "“", '"': '"', "`": "`", "'": "'"}
_SENTENCE_ENDS = frozenset(".!?\n…")
_CLOSING = frozenset(_QUOTES.values())
_ADJECTIVE = re.compile(r"(?:[аяо]я|[оеё]й|[ую]ю|[оеё]е|[ыи]й|[оеё]го|[ое]му?|[ыи]м|[ыи]х|[ыи]е|[ыи]ми)$")
_DISTRICT_ADJECTIVE = re.compile(r"(?:ск|цк)(?:ий|ого|ому|ом|им|ой|ая|ую|ое)$")

PLACE_TRIGGERS: frozenset[str] = (STREET | SETTLEMENT | DISTRICT | STOP | OBJECT | CITIES | SPECIAL | ODD_LEMMAS) - (
    SHORT | {"линия", "сот", "пр", "кооператив", "дачный"}
)
"""Lemmas that can open a place on their own."""

MAYBE_PLACE: re.Pattern[str] = re.compile(
    r"""
      [0-9]
    | [а-яё0-9,;:»"(][ \t]+["«“(]*[А-ЯЁ]                    # a capital letter inside a sentence
    | (?<![А-Яа-яЁё])[ВСУК][ ][А-ЯЁ]                         # «В Губахе»
    | (?<![А-Яа-яЁё])[а-яА-ЯёЁ]{1,5}\.[ \t]?[А-ЯЁ]          # «г.Пермь»
    | \A\W*(?!Здрав|Добр|Уваж)[А-ЯЁ][а-яё-]{3,}(?:,|\W*\Z)  # «Кунгур, …», «Заводская.»
    | [ ](?:на|по|в|из)[ ][а-яё-]+(?:ина|[ое]ва|[сц]кой|[сц]ке|[сц]ка)(?![а-яё])  # «на ленина»
    """,
    re.VERBOSE,
)
"""What else can open a place. A message in which this finds nothing, and no lemma of which
is a trigger, has no place."""


def find_places(text: str, tokens: Sequence[Token]) -> list[Place]:
    """Find what says where: contiguous pieces of the message, in order, none overlapping.

    Parts that belong together are one place («г. Пермь, ул. Мира, д. 5»). Kinds: ``street``, ``object``, ``stop``,
    ``district``, ``settlement``, ``house`` (a house whose street is not named); a place of several parts has the kind
    of its most exact one.

    :param text: the message, as given to `appealnlp.text.preprocess`.
    :param tokens: its tokens.
    :return: the places; empty if there are none.
    """
    if MAYBE_PLACE.search(text) is None and all(token.lemma not in PLACE_TRIGGERS for token in tokens):
        return []
    return _Finder(text, tokens).run()


class _Finder:
    """One pass over the tokens of one message. Positions are token numbers, ends exclusive."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self.count = text, tokens, len(tokens)
        self.spans: list[tuple[int, int, str]] = []
        self.floor = 0

    def run(self) -> list[Place]:
        tokens, text, forms, lemmas, rules = self.tokens, self.text, _FORMS, _LEMMAS, _RULES
        # Capital letters and digits are below «а».
        worth = [at for at, token in enumerate(tokens) if token[0] < "а" or token[3] in forms or token[4] in lemmas]
        numbers = [at for at in worth if tokens[at][3] < ":"]
        numbers.append(self.count + _FAR)
        nearest = floor = 0
        for at in worth:
            if at < floor:
                continue
            while numbers[nearest] <= at:
                nearest += 1
            number_near = numbers[nearest] - at < _FAR
            word, _, stop, form, lemma = tokens[at]
            rule, end = rules.get(form) or rules.get(lemma), 0
            if rule is not None and (form != "с" or text[stop : stop + 1] == "."):
                end = rule(self, at)
            if end:
                pass
            elif form in _OPENERS:
                end = self._opened(at, form, number_near=number_near)
            elif form < ":":
                end = self._lower_case_address(at) if at > floor else 0
            elif lemma in CITIES or (word[0].isupper() and (number_near or self._promising(at))):
                end = self._bare(at, "")
            if end > floor:
                self.floor = floor = end
        return self._join() if self.spans else []

    def _lower_case_name(self, opener: str, form: str) -> bool:
        """Whether a word in lower case and without a house can be a place: «на ленина», «по садовской», «в губахе»."""
        if len(form) < 4:
            return False
        wanted = CITY if opener in _LOWER_CITY_BEFORE else 0
        if opener in _LOWER_STREET_BEFORE and form.endswith(_LOWER_STREET_ENDS):
            wanted |= SURNAME | FEMININE
        return bool(wanted and look_at(form) & wanted)

    def _promising(self, at: int) -> bool:
        """Whether a capital letter without a preposition and a number can mean a place."""
        return not self._starts_sentence(at) or self._stands_alone(at) or bool(look_at(self.tokens[at].form) & CITY)

    # --- small questions about neighbours -------------------------------------------------------------------------

    def _gap(self, at: int) -> str:
        """What stands between token ``at - 1`` and token ``at``."""
        return self.text[self.tokens[at - 1].end : self.tokens[at].start]

    def _is_capital(self, at: int) -> bool:
        text = self.tokens[at].text
        if not text[0].isupper():
            return False
        return not (len(text) > 1 and text.isupper() and self._shouts(at))

    def _shouts(self, at: int) -> bool:
        """Whether a neighbour is in capital letters too, so that a capital says nothing."""
        around = self.tokens[max(0, at - 1) : at + 2 : 2] if at else self.tokens[1:2]
        return any(len(token.text) > 3 and token.text.isupper() for token in around)

    def _name_gap(self, at: int) -> bool:
        """Whether the name of the type ``at`` may follow: a dot only after a shortened type."""
        if at + 1 >= self.count:
            return False
        return (_DOTTED_GAP if len(self.tokens[at].form) <= 5 and self.tokens[at].form not in FULL else _GAP).fullmatch(
            self._gap(at + 1)
        ) is not None

    def _starts_sentence(self, at: int) -> bool:
        return at == 0 or not _SENTENCE_ENDS.isdisjoint(self._gap(at))

    def _is_number(self, at: int, digits: int = 4) -> bool:
        form = self.tokens[at].form
        return form.isdigit() and len(form) <= digits

    def _is_type(self, at: int) -> bool:
        token = self.tokens[at]
        if token.form in SHORT:
            return self._dotted(at)
        return token.form in _RULES or token.lemma in _RULES

    def _dotted(self, at: int) -> bool:
        """Whether a one-letter token is a type: followed by a dot and a name, or directly by a capitalised name."""
        if at + 1 >= self.count:
            return False
        gap = self._gap(at + 1)
        return (gap.startswith(".") and len(gap) <= 3) or (
            self.tokens[at].form in "гпд"
            and gap.isspace()
            and bool(self._is_capital(at + 1) or look_at(self.tokens[at + 1].form) & CITY)
        )

    def _agreeing_noun_follows(self, at: int) -> bool:
        if at >= self.count or not self._gap(at).isspace():
            return False
        following = self.tokens[at].form
        if look_at(following) & ADJ and at + 1 < self.count and self._gap(at + 1).isspace():
            return agree(self.tokens[at - 1].form, self.tokens[at + 1].form)
        return agree(self.tokens[at - 1].form, following)

    # --- names ----------------------------------------------------------------------------------------------------

    def _quoted(self, at: int) -> int:
        """End of a name in quotation marks whose first word is ``at``; 0 if it is not quoted."""
        opening = self.text[self.tokens[at].start - 1 : self.tokens[at].start]
        if opening not in _QUOTES or not opening:
            return 0
        start = self.tokens[at].start
        closing = self.text.find(_QUOTES[opening], start, start + 60)
        if closing < 0 or "\n" in self.text[start:closing]:
            return 0
        end = at
        while end < self.count and self.tokens[end].end <= closing:
            end += 1
        return end if end - at <= 6 else 0

    def _name(self, at: int, *, lower: bool) -> int:
        """End of a name that starts at ``at``; 0 if none does. ``lower``: a name need not be capitalised."""
        if at >= self.count:
            return 0
        quoted = self._quoted(at)
        if quoted:
            return quoted
        token = self.tokens[at]
        if token.form.isdigit():
            return self._dated_name(at)
        if len(token.form) == 1:
            if self._is_capital(at) and at + 1 < self.count and self._gap(at + 1).strip() in (".", ""):
                return self._name(at + 1, lower=True)
            return 0
        if token.lemma == "имя" or token.form == "им":
            return self._name(at + 1, lower=False) if at + 1 < self.count else 0
        if (self._is_type(at) and (token.form in _RULES or not self._is_capital(at))) or not self._may_name(
            at, lower=lower
        ):
            return 0
        return self._more_words(at + 1)

    def _may_name(self, at: int, *, lower: bool) -> bool:
        token, look = self.tokens[at], look_at(self.tokens[at].form)
        if self._is_capital(at):
            return token.lemma not in NOT_A_NAME and not (look & OTHER and not look & (SURNAME | GEO | UNKNOWN))
        if not lower or len(token.form) < 4:
            return False
        if look & OTHER and not look & (SURNAME | GEO):
            return False
        return bool(look & (SURNAME | GEO | UNKNOWN | FIRST_NAME | GENITIVE | PEOPLE | ADJ)) or token.lemma in TITLES

    def _more_words(self, at: int) -> int:
        """Extend a name whose first word has been read: «Карла Маркса», «Малая Каменка», «Усть-Луга»."""
        capitalised = self.tokens[at - 1].text[0].isupper()
        limit = min(self.count, at + 4)
        while at < limit:
            token, capital = self.tokens[at], self._is_capital(at)
            if (capitalised and not capital) or len(token.form) < 3 or token.form.isdigit():
                break
            gap = self._gap(at)
            if "." in gap or _NAME_GAP.fullmatch(gap) is None or self._is_type(at) or token.lemma in NOT_A_NAME:
                break
            if not self._belongs_to_name(at, gap, capital=capital):
                break
            at += 1
        return at

    def _belongs_to_name(self, at: int, gap: str, *, capital: bool) -> bool:
        """Whether the word ``at`` goes on with the name that the word before it is part of."""
        before, form = self.tokens[at - 1], self.tokens[at].form
        look = look_at(before.form)
        if before.lemma in TITLES or look & FIRST_NAME or (capital and (look & ADJ or "-" in gap)):
            return capital or bool(look_at(form) & (SURNAME | GENITIVE | UNKNOWN))
        if capital and look & GENITIVE:
            after = look_at(form)
            return bool(after & PEOPLE or (after & GENITIVE and not after & GEO))
        if look & ADJ and at + 1 < self.count and self._is_number(at + 1, 3):
            return bool(look_at(form) & GENITIVE)
        return False

    def _dated_name(self, at: int) -> int:
        """End of «50 лет Октября», «8 Марта», «1905 года», «3-й Ольховский», «9-Мая»; 0 if it is only a number."""
        end = at + 1
        if end < self.count and len(self.tokens[end].form) <= 2 and self._gap(end) in ("-", "", " ", "–"):
            end += 1
        if end >= self.count or len(self._gap(end)) > 2:
            return 0
        token = self.tokens[end]
        if token.lemma in DATED or token.form in DATED:
            end += 1
            if end < self.count and token.lemma in ("лет", "год", "летие", "гвардейский") and self._gap(end).isspace():
                next_token = self.tokens[end]
                if self._is_capital(end) or next_token.lemma in ("октябрь", "победа", "влксм", "ссср"):
                    end += 1
            return end
        if (end > at + 1 or self._is_capital(end)) and self._is_capital(end) and not self._is_type(end):
            return self._more_words(end + 1)
        return 0

    def _adjective_before(self, at: int, *, lower: bool) -> int:
        """Start of the capitalised adjectives (and ordinal) right before ``at``; ``at`` itself if there are none."""
        start = at
        while start > max(self.floor, at - 3) and self._gap(start) in (" ", "  ", "-"):
            token = self.tokens[start - 1]
            if not (self._is_capital(start - 1) or lower) or len(token.form) < 4:
                break
            look = look_at(token.form)
            if _ADJECTIVE.search(token.form) is None or not look & (ADJ | UNKNOWN) or self._is_type(start - 1):
                break
            if look & OTHER:
                break
            start -= 1
            if lower:
                break
        if start < at and start - 2 >= self.floor and self.tokens[start - 1].form in ("я", "й", "ая", "ый", "ой"):
            if self._is_number(start - 2, 2):
                start -= 2
        elif (
            start < at and start - 1 >= self.floor and self._is_number(start - 1, 2) and self._gap(start) in ("-", " ")
        ):
            start -= 1
        return start

    # --- houses ---------------------------------------------------------------------------------------------------

    def _house(self, at: int) -> int:
        """End of house numbers, blocks, letters, entrances and flats from ``at`` on; ``at`` if there are none."""
        end = at
        while end < self.count and end - at < 24:
            step = self._house_step(end, fresh=end == at)
            if step == end:
                break
            end = step
        return end

    def _house_step(self, at: int, *, fresh: bool) -> int:
        """End of one more number, block, letter, entrance or flat; ``at`` if there is none."""
        gap = self._gap(at) if at else "\n"
        if _NUMBER_GAP.fullmatch(gap) is None:
            return at
        token = self.tokens[at]
        if self._is_number(at):
            after_dot = gap == "." and self._is_number(at - 1)
            return at if after_dot or len(token.form) == 4 or not self._counts_as_house(at) else self._letter(at + 1)
        if token.form in ("к", "л") and gap in ("", " ") and at + 1 < self.count and self._is_number(at + 1, 2):
            return at + 2
        if token.form in HOUSE or token.lemma in HOUSE:
            return self._house_word(at, gap)
        return self._linked_house(at, fresh=fresh) if token.form in LINKS else at

    def _house_word(self, at: int, gap: str) -> int:
        """«дом 5», «литера А», «2 подъезд»."""
        token, following = self.tokens[at], at + 1
        if following < self.count and self.tokens[following].lemma == "номер":
            following += 1
        if following < self.count and _NUMBER_GAP.fullmatch(self._gap(following)):
            if self._is_number(following):
                return self._letter(following + 1)
            if token.lemma.startswith("лит") and len(self.tokens[following].form) == 1:
                return following + 1
        return at + 1 if self._is_number(at - 1) and len(token.form) > 3 and "," not in gap else at

    def _linked_house(self, at: int, *, fresh: bool) -> int:
        """«15 и 17», «между домами 96 и 94», «напротив дома 31», «от 9 дома до 17»."""
        end = at + 1
        if end >= self.count or not self._gap(end).isspace():
            return at
        if self.tokens[at].form == "и":
            return self._letter(end + 1) if not fresh and self._is_number(end, 3) and self._counts_as_house(end) else at
        while end < self.count and self.tokens[end].lemma in ("район", "с") and end - at < 3:
            end += 1
        if end < self.count and self.tokens[end].lemma == "дом":
            if end + 1 < self.count and self._is_number(end + 1, 3):
                return self._letter(end + 2)
            return at
        if end + 1 < self.count and self._is_number(end, 3) and self.tokens[end + 1].lemma == "дом":
            return end + 2
        return at

    def _letter(self, at: int) -> int:
        """Skip the letter of a house («37б», «7 "б"», «23/1», «17го») after its number."""
        if at >= self.count:
            return at
        token, gap = self.tokens[at], self._gap(at)
        if len(token.form) > 2 or token.form.isdigit() or _LETTER_GAP.fullmatch(gap) is None:
            return at
        if gap == "":
            return (
                at
                if token.form in ("к", "кв", "п", "д") and at + 1 < self.count and self._is_number(at + 1)
                else at + 1
            )
        single = len(token.form) == 1 and token.form not in "ксвиоуягпдэ"
        return at + 1 if single and (gap != " " or not self._letter_is_word(at)) else at

    def _letter_is_word(self, at: int) -> bool:
        return at + 1 < self.count and self._gap(at + 1) == "."

    def _counts_as_house(self, at: int) -> bool:
        """Whether a number is not the amount, date or time that its right neighbour makes of it."""
        end = self.tokens[at].end
        if self.text[end : end + 1] in ("%", "°", "₽") or re.match(r"[.:]\d\d(?!\d)", self.text[end : end + 4]):
            return False
        if at + 1 < self.count and len(self._gap(at + 1)) <= 2 and "," not in self._gap(at + 1):
            after = self.tokens[at + 1]
            return after.lemma not in UNITS and after.form not in UNITS
        return True

    def _house_before(self, start: int) -> int:
        """Start of «дома 27 по» before a street; ``start`` if there is none."""
        at = start - 1
        if at > self.floor and self.tokens[at].form in ("по", "на", "с") and self._gap(start).strip(' "«') == "":
            at -= 1
        while at >= self.floor and start - at < 10:
            token = self.tokens[at]
            if at + 1 < start and _NUMBER_GAP.fullmatch(self._gap(at + 1)) is None:
                break
            if token.lemma in ("дом", "номер") or token.form == "д":
                if token.lemma != "номер" and any(self._is_number(k) for k in range(at + 1, start)):
                    if at - 1 >= self.floor and self._is_number(at - 1, 3) and self._gap(at) == " ":
                        at -= 1
                    return at
            elif not (self._is_number(at) or len(token.form) <= 2 or token.lemma in ("корпус", "подъезд", "литера")):
                break
            at -= 1
        return start

    # --- rules by type --------------------------------------------------------------------------------------------

    def _add(self, start: int, end: int, kind: str) -> int:
        self.spans.append((start, end, kind))
        return end

    def _street(self, at: int) -> int:
        token = self.tokens[at]
        if token.form in SHORT and not (self._dotted(at) or (token.form == "ш" and at and self._is_capital(at - 1))):
            return 0
        start = self._adjective_before(at, lower=False)
        end = 0
        if start == at and at > self.floor and self._gap(at) == " " and self._is_capital(at - 1):
            before = self.tokens[at - 1].form
            if look_at(before) & SURNAME and not self._starts_sentence(at - 1) and not self._is_type(at - 1):
                start = at - 1
        if start < at:
            end = at + 1
        elif token.lemma == "линия" and at > self.floor + 1 and self.tokens[at - 1].form in ("я", "й", "ая"):
            start, end = (at - 2, at + 1) if self._is_number(at - 2, 2) else (at, 0)
        elif at + 1 < self.count and self._name_gap(at):
            end = self._street_name(at)
        if not end:
            lower = self._adjective_before(at, lower=True)
            house = self._house(at + 1)
            if lower < at and house > at + 1 and look_at(self.tokens[lower].form) & FEMININE | (len(token.form) > 3):
                return self._add(lower, house, "street")
            return 0
        end = self._house(end)
        if at and self.tokens[at - 1].form.isdigit() and token.lemma == "линия" and end == at + 1:
            start = at - 1
        end = self._street_list(at, end)
        return self._add(self._house_before(self._crossing(start)), end, "street")

    def _street_name(self, at: int) -> int:
        token = self.tokens[at]
        short = len(token.form) <= 4
        end = self._name(at + 1, lower=token.lemma not in CAPITAL_STREET)
        if not end or self._is_capital(at + 1) or self._quoted(at + 1) or short:
            return end
        if self.tokens[at + 1].form.isdigit():
            return end
        look = look_at(self.tokens[at + 1].form)
        if (look & (SURNAME | UNKNOWN | PEOPLE) and not look & ADJ) or (end > at + 2) or self._house(end) > end:
            return end
        if look & ADJ:
            wanted = {"улице": "ой", "улицы": "ой", "улицу": "ую", "улица": "ая"}.get(token.form)
            form = self.tokens[at + 1].form
            agrees = wanted is None or form.endswith((wanted, "ая"))
            return end if agrees and not self._agreeing_noun_follows(end) else 0
        return end if look & GENITIVE and (end >= self.count or not self._gap(end).isspace()) else 0

    def _street_list(self, at: int, end: int) -> int:
        """«улиц Садовой, Полевой и 50 лет Октября», «ул. Мира - Труда»."""
        plural = self.tokens[at].form in ("улиц", "улицам", "улицами", "улицах", "проспектов", "переулков")
        while end + 1 < self.count:
            gap, token = self._gap(end), self.tokens[end]
            following = end
            if token.form in ("и", "с") and gap.isspace():
                following = end + 1
            elif gap.strip() not in (",", "-", "–", "/", "—"):
                break
            alike = (
                following > end
                and self._is_capital(following)
                and look_at(self.tokens[following].form) & look_at(self.tokens[end - 1].form) & (SURNAME | FEMININE)
            )
            if not (plural or gap.strip() in ("-", "–", "/", "—") or alike):
                break
            if self._is_type(following):
                break
            name = self._name(following, lower=plural and following > end)
            if not name:
                break
            end = self._house(name)
        return end

    def _crossing(self, start: int) -> int:
        if start > self.floor and self.tokens[start - 1].lemma in SPECIAL and self._gap(start).strip() == "":
            return start - 1
        return start

    def _crossroads(self, at: int) -> int:
        """«перекрёсток Садовой и Мира», «угол Полевой, 5 и Лесной» without a type of street."""
        end, wanted = at + 1, 0
        while end < self.count and wanted < 3:
            gap, token = self._gap(end), self.tokens[end]
            following = end
            if wanted:
                if token.form in ("и", "с") or token.lemma == "угол":
                    following += 1
                elif gap.strip() not in (",", "/", "-", "–", "—"):
                    break
            elif not gap.isspace():
                break
            if following >= self.count or self._is_type(following):
                break
            look = look_at(self.tokens[following].form)
            if not self._is_capital(following) and not (look & (SURNAME | FEMININE) and not look & OTHER):
                break
            name = self._name(following, lower=True)
            if not name:
                break
            end, wanted = self._house(name), wanted + 1
        return self._add(at, end, "street") if wanted else 0

    def _settlement(self, at: int) -> int:
        token = self.tokens[at]
        if at > self.floor and self._type_after_name(at):
            return self._add(at - 1, at + 1, "settlement")
        if token.form in SHORT and not self._dotted(at):
            return 0
        before = self._adjective_before(at, lower=False)
        described = before < at and not self._starts_sentence(before)
        if described and len(token.form) > 3 and token.lemma != "город":
            return self._add(before, at + 1, "settlement")
        if not self._name_gap(at) or (token.form == "г" and self._year_before(at)):
            return 0
        end = self._settlement_name(at)
        if end:
            return self._add(at, self._numbered(end), "settlement")
        return self._add(before, at + 1, "settlement") if described else 0

    def _type_after_name(self, at: int) -> bool:
        """«Пермь г»: the order of official address lines."""
        if at >= self.count or at == 0 or self.tokens[at].form != "г" or self._gap(at) not in (" ", ", "):
            return False
        if not self._is_capital(at - 1):
            return False
        if self._dotted(at) and self._is_capital(at + 1):
            return False
        return at == 1 or bool(look_at(self.tokens[at - 1].form) & (GEO | UNKNOWN))

    def _year_before(self, at: int) -> bool:
        """«в 2022 г.», «01.07.22 г.»: not a town."""
        if at <= self.floor or not self.tokens[at - 1].form.isdigit():
            return False
        return len(self.tokens[at - 1].form) == 4 or (at > 1 and self._gap(at - 1) == ".")

    def _settlement_name(self, at: int) -> int:
        following = at + 1
        if self.tokens[following].form in ("т", "г", "типа") and following + 1 < self.count:
            following += 1
        end = self._name(following, lower=False)
        form = self.tokens[following].form
        if end or self._is_type(following):
            return end
        if len(form) > 3 and look_at(form) & (GEO | UNKNOWN) and not look_at(form) & OTHER:
            return following + 1
        return following + 1 if self.tokens[at].lemma in ("снт", "днт") and self._is_number(following) else 0

    def _numbered(self, end: int) -> int:
        """«Мирный-1»: a settlement's own number."""
        if end < self.count and self._gap(end) == "-" and self._is_number(end, 2):
            return end + 1
        return end

    def _district(self, at: int) -> int:
        token = self.tokens[at]
        if token.form == "мо" and not (at + 1 < self.count and self._quoted(at + 1)):
            return 0
        start = at
        if at > self.floor and self._gap(at) in (" ", "  ", ". "):
            before = self.tokens[at - 1]
            named = self._is_capital(at - 1) and _ADJECTIVE.search(before.form)
            if named or _DISTRICT_ADJECTIVE.search(before.form) or (self._gap(at) == ". " and self._is_capital(at - 1)):
                if before.lemma not in ("городской", "сельский", "муниципальный", "российский"):
                    start = at - 1
                elif at - 2 >= self.floor and _DISTRICT_ADJECTIVE.search(self.tokens[at - 2].form):
                    start = at - 2
        if start < at:
            return self._add(start, at + 1, "district")
        if not self._name_gap(at) or token.lemma in ("край", "округ"):
            return 0
        small = token.lemma.startswith(("м", "сельсовет", "поселение"))
        end = self._name(at + 1, lower=small and len(token.form) < 5)
        if not end and small and self._is_number(at + 1, 3):
            end = at + 2
        if not end and small and self._is_number(at - 1, 3) and self._gap(at) in ("", " ", "-"):
            return self._add(at - 1, at + 1, "district")
        return self._add(at, self._house(end) if small else end, "district") if end else 0

    def _stop(self, at: int) -> int:
        token = self.tokens[at]
        if token.form in SHORT and not self._dotted(at):
            return 0
        following = at + 1
        while following < self.count and self.tokens[following].lemma in (
            "общественный",
            "транспорт",
            "пункт",
            "метро",
            "м",
        ):
            following += 1
        if following >= self.count or re.fullmatch(r"""[ \t.:"'«“”„`‘’-]*""", self._gap(following)) is None:
            return 0
        end = self._name(following, lower=len(token.form) <= 3)
        if not end and self._is_type(following) and (self._is_capital(following) or self._gap(following).strip()):
            name = self._name(following + 1, lower=False)
            end = name or (following + 1 if self._is_capital(following) and not self._starts_sentence(following) else 0)
        if not end and not self._is_capital(following):
            look = look_at(self.tokens[following].form)
            if look & (SURNAME | GEO | UNKNOWN) and not look & OTHER and len(self.tokens[following].form) > 3:
                end = following + 1
        if not end and self._is_number(following, 3) and token.lemma != "остановка":
            end = following + 1
        if not end:
            return 0
        start = self._adjective_before(at, lower=True)
        if start < at and self.tokens[start].lemma not in ("автобусный", "трамвайный", "троллейбусный", "конечный"):
            start = at
        return self._add(start, end, "stop")

    def _object(self, at: int) -> int:
        token = self.tokens[at]
        if token.form in SHORT and not (self._dotted(at) and self._is_capital(at + 1) and self._not_after_number(at)):
            return 0
        if token.lemma == "центр" and (at == self.floor or self.tokens[at - 1].lemma not in CENTRES):
            return 0
        end = self._object_number(at) or self._object_name(at)
        start = self._number_before(at)
        if start == at:
            start = self._kind_before(at)
            if not end and not any(self._tells_which(k, at) for k in range(start, at)):
                return 0
        return self._add(start, end or at + 1, "object")

    def _object_number(self, at: int) -> int:
        """End of «№ 12», «12», «30 лет Победы» after an object; 0 if there is no number."""
        following = at + 1
        if following < self.count and self.tokens[following].lemma == "номер":
            following += 1
        if following >= self.count:
            return 0
        if self._gap(following).isspace() and self.tokens[following].form.isdigit():
            dated = self._dated_name(following)
            if dated:
                return dated
        numbered = _SIGN_GAP.fullmatch(self._gap(following)) and self._is_number(following, 3)
        return self._letter(following + 1) if numbered and self._counts_as_house(following) else 0

    def _number_before(self, at: int) -> int:
        """Start of «105» before «школы»; ``at`` if no number stands there."""
        if at <= self.floor or self._gap(at) != " ":
            return at
        if self._is_number(at - 1, 3) and self.tokens[at].lemma not in ("река", "лес", "магазин", "центр"):
            return at - 1
        ordinal = at - 2 >= self.floor and self.tokens[at - 1].form in ("й", "ой", "я", "ая", "ю", "го", "м", "ом")
        return at - 2 if ordinal and self._is_number(at - 2, 3) else at

    def _not_after_number(self, at: int) -> bool:
        return at == 0 or not self.tokens[at - 1].form.isdigit()

    def _object_name(self, at: int) -> int:
        """End of the name after an object («парк Солнечный», «ТЦ «Весна»»); 0 if there is none."""
        following = at + 1
        if following >= self.count:
            return 0
        quoted = self._quoted(following)
        memorial = self.tokens[following].form in ("им", "имени")
        if quoted or not self._name_gap(at) or (self.tokens[at].lemma in NEEDS_NUMBER and not memorial):
            return quoted
        if not self._is_capital(following) and not memorial:
            named = look_at(self.tokens[following].form) & UNKNOWN and self.tokens[at].form in ("тц", "трц", "жк")
            return following + 1 if named and not self._is_type(following) else 0
        end = self._name(following, lower=False)
        limit = min(self.count, end + 3)
        while 0 < end < limit and self._gap(end) == " " and self._is_capital(end) and not self._is_type(end):
            if look_at(self.tokens[end].form) & (OTHER | GEO):
                break
            end += 1
        return end

    def _tells_which(self, at: int, kind: int) -> bool:
        """Whether an adjective makes one object of a type («Невский рынок», «пермском рынке», «городской больнице»)."""
        token = self.tokens[at]
        if (self._is_capital(at) and not self._starts_sentence(at)) or self.tokens[kind].lemma in ONE_OF_A_KIND:
            return True
        return _DISTRICT_ADJECTIVE.search(token.form) is not None and token.lemma not in PLAIN_ADJECTIVES

    def _kind_before(self, at: int) -> int:
        """Start of the adjectives that belong to an object: «детской городской больнице», «Первомайского парка»."""
        start = at
        while start > self.floor and start > at - 3 and self._gap(start) in (" ", "  "):
            kind = self.tokens[start - 1].lemma in KINDS
            if not kind and (not self._is_own_adjective(start - 1) or (start > 1 and self._starts_sentence(start - 1))):
                break
            start -= 1
        return start

    def _is_own_adjective(self, at: int) -> bool:
        token, look = self.tokens[at], look_at(self.tokens[at].form)
        if self._is_capital(at):
            return bool(VILLAGE.search(token.form) or (_ADJECTIVE.search(token.form) and not look & OTHER))
        return bool(look & ADJ and _DISTRICT_ADJECTIVE.search(token.form)) and token.lemma not in PLAIN_ADJECTIVES

    def _numbered_house(self, at: int) -> int:
        """«дом 59», «домов 24 и 26»: a house whose street is not named beside it."""
        end = at + 1
        if end < self.count and self.tokens[end].lemma == "номер":
            end += 1
        if end >= self.count or not self._is_number(end, 3) or not re.fullmatch(r"[ №#N.]{0,4}", self._gap(end)):
            return 0
        if not self._counts_as_house(end) or (self.tokens[at].form == "д" and not self._gap(at + 1).startswith(".")):
            return 0
        end = max(self._house(at), end + 1)
        if end < self.count and self._is_number(end) and self._gap(end) in ("-", "–", " - "):
            return 0
        following = end
        if following < self.count and self.tokens[following].form in ("по", "на", "в"):
            following += 1
        if following < self.count and STREET & {self.tokens[following].form, self.tokens[following].lemma}:
            return 0
        name = self._name(following, lower=False) if following == end + 1 else 0
        return self._add(at, name or end, "street" if name else "house")

    # --- no type at all -------------------------------------------------------------------------------------------

    def _opened(self, at: int, opener: str, *, number_near: bool) -> int:
        """A place without a type after the preposition (or «адрес», «дом») ``at``."""
        if at + 1 >= self.count:
            return 0
        word, _, _, form, _ = self.tokens[at + 1]
        if not (number_near or word < "а" or self._lower_case_name(opener, form)):
            return 0
        gap = self._gap(at + 1)
        if gap != " " and gap.strip(" :-"):
            return self._bare_quoted(at + 1, opener)
        return self._bare(at + 1, opener)

    def _bare(self, start: int, preposition: str) -> int:
        """A place without a type: a name after a preposition, with a house number, or known as a settlement."""
        name = self.tokens[start]
        if len(name.form) < 3:
            return self._initial(start)
        if not self._may_stand_bare(start):
            return 0
        look = look_at(name.form)
        if (
            len(name.form) > 4
            and VILLAGE.search(name.form)
            and self._is_capital(start)
            and not self._starts_sentence(start)
        ):
            look = (look | UNKNOWN | NOUN) & ~OTHER
        if look & OTHER and not look & SURNAME:
            return 0
        if not look & (_NAMELIKE if name.text[0].isupper() else _NAMELIKE_LOWER):
            return 0
        if self.text[name.start - 1 : name.start] == "#" and not look & CITY:
            return 0
        end = self._more_words(start + 1)
        if self._type_follows(start, end, look):
            house = self._house(end) if self.tokens[end].lemma == "дом" else end
            return self._add(start, house, "street") if house > end else 0
        return self._bare_kind(start, end, look, preposition)

    def _bare_quoted(self, start: int, preposition: str) -> int:
        """«у «Белой рощи»»: a capitalised name in quotation marks after a preposition."""
        if preposition == "с" or self._gap(start).strip() not in _QUOTES or not self._is_capital(start):
            return 0
        end = self._quoted(start)
        if not end or any(word.lemma in NOT_A_NAME for word in self.tokens[start:end]):
            return 0
        return self._add(start, end, "object")

    def _may_stand_bare(self, start: int) -> bool:
        """Whether what is known without a dictionary lets a word be a name."""
        text, _, _, form, lemma = self.tokens[start]
        if form in _NEVER_BARE or lemma in _NEVER_BARE_LEMMAS or (len(text) <= 4 and text.isupper()):
            return False
        return not start or start <= self.floor or self.tokens[start - 1].form not in OWNERS

    def _type_follows(self, start: int, end: int, look: int) -> bool:
        """Whether the name is an adjective of the type right after it, whose own rule will take both."""
        if end >= self.count or not self._is_type(end) or not self._gap(end).isspace():
            return False
        own = _ADJECTIVE.search(self.tokens[start].form) and look & (ADJ | UNKNOWN | SURNAME)
        return bool(own) and self.tokens[end].form not in SHORT | HOUSE

    def _bare_kind(self, start: int, end: int, look: int, preposition: str) -> int:
        capital = self._is_capital(start)
        house = self._bare_house(start, end, look, preposition)
        if house:
            return self._add(start, house, "street")
        if self._stands_alone(start) or self._follows_street(start, look):
            return self._add(start, end, "street")
        if self._bare_street(start, end, look, preposition):
            return self._add(start, end, "street")
        if self._bare_settlement(start, look, preposition) or (not capital and self.tokens[start].lemma in CITIES):
            end = self._numbered(end if capital else start + 1)
            return self._add(start, end + 1 if self._type_after_name(end) else end, "settlement")
        end = self._two_words(start, end, look, preposition)
        return self._add(start, end, "object") if self._bare_name(start, end, look, preposition) else 0

    def _initial(self, at: int) -> int:
        """«А. Матросова 12»."""
        if not self._is_capital(at) or at + 1 >= self.count or not self._gap(at + 1).startswith("."):
            return 0
        end = self._name(at + 1, lower=False)
        house = self._house(end) if end else 0
        return self._add(at, house, "street") if end and house > end else 0

    def _bare_house(self, start: int, end: int, look: int, preposition: str) -> int:
        """End of «Садовая 5», «на мира 12»; 0 if the words and the number do not make an address."""
        house = self._house(end)
        if house == end or not any(self._is_number(k) for k in range(end, min(house, end + 3))):
            return 0
        if self._is_capital(start):
            fits = look & (SURNAME | FEMININE | UNKNOWN | GEO | PEOPLE)
            if not self._starts_sentence(start):
                fits |= look & (GENITIVE | ADJ)
            else:
                fits |= look & (BEST_GENITIVE | PEOPLE) or self.tokens[start].form.endswith("ский")
            return house if fits and not self.tokens[start].form.endswith(("ым", "им", "ых", "их")) else 0
        if look & (SURNAME | FEMININE) and (preposition or start == 0):
            return house if not look & OTHER else 0
        return house if look & GENITIVE and (preposition in ("на", "по") or preposition.startswith("адрес")) else 0

    def _lower_case_address(self, at: int) -> int:
        """«полевая 91», «петра павлова 7»: a street's name without a capital letter, and the number ``at``."""
        start, gap = at - 1, self._gap(at)
        name = self.tokens[start]
        if gap.strip(" ,") or not gap or len(name.form) < 5 or self._is_type(start) or name.lemma in NOT_A_NAME:
            return 0
        look = look_at(name.form)
        named = look & SURNAME or (look & FEMININE and name.form.endswith(("ская", "цкая", "ной", "ная", "ской")))
        if not named or look & OTHER or name.form in HOUSE or name.lemma in UNITS | HOUSE | BODIES:
            return 0
        house = self._house(at)
        if house == at:
            return 0
        if start > self.floor and look_at(self.tokens[start - 1].form) & FIRST_NAME and self._gap(start) == " ":
            start -= 1
        return self._add(start, house, "street")

    def _bare_street(self, start: int, end: int, look: int, preposition: str) -> bool:
        """«на Куйбышева», «по Уинской»: the preposition does not govern the genitive, or an adjective has no noun."""
        if preposition not in STREET_BEFORE or not self._fits_street(start, end, look, preposition):
            return False
        complains = start >= 2 and self.tokens[start - 2].lemma in ("жалоба", "жаловаться", "пожаловаться")
        return not complains and not self._agreeing_noun_follows(end)

    def _fits_street(self, start: int, end: int, look: int, preposition: str) -> bool:
        capital, form = self._is_capital(start), self.tokens[start].form
        if look & SURNAME and preposition in ("на", "по") and not look & OTHER:
            return True
        if look & FEMININE and form.endswith(("ой", "ей", "ую")):
            return capital or (preposition in ("на", "по", "до", "от") and form.endswith(("ской", "цкой")))
        if capital and look & SURNAME and preposition in ("от", "до", "вдоль", "около", "возле", "через", "между"):
            return not look & OTHER and not self._person_follows(end)
        return bool(capital and look & (GENITIVE | PEOPLE) and preposition in ("на", "по") and not look & GEO)

    def _person_follows(self, end: int) -> bool:
        """Whether a first name, patronymic or initial follows, so that a surname is a person's."""
        if end >= self.count or not self._gap(end).isspace() or not self._is_capital(end):
            return False
        return len(self.tokens[end].text) == 1 or bool(look_at(self.tokens[end].form) & FIRST_NAME)

    def _stands_alone(self, start: int) -> bool:
        """«Заводская.», «Полевая, …»: the message begins with an adjective that describes nothing."""
        if start or not self.tokens[start].form.endswith(("ская", "цкая")) or not self._is_capital(start):
            return False
        return start + 1 >= self.count or self._gap(start + 1).strip() != ""

    def _follows_street(self, start: int, look: int) -> bool:
        """«переулок Чехова, Белинского»: a name of the same make right after a street."""
        if not self.spans or self.spans[-1][1] != start or self.spans[-1][2] != "street" or not self._is_capital(start):
            return False
        return self._gap(start).strip() == "," and bool(look & (SURNAME | FEMININE)) and not look & OTHER

    def _bare_name(self, start: int, end: int, look: int, preposition: str) -> bool:
        """«на Синий Камень», «на Верхнем», «возле Рассвета»: capitalised and after a preposition."""
        words = self.tokens[start:end]
        if not self._is_capital(start) or any(word.lemma in BODIES or word.lemma in NOT_A_NAME for word in words):
            return False
        if any(look_at(word.form) & FIRST_NAME for word in words) or self._person_follows(end):
            return False
        if end > start + 1:
            return bool(look & ADJ) and (bool(preposition) or not self._starts_sentence(start))
        if look & ADJ and preposition in IN_BEFORE | {"от", "у"} and not self._agreeing_noun_follows(end):
            return self.tokens[start].form.endswith(("ом", "ем", "ого", "его"))
        if preposition in CONTEXT and look & (SURNAME | FEMININE | UNKNOWN):
            return not self._agreeing_noun_follows(end)
        return preposition in ("на", "возле", "около", "напротив", "до", "сторону", "район", "районе") and bool(
            look & NOUN and not look & PEOPLE
        )

    def _two_words(self, start: int, end: int, look: int, preposition: str) -> int:
        """End of «Белой рощи» after «от»: a capitalised adjective and the noun it describes; ``end`` otherwise."""
        if end != start + 1 or end >= self.count or not look & ADJ or not self._is_capital(start):
            return end
        if preposition not in ("от", "у", "возле", "около", "до", "на") or self._is_type(end):
            return end
        after = self.tokens[end]
        if after.lemma in BODIES or not look_at(after.form) & NOUN or not self._agreeing_noun_follows(end):
            return end
        return end + 1

    def _bare_settlement(self, start: int, look: int, preposition: str) -> bool:
        return self._fits_settlement(start, look, preposition) and not (
            look & ADJ and self._agreeing_noun_follows(start + 1)
        )

    def _fits_settlement(self, start: int, look: int, preposition: str) -> bool:
        if self._is_capital(start):
            if look & FIRST_NAME and not preposition:
                return False
            if look & CITY or (look & GEO and not self._starts_sentence(start)):
                return True
            if VILLAGE.search(self.tokens[start].form) and (preposition in IN_BEFORE or look & UNKNOWN):
                return not self._starts_sentence(start)
            return preposition in IN_BEFORE and bool(look & UNKNOWN) and bool(look & NOUN)
        return preposition in _LOWER_CITY_BEFORE and bool(look & CITY) and not look & (OTHER | ADJ)

    # --- putting parts together -----------------------------------------------------------------------------------

    def _join(self) -> list[Place]:
        places: list[tuple[int, int, str]] = []
        for start, end, kind in sorted(self.spans):
            if kind == "street" and self._object_on_street(start):
                start, kind = start - 2, "object"
            if places and start < places[-1][1]:
                continue
            if places and self._belong_together(places[-1], (start, end, kind)):
                first, _, earlier = places[-1]
                places[-1] = (first, end, min(earlier, kind, key=_EXACTNESS.__getitem__))
            else:
                places.append((start, end, kind))
        return [self._place(*place) for place in places]

    def _object_on_street(self, start: int) -> bool:
        """«поликлиника на Садовой»: an object without a name of its own, told by its street."""
        if start < 2 or self.tokens[start - 1].form not in ("на", "по"):
            return False
        object_or_stop = _RULES.get(self.tokens[start - 2].lemma) in (_Finder._object, _Finder._stop)
        return object_or_stop and self._gap(start) == " " == self._gap(start - 1)

    def _belong_together(self, left: tuple[int, int, str], right: tuple[int, int, str]) -> bool:
        kinds = {left[2], right[2]}
        at = left[1]
        if right[0] == at + 1 and self.tokens[at].form in ("в", "на", "по") and self._gap(at).strip(" ,") == "":
            if self._gap(at + 1) != " " or len(kinds) < 2:
                return False
            return bool(kinds & {"settlement", "district"}) or kinds == {"object", "street"}
        if right[0] != at or _JOIN_GAP.fullmatch(self._gap(at)) is None:
            return False
        if kinds & {"settlement", "district"}:
            return True
        return kinds in ({"street", "house"}, {"object", "street"})

    def _place(self, start: int, end: int, kind: str) -> Place:
        first, last = self.tokens[start].start, self.tokens[end - 1].end
        inside, after = self.text[first:last], self.text[last : last + 1]
        for opening, closing in _QUOTES.items() if after in _CLOSING else ():
            unbalanced = (
                inside.count(opening) % 2 if opening == closing else inside.count(opening) > inside.count(closing)
            )
            if unbalanced and after == closing:
                last += 1
                break
        return Place(self.text[first:last], first, last, kind)


_FAR = 8
"""A number so many words away is not the house of a name."""
_OPENERS = BARE_BEFORE | CONTEXT
_LOWER_STREET_BEFORE = frozenset({"на", "по", "до", "от"})
_LOWER_STREET_ENDS = ("ой", "а", "ого")
_LOWER_CITY_BEFORE = frozenset({"в", "из", "до"})
_NAMELIKE = SURNAME | GEO | FEMININE | ADJ | GENITIVE | PEOPLE | UNKNOWN | NOUN
_NAMELIKE_LOWER = SURNAME | CITY | FEMININE | GENITIVE
_EXACTNESS = {kind: rank for rank, kind in enumerate(("street", "object", "stop", "house", "district", "settlement"))}
_RULES: dict[str, Callable[[_Finder, int], int]] = {
    **dict.fromkeys(("дом", "д"), _Finder._numbered_house),
    **dict.fromkeys(OBJECT, _Finder._object),
    **dict.fromkeys(STOP, _Finder._stop),
    **dict.fromkeys(DISTRICT, _Finder._district),
    **dict.fromkeys(SETTLEMENT - {"д"}, _Finder._settlement),
    **dict.fromkeys(STREET, _Finder._street),
    **dict.fromkeys(SPECIAL, _Finder._crossroads),
}
_FORMS = _OPENERS | _RULES.keys()
_LEMMAS = CITIES | _RULES.keys()
_NEVER_BARE = HOUSE | _RULES.keys()
_NEVER_BARE_LEMMAS = _NEVER_BARE | NOT_A_NAME
