"""Who is hit: infants, pregnant, disabled, bedridden and old people, as far as words tell.

The flag itself is learned; these are the rules behind it. A child who is only the receiver of a benefit, or who «goes
there too», is no evidence (see the guide of the labels), so a child counts only next to what harms it.
"""

from __future__ import annotations

from ..text import Document
from .concepts import message_mask
from .guards import Scene
from .patterns import Positions, compile_patterns
from .rules import smallest

__all__ = ["LOOK_ALIKES", "PATTERNS", "VULNERABLE_MASKS", "vulnerable_evidence"]

_CHILD = "ребенок|ребёнок|малыш|младенец|мальчик|девочка|дочь|сын|дочка|сынок|внук|внучка|детишки|грудничок|двойня|дитя"
_HARM = (
    "болеть|больной|заболеть|замерза*|мерзнуть|упасть|травм*|пострадать|температура|холодно|холод|инвалид|"
    "грудной|новорожденный|задыхаться|"
    "укусить|покусать|искусать|удариться|сломать|плакать|скорый|приступ|боль|провалиться|аллергия|кашлять|"
    "больница|операция|врач|диагноз"
)
_HURT = "упасть|травм*|провалиться|заболеть|пострадать|получить|удариться|сломать"
_ELDERS = "мама|мать|отец|папа|бабушка|дедушка|муж|жена|женщина|мужчина|человек|она|он"
_AGES = "|".join(f"={age}" for age in range(65, 100))
PATTERNS = compile_patterns(
    "инвалид*|ивалид|беременн*|лежачий|колясочник|парализован*|слепой|незрячий|слабовидящ*|онкобольн*|дцп|"
    "аутист*|диабетик|сердечник|маломобильн*|овз",
    "пенсионер*|ветеран|пожилой|престарел*|старенький|старушка|старик|немощн*",
    "бабушка|дедушка|бабуля ~4 упасть|болеть|больной|пройти|ходить|выйти|жить|один|скорый|холодно|мерзнуть|инвалид|"
    "врач|больница|ждать|проживать|температура|операция|лежать|давление|год",
    f"{_CHILD} ~4 {_HARM}",
    f"маленький|грудной|новорожденный|малолетний|годовалый ~1 {_CHILD}",
    f"{_CHILD} ~2 месяц|мес|год|годик|полгода|полугода|полтора|неделя",
    "грудничок|младенец|новорожденн*|двойня",
    "диабет*",
    "онко*|рак&рак,рака,раком|инсульт|инфаркт",
    "эпилепси*|астма*",
    "инсулин|диализ|гемодиализ|химиотерапия",
    "реанимация",
    f"помыть|искупать|купать|умыть|мыть|покормить|накормить ~3 {_CHILD}",
    f"{_ELDERS} ~4 {_AGES} ..0 год",
    "мама|мать|отец|папа ~4 плохо|болеть|скорый|давление|температура",
)
LOOK_ALIKES = compile_patterns(
    "пособие|выплата|справка|сертификат|субсидия|доплата|пенсия|надбавка|льгота|оформить|подарок|участок|консультация|"
    "медосмотр|санаторий|положить&положено|звание|садоводческий|снт",
    "лежачий ..0 полицейский|коп|ограничитель",
    "положить|установить|уложить ..2 лежачий",
    "проспект|улица|=пр|=ул ..1 ветеран",
    "ветеран ..0 труд",
    f"мочь|ждать|недопущение|угроза|вероятность ~6 {_HURT} ~4 {_CHILD}",
    f"если|чтобы|=дай ~6 {_CHILD} ~4 {_HURT}",
    f"чуть ~2 =не ..0 {_HURT}",
    f"{_CHILD} ~4 =не ..0 болеть",
    "врач|медсестра|доктор|скорый ~3 девочка|мальчик",
)

VULNERABLE_MASKS: tuple[int, ...] = smallest(pattern.required for pattern in PATTERNS)
"""A message can hold evidence only if its concept mask has all bits of one of these."""


def vulnerable_evidence(document: Document, mask: int | None = None) -> list[tuple[int, int]]:
    """Where a message says that a vulnerable person is hit: ``(start, end)`` spans, in order; none if it does not.

    :param document: the preprocessed message.
    :param mask: its concept mask, if known.
    """
    if mask is None:
        mask = message_mask(document.lemmas)
    if not any(mask & required == required for required in VULNERABLE_MASKS):
        return []
    positions = Positions(document.tokens)
    scene = Scene(document)
    money = {
        scene.sentences[match[0]]
        for pattern in LOOK_ALIKES
        for match in pattern.matches(positions)
        if pattern.within_sentences(match, scene.sentences)
    }
    spans = set()
    for pattern in PATTERNS:
        if mask & pattern.required != pattern.required:
            continue
        for match in pattern.matches(positions):
            if pattern.within_sentences(match, scene.sentences) and scene.sentences[match[0]] not in money:
                spans.add((document.tokens[min(match)].start, document.tokens[max(match)].end))
    return _joined(sorted(spans))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping spans as one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
