"""The findings of an audit as sheets to work through, in Russian or English."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ..messages.sheets import Sheet, write_sheets
from ..messages.workbook import SheetColumn
from .audit import Audit

__all__ = ["DELETE", "KEY", "RIGHT_LABEL", "row_key", "write_audit"]

RIGHT_LABEL = ("right_label", "Верная метка")
KEY = ("key", "Ключ")
FILE = ("file", "Файл")
ROW = ("row", "Строка")
DELETE = ("delete", "удалить")
"""Written instead of a label: the row is not to be learned from."""
_TEXT = ("text", "Текст")
_LABEL = ("label", "Метка")
_REASONS = {"empty": "пустое сообщение", "fragment": "обрывок без содержания", "repeats": "повтор строки"}
_MOST_CHOICES = 200
"""More labels do not go into a list that a person picks from."""
_WIDE, _MIDDLE, _NARROW = 70, 32, 13

Names = tuple[str, str]


def row_key(key: str) -> str:
    """What ties a row of a sheet to a row of the export, whatever Excel does to the text: a hash of its `duplicate_key`."""
    return "k" + hashlib.sha256(key.encode()).hexdigest()[:12]


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
        _column(FILE, say, _MIDDLE),
        _column(ROW, say, _NARROW),
        _column(_TEXT, say, _WIDE, wrapped=True),
        _column(_LABEL, say, _MIDDLE),
        _column(("suggested", "Предлагаемая метка"), say, _MIDDLE),
        _column(("probability", "Вероятность предлагаемой"), say, _NARROW + 3),
        _column(("label_probability", "Вероятность записанной"), say, _NARROW + 3),
        _column(("same_rows", "Таких же строк ещё"), say, _NARROW),
        SheetColumn(RIGHT_LABEL[say], _MIDDLE, look="heading to fill in"),
        _column(KEY, say, _NARROW + 2),
    ]
    rows: list[Sequence[object]] = []
    for one in found.labels:
        probabilities = round(one.probability, 4), round(one.own_probability, 6)
        place, labels = (one.file, one.row, one.text), (one.label, one.suggested)
        rows.append([*place, *labels, *probabilities, one.repeats, None, row_key(one.key)])
    choices = [*found.topics, DELETE[say]]
    return Sheet(("labels", "Метки")[say], columns, rows, {8: choices} if len(choices) <= _MOST_CHOICES else {})


def _repeated(found: Audit, say: int) -> Sheet:
    columns = [
        _column(("number", "Номер текста"), say, _NARROW),
        _column(_TEXT, say, _WIDE, wrapped=True),
        _column(_LABEL, say, _MIDDLE),
        _column(("usual_label", "Чаще всего"), say, _MIDDLE),
        _column(("usual_share", "Доля строк с ней"), say, _NARROW),
        _column(FILE, say, _MIDDLE),
        _column(ROW, say, _NARROW),
    ]
    rows = [
        [one.number, one.text, one.label, one.usual, round(one.share, 3), one.file, one.row] for one in found.repeated
    ]
    return Sheet(("repeated_texts", "Повторы")[say], columns, rows)


def _overlaps(found: Audit, say: int) -> Sheet:
    columns = [
        _column(("topic", "Тема"), say, _MIDDLE + 10),
        _column(("other_topic", "Похожая тема"), say, _MIDDLE + 10),
        _column(("rows", "Строк темы"), say, _NARROW),
        _column(("other_rows", "Строк похожей темы"), say, _NARROW),
        _column(("taken_for_other", "Доля, принятая за похожую"), say, _NARROW + 3),
        _column(("other_taken", "Доля похожей, принятая за тему"), say, _NARROW + 3),
    ]
    rows = [
        [one.topic, one.other, one.rows, one.other_rows, round(one.to_other, 3), round(one.from_other, 3)]
        for one in found.overlaps
    ]
    return Sheet(("overlapping_topics", "Похожие темы")[say], columns, rows)


def _no_messages(found: Audit, say: int) -> Sheet:
    columns = [
        _column(FILE, say, _MIDDLE),
        _column(ROW, say, _NARROW),
        _column(_TEXT, say, _WIDE, wrapped=True),
        _column(_LABEL, say, _MIDDLE),
        _column(("reason", "Что не так"), say, _MIDDLE),
        _column(("same_as_file", "Повторяет: файл"), say, _MIDDLE),
        _column(("same_as_row", "Повторяет: строка"), say, _NARROW),
    ]
    rows: list[Sequence[object]] = [
        [one.file, one.row, one.text, one.label, (one.reason, _REASONS[one.reason])[say], one.of_file, one.of_row]
        for one in found.no_messages
    ]
    return Sheet(("no_messages", "Не сообщения")[say], columns, rows)


def _column(names: Names, say: int, width: int, *, wrapped: bool = False) -> SheetColumn:
    return SheetColumn(names[say], width, wrapped)
