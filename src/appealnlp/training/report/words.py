"""The words of the report in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["WORDS", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """Every text of the page that does not come from the data; braces are filled in by the page."""

    points: str
    accuracy: Mapping[str, str]
    of_level: Mapping[str, str]
    f1: str
    ece: str
    ece_note: str
    routed: str
    routed_note: str
    held: str
    not_held: str
    alarms: str
    alarms_note: str
    rows: str
    by_level: Mapping[str, str]
    by_level_note: str
    recall: str
    precision: str
    more: str
    unknown: str
    confusions: str
    confusions_note: str
    evidence: str
    trust: str
    messages: str
    confidence: str
    right: str
    coverage: str
    threshold: str
    reliability_note: str
    coverage_note: str
    learning: str
    learned: str
    more_helps: str
    more_hardly_helps: str
    urgency: str
    urgency_note: str
    recorded: str
    given: str
    errors: str
    errors_note: str
    row: str
    text: str
    label: str
    groups: str
    left_out: str
    left_out_note: str
    several: str
    several_note: str


WORDS: Mapping[str, Words] = {
    "ru": Words(
        points="п. п.",
        accuracy={"group": "группа верна", "topic": "тема верна"},
        of_level={"group": "группа", "topic": "тема"},
        f1="F1 взвешенная {weighted}, по темам в среднем {macro}",
        ece="ошибка уверенности (ECE)",
        ece_note="насколько уверенность в среднем расходится с долей верных тем",
        routed="без проверки человеком",
        routed_note="{level} среди них верна в {right}; обещано {asked}: {held}",
        held="сдержано",
        not_held="не сдержано",
        alarms="тревог найдено",
        alarms_note="верны {precision} поднятых тревог; ложные — {false} всех сообщений",
        rows="Строк прочитано: {read}; измерено: {used}; без текста: {text}; без метки: {label}; не прочитано: {bad}.",
        by_level={"group": "Группы", "topic": "Темы"},
        by_level_note="Полнота: какую долю сообщений темы модель узнала. Точность: какая доля отнесённых к теме верна. "
        "Справа — сколько сообщений. Сверху самые частые.",
        recall="полнота, %",
        precision="точность, %",
        more="Ещё {count}, более редких",
        unknown="Меток, которых модель не знает (считаются ошибкой): {count}.",
        confusions="Что с чем путается",
        confusions_note="Самые частые ошибки: записанная тема → тема модели. Под парой — слова, которые склонили модель.",
        evidence="слова: {words}",
        trust="Можно ли верить уверенности",
        messages="сообщения",
        confidence="уверенность",
        right="верно",
        coverage="доля самых уверенных сообщений",
        threshold="без проверки {share}",
        reliability_note="Линия на диагонали: уверенность 70 % значит, что верны 70 % таких ответов. Ниже диагонали модель "
        "уверена слишком сильно.",
        coverage_note="Если оставить модели только самые уверенные ответы, какая доля их верна.",
        learning="Помогут ли новые размеченные сообщения",
        learned="сообщений в обучении",
        more_helps="Последнее удвоение данных прибавило {gain}: новые размеченные сообщения ещё помогают.",
        more_hardly_helps="Последнее удвоение данных прибавило {gain}: больше пользы принесёт проверка меток.",
        urgency="Срочность",
        urgency_note="Тревога — экстренная или аварийная. Найдено {recall} тревог, верны {precision} поднятых, ложные — {false} "
        "всех сообщений. Уровень угадан в {accuracy}, квадратичная каппа {kappa}.",
        recorded="записано",
        given="ответ модели",
        errors="Уверенные ошибки",
        errors_note="Здесь модель ошиблась с наибольшей уверенностью: или она не знает чего-то важного, или неверна метка.",
        row="строка",
        text="текст (личные данные скрыты)",
        label="метка",
        groups="группы",
        left_out="Слишком редкие темы",
        left_out_note="Этим темам не хватило примеров, модель их не знает.",
        several="Темы в нескольких группах",
        several_note="Тема должна относиться к одной группе; взята та, где сообщений больше.",
    ),
    "en": Words(
        points="pp",
        accuracy={"group": "group right", "topic": "topic right"},
        of_level={"group": "group", "topic": "topic"},
        f1="weighted F1 {weighted}, macro F1 {macro}",
        ece="calibration error (ECE)",
        ece_note="how far confidence and the share of right topics lie apart on average",
        routed="need no review",
        routed_note="{level} right in {right} of them; promised {asked}: {held}",
        held="kept",
        not_held="not kept",
        alarms="alarms found",
        alarms_note="{precision} of the alarms given are right; false ones are {false} of all messages",
        rows="Rows read: {read}; measured: {used}; without text: {text}; without label: {label}; unreadable: {bad}.",
        by_level={"group": "Groups", "topic": "Topics"},
        by_level_note="Recall: what share of a topic's messages the model found. Precision: what share of those it put there "
        "is right. On the right the number of messages. The most frequent come first.",
        recall="recall, %",
        precision="precision, %",
        more="{count} more, less frequent",
        unknown="Labels the model does not know (counted as errors): {count}.",
        confusions="What is taken for what",
        confusions_note="The most frequent errors: recorded topic → the model's topic, with the words that swayed it.",
        evidence="words: {words}",
        trust="Whether confidence can be trusted",
        messages="messages",
        confidence="confidence",
        right="right",
        coverage="share of the surest messages",
        threshold="no review: {share}",
        reliability_note="On the diagonal a confidence of 70% means that 70% of such answers are right. Below it the model is "
        "too sure of itself.",
        coverage_note="If only the surest answers are left to the model, what share of them is right.",
        learning="Whether more labelled messages would help",
        learned="messages learned from",
        more_helps="The last doubling added {gain}: more labelled messages still help.",
        more_hardly_helps="The last doubling added {gain}: checking the labels will bring more.",
        urgency="Urgency",
        urgency_note="An alarm is emergency or critical. {recall} of the alarms were found, {precision} of those given are "
        "right, false ones are {false} of all messages. The level is right in {accuracy}, quadratic kappa {kappa}.",
        recorded="recorded",
        given="given",
        errors="Confident errors",
        errors_note="Where the model is wrong and most sure: it lacks something important, or the label is wrong.",
        row="row",
        text="text (personal data masked)",
        label="label",
        groups="groups",
        left_out="Topics too rare to learn",
        left_out_note="There were too few examples; the model does not know these.",
        several="Topics in several groups",
        several_note="A topic must belong to one group; the one with the most messages has it.",
    ),
}
