"""The findings of an audit as sheets to work through, in Russian or English."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..messages.sheets import Sheet, write_sheets
from .audit import Audit
from .sheet_words import (
    DELETE,
    FILE,
    KEY,
    LABEL,
    MIDDLE,
    MOST_CHOICES,
    NARROW,
    RIGHT_LABEL,
    ROW,
    TEXT,
    WIDE,
    column,
    row_key,
)

__all__ = ["write_audit"]

_REASONS = {"empty": "пустое сообщение", "fragment": "обрывок без содержания", "repeats": "повтор строки"}


def write_audit(found: Audit, path: str | Path, *, russian: bool = False) -> list[Path]:
    """Write the findings: .xlsx with a sheet for each kind, or .csv with the doubtful labels and a table for each other kind.

    :param russian: language of headings and sheets.
    :return: the files written.
    :raises OutputError: they cannot be written.
    """
    say = int(russian)
    sheets = [_labels(found, say), _repeated(found, say), _overlaps(found, say), _no_messages(found, say)]
    return write_sheets(path, sheets, excel_csv=russian)


def _labels(found: Audit, say: int) -> Sheet:
    columns = [
        column(FILE, say, MIDDLE),
        column(ROW, say, NARROW),
        column(TEXT, say, WIDE, wrapped=True),
        column(LABEL, say, MIDDLE),
        column(("suggested", "Предлагаемая метка"), say, MIDDLE),
        column(("probability", "Вероятность предлагаемой"), say, NARROW + 3),
        column(("label_probability", "Вероятность записанной"), say, NARROW + 3),
        column(("same_rows", "Таких же строк ещё"), say, NARROW),
        column(RIGHT_LABEL, say, MIDDLE, to_fill_in=True),
        column(KEY, say, NARROW + 2),
    ]
    rows: list[Sequence[object]] = []
    for one in found.labels:
        probabilities = round(one.probability, 4), round(one.own_probability, 6)
        place, labels = (one.file, one.row, one.text), (one.label, one.suggested)
        rows.append([*place, *labels, *probabilities, one.repeats, None, row_key(one.key)])
    choices = [*found.topics, DELETE[say]]
    return Sheet(("labels", "Метки")[say], columns, rows, {8: choices} if len(choices) <= MOST_CHOICES else {})


def _repeated(found: Audit, say: int) -> Sheet:
    columns = [
        column(("number", "Номер текста"), say, NARROW),
        column(TEXT, say, WIDE, wrapped=True),
        column(LABEL, say, MIDDLE),
        column(("usual_label", "Чаще всего"), say, MIDDLE),
        column(("usual_share", "Доля строк с ней"), say, NARROW),
        column(FILE, say, MIDDLE),
        column(ROW, say, NARROW),
    ]
    rows = [
        [one.number, one.text, one.label, one.usual, round(one.share, 3), one.file, one.row] for one in found.repeated
    ]
    return Sheet(("repeated_texts", "Повторы")[say], columns, rows)


def _overlaps(found: Audit, say: int) -> Sheet:
    columns = [
        column(("topic", "Тема"), say, MIDDLE + 10),
        column(("other_topic", "Похожая тема"), say, MIDDLE + 10),
        column(("rows", "Строк темы"), say, NARROW),
        column(("other_rows", "Строк похожей темы"), say, NARROW),
        column(("taken_for_other", "Доля, принятая за похожую"), say, NARROW + 3),
        column(("other_taken", "Доля похожей, принятая за тему"), say, NARROW + 3),
    ]
    rows = [
        [one.topic, one.other, one.rows, one.other_rows, round(one.to_other, 3), round(one.from_other, 3)]
        for one in found.overlaps
    ]
    return Sheet(("overlapping_topics", "Похожие темы")[say], columns, rows)


def _no_messages(found: Audit, say: int) -> Sheet:
    columns = [
        column(FILE, say, MIDDLE),
        column(ROW, say, NARROW),
        column(TEXT, say, WIDE, wrapped=True),
        column(LABEL, say, MIDDLE),
        column(("reason", "Что не так"), say, MIDDLE),
        column(("same_as_file", "Повторяет: файл"), say, MIDDLE),
        column(("same_as_row", "Повторяет: строка"), say, NARROW),
    ]
    rows: list[Sequence[object]] = [
        [one.file, one.row, one.text, one.label, (one.reason, _REASONS[one.reason])[say], one.of_file, one.of_row]
        for one in found.no_messages
    ]
    return Sheet(("no_messages", "Не сообщения")[say], columns, rows)
