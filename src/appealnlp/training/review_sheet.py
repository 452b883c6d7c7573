"""Rows picked for review as a sheet to fill in, in Russian or English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..messages.sheets import Sheet, write_sheets
from ..taxonomy import Taxonomy
from ..urgency.scale import LEVELS, TITLES_RU
from .review import ReviewRow
from .sheet_words import (
    FILE,
    KEY,
    MIDDLE,
    MOST_CHOICES,
    NARROW,
    RIGHT_TOPIC,
    RIGHT_URGENCY,
    ROW,
    TEXT,
    WIDE,
    column,
    row_key,
)

__all__ = ["write_review"]

_DOUBTS = {"topic": "тема", "group": "группа", "urgency": "срочность"}


def write_review(
    rows: Sequence[ReviewRow], taxonomy: Taxonomy, path: str | Path, *, russian: bool = False
) -> list[Path]:
    """Write rows to label, with lists of the topics and levels to choose from: .xlsx, .csv or .tsv.

    :param taxonomy: of the model that picked them.
    :param russian: language of headings and sheet.
    :raises OutputError: it cannot be written.
    """
    say = int(russian)
    columns = [
        column(FILE, say, MIDDLE),
        column(ROW, say, NARROW),
        column(TEXT, say, WIDE, wrapped=True),
        column(("topic", "Тема модели"), say, MIDDLE),
        column(("confidence", "Уверенность"), say, NARROW),
        column(("alternatives", "Другие темы"), say, MIDDLE),
        column(("urgency", "Срочность модели"), say, NARROW + 3),
        column(("doubtful", "В чём сомнение"), say, NARROW),
        column(RIGHT_TOPIC, say, MIDDLE, to_fill_in=True),
        column(RIGHT_URGENCY, say, NARROW + 5, to_fill_in=True),
        column(KEY, say, NARROW + 2),
    ]
    cells: list[list[object]] = []
    for one in rows:
        verdict = (one.topic_title, one.confidence, one.alternatives, (one.urgency, one.urgency_title)[say])
        doubtful = (one.doubt, _DOUBTS[one.doubt])[say]
        cells.append([one.file, one.row, one.text, *verdict, doubtful, None, None, row_key(one.key)])
    levels = [(level, TITLES_RU[level])[say] for level in reversed(LEVELS)]
    topics = _names(taxonomy)
    choices = {9: levels, 8: topics} if len(topics) <= MOST_CHOICES else {9: levels}
    return write_sheets(path, [Sheet(("review", "На проверку")[say], columns, cells, choices)], excel_csv=russian)


def _names(taxonomy: Taxonomy) -> list[str]:
    """What a person may write for each topic: its title, or its code where several share the title."""
    titles = Counter(topic.title.casefold() for topic in taxonomy.topics)
    return [topic.title if titles[topic.title.casefold()] == 1 else topic.code for topic in taxonomy.topics]
