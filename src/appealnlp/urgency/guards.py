"""What takes the force out of a match: «не», «если», «уже починили», «будут отключать».

Each guard looks at the words around a match, never across more than one sentence end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Flag, auto
from functools import lru_cache

from ..text import Document, Token

__all__ = ["REACH", "Guard", "Scene", "ends_sentence", "is_abbreviation", "may_forbid", "stands"]


class Guard(Flag):
    """Which circumstances forbid a rule to fire."""

    NONE = 0
    NEGATED = auto()
    """«не пахнет», «без искр»: a negation directly before a matched word."""
    HYPOTHETICAL = auto()
    """«если прорвёт», «боимся, что упадёт», «чтобы не затопило»."""
    FIXED = auto()
    """«уже починили», «воду дали», «спасибо» in the same or the next sentence."""
    FUTURE = auto()
    """«будут отключать», «планируется отключение», «завтра отключат»."""
    BYGONE = auto()
    """«была авария», «после прорыва», «из-за обвала»: named as past or as a cause."""
    USUAL = NEGATED | HYPOTHETICAL | FIXED


REACH: dict[Guard, tuple[int, int]] = {Guard.HYPOTHETICAL: (9, 2), Guard.FUTURE: (5, 5), Guard.BYGONE: (2, 1)}
"""How many words before and behind a match a guard looks at.

`Guard.NEGATED` looks directly before each word of the match, `Guard.FIXED` at the whole sentence and the next one.
"""

_NEGATIONS = frozenset({"не", "ни", "нет", "без"})
_HYPOTHESES = frozenset(
    [
        "если",
        "ежели",
        "вдруг",
        "чтобы",
        "чтоб",
        "дабы",
        "бы",
        "бояться",
        "опасаться",
        "боязно",
        "допускать",
        "допустить",
        "представить",
        "предположить",
        "якобы",
    ]
)
_SO_THAT = frozenset({"чтобы", "чтоб", "дабы"})
_WANTING = frozenset({"хотеться", "хотеть"})
_WAITING = frozenset({"ждать", "дожидаться", "дождаться"})
_UNTIL = frozenset({"пока", "когда", "чтобы", "что"})
_FUTURE = frozenset(
    [
        "быть",
        "планироваться",
        "плановый",
        "планировать",
        "предстоящий",
        "намечаться",
        "запланировать",
        "намечать",
        "объявить",
        "завтра",
        "послезавтра",
    ]
)
_WILL = frozenset(["будет", "будут", "буду", "будем"])
_WILL_CUT = frozenset(["отключат", "выключат", "перекроют", "вырубят", "обесточат", "отключим"])
_WISHES = frozenset(
    [
        "решить",
        "решать",
        "устранить",
        "исправить",
        "починить",
        "принять",
        "обратить",
        "сделать",
        "помочь",
        "навести",
        "разобраться",
        "ответить",
    ]
)
_REPAIRED = re.compile(
    "(?:почини|почине|отремонтиров|устрани|устране|исправи|исправле|восстанов|замени|замене|потуши|потуше|"
    "ликвидирова|налади|налаже|"
    "задела|завари|спили|спиле|распили|огороди|огороже|зарабо|включи|включе|подключ|откача|расчисти|почисти|"
    "прочисти|вычисти|убра|"
    "очисти|очище|сбили|вывезли|спасл|запусти|поправи|закрыл|закрыв|засыпа(?!ло$)|закрепи|закрепле|заизолирова|"
    "подня(?!л\\w?с)|привез|выпусти)"
    "\\w*?(?:ла|ли|ло|л|лся|лась|лось|лись|но|на|ны|н)?$"
)
_REQUEST = re.compile("(?:ть|ться|те|тесь|й|м|т|у|ю|ние|ния|нию|нием|нии|ение|ения|ению|ением|тся)$")
_NOT_REPAIRED = frozenset(
    ["не", "обещать", "никто", "ничего", "обязать", "должен", "когда", "бы", "чтобы", "чтоб", "дабы", "если", "пока"]
)
_AGAIN = frozenset(["опять", "снова", "вновь", "опять-таки", "теперь", "но", "однако", "а", "заново", "только"])
_CAUSES = frozenset(["после", "из-за", "вследствие", "причина", "прошлый", "вчерашний", "последствие", "результат"])
_WAS = frozenset(["был", "была", "было", "были", "бывший"])
_THANKS = frozenset({"спасибо", "благодарить"})
_CLOSING = 2
"""A sentence of so few words with thanks in it is a polite ending."""
_IN_ADVANCE = frozenset({"заранее", "заране", "за"})
_ABBREVIATION = re.compile(
    r"\b(?:ул|д|г|гор|кв|пос|п|с|т|е|стр|пр|просп|пер|ш|мкр|м-н|обл|р-н|им|руб|тел|корп|к|эт|под|тыс|ст|пгт|дер|рп|др|см|м|н|эл)$"
)
_BREAK = re.compile(r"[!?\n]|<br|</p|[.…]\s*$|[.…]\s|\.(?=[А-ЯЁA-Z])|\.\.", re.IGNORECASE)


def ends_sentence(gap: str, previous: str) -> bool:
    """Whether a sentence ends between two tokens.

    :param gap: the text between them.
    :param previous: form of the token before, which may be an abbreviation with a full stop of its own.
    """
    if len(gap) > 1 or gap == "." or gap == "\n":
        found = _BREAK.search(gap)
        return found is not None and not (found.group().startswith(".") and is_abbreviation(previous))
    return False


class Scene:
    """A message while rules look at it: sentence numbers are worked out when the first rule asks.

    :param document: the message.
    :param sentences: the sentence numbers, if known.
    """

    def __init__(self, document: Document, sentences: list[int] | None = None) -> None:
        self.document = document
        self.tokens: Sequence[Token] = document.tokens
        self._sentences = sentences

    @property
    def sentences(self) -> list[int]:
        """Number of the sentence of each token."""
        if self._sentences is None:
            text = self.document.text
            self._sentences = []
            number, end, previous = 0, 0, ""
            for token in self.tokens:
                number += ends_sentence(text[end : token.start], previous)
                self._sentences.append(number)
                end, previous = token.end, token.form
        return self._sentences

    def sentence_bounds(self, number: int) -> tuple[int, int]:
        """First token and end (exclusive) of the sentence that holds a token."""
        sentences = self.sentences
        sentence = sentences[number]
        first = last = number
        while first > 0 and sentences[first - 1] == sentence:
            first -= 1
        while last + 1 < len(sentences) and sentences[last + 1] == sentence:
            last += 1
        return first, last + 1


def _negated(scene: Scene, match: Sequence[int]) -> bool:
    tokens, text = scene.tokens, scene.document.text
    for number in match:
        before = number - 1
        if before >= 0 and before not in match and tokens[before].form in _NEGATIONS:
            between = text[tokens[before].end : tokens[number].start]
            if between.isspace():
                return True
    return False


def _is_wish(tokens: Sequence[Token], number: int) -> bool:
    """«чтобы решили вопрос», «хотелось бы»: what is wanted, not what is feared."""
    if tokens[number].lemma == "бы":
        return number > 0 and tokens[number - 1].lemma in _WANTING
    return tokens[number].lemma in _SO_THAT and any(t.lemma in _WISHES for t in tokens[number + 1 : number + 4])


def _hypothetical(scene: Scene, match: Sequence[int]) -> bool:
    first, end = scene.sentence_bounds(match[0])
    start, stop = min(match), max(match) + 1
    before, behind = REACH[Guard.HYPOTHETICAL]
    tokens = scene.tokens
    for number in range(max(first, start - before), min(end, stop + behind)):
        if number in match:
            continue
        lemma = tokens[number].lemma
        if lemma in _HYPOTHESES and (number < stop or lemma == "бы") and not _is_wish(tokens, number):
            return True
        if lemma in _WAITING and number < start and any(t.lemma in _UNTIL for t in tokens[number + 1 : number + 3]):
            return True
    return False


def _future(scene: Scene, match: Sequence[int]) -> bool:
    first, end = scene.sentence_bounds(match[0])
    if any(scene.tokens[number].form in _WILL_CUT for number in match):
        return True
    before, behind = REACH[Guard.FUTURE]
    for number in range(max(first, min(match) - before), min(end, max(match) + 1 + behind)):
        token = scene.tokens[number]
        if number not in match and token.lemma in _FUTURE and (token.lemma != "быть" or token.form in _WILL):
            return True
    return False


def _bygone(scene: Scene, match: Sequence[int]) -> bool:
    start, stop = min(match), max(match) + 1
    before, behind = REACH[Guard.BYGONE]
    earlier = scene.tokens[max(0, start - before) : start]
    later = scene.tokens[stop : stop + behind]
    return any(token.lemma in _CAUSES for token in earlier) or any(token.form in _WAS for token in (*earlier, *later))


@lru_cache(maxsize=1 << 16)
def _is_repair(form: str) -> bool:
    """Whether a form says that something has been put right: a past tense or a participle, no request."""
    return _REPAIRED.match(form) is not None and _REQUEST.search(form) is None


def _fixed(scene: Scene, match: Sequence[int]) -> bool:
    first, end = scene.sentence_bounds(match[0])
    tokens = scene.tokens
    next_end = scene.sentence_bounds(end)[1] if end < len(tokens) else end
    stop = max(match) + 1
    for number in range(first, next_end):
        if number in match:
            continue
        token = tokens[number]
        if token.lemma in _THANKS:
            closing = number >= end and next_end - end <= _CLOSING  # «Спасибо!» under a request
            in_advance = any(t.lemma in _IN_ADVANCE for t in tokens[max(0, number - 1) : number + 3])
            if number >= stop and not closing and not in_advance:
                return True
        elif _is_repair(token.form) and not any(t.lemma in _NOT_REPAIRED for t in tokens[max(0, number - 3) : number]):
            # «вчера починили, опять прорвало» is no repair
            after = tokens[number + 1 : stop] if number < stop else tokens[number + 1 : next_end]
            if not any(t.lemma in _AGAIN for t in after):
                return True
    return False


_CHECKS: tuple[tuple[int, Callable[[Scene, Sequence[int]], bool]], ...] = (
    (Guard.NEGATED.value, _negated),
    (Guard.HYPOTHETICAL.value, _hypothetical),
    (Guard.FUTURE.value, _future),
    (Guard.BYGONE.value, _bygone),
    (Guard.FIXED.value, _fixed),
)


def stands(scene: Scene, match: Sequence[int], guards: Guard) -> bool:
    """Whether a match still counts after the given guards have looked around it."""
    asked = guards.value
    return not any(asked & guard and check(scene, match) for guard, check in _CHECKS)


def may_forbid(form: str, lemma: str) -> Guard:
    """The guards that a word can set off where they look; without such words a match stands."""
    found = Guard.NONE
    if form in _NEGATIONS:
        found |= Guard.NEGATED
    if lemma in _HYPOTHESES or lemma in _WAITING:
        found |= Guard.HYPOTHETICAL
    if lemma in _FUTURE or form in _WILL_CUT:
        found |= Guard.FUTURE
    if lemma in _CAUSES or form in _WAS:
        found |= Guard.BYGONE
    if lemma in _THANKS or _is_repair(form):
        found |= Guard.FIXED
    return found


def is_abbreviation(form: str) -> bool:
    """Whether a full stop behind a form may belong to it («ул.»)."""
    return _ABBREVIATION.search(form) is not None
