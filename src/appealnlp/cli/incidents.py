"""``classify --incidents``: which messages are one incident is known only when all are judged.

The verdicts of the first pass wait in a temporary file; the second pass reads the inputs again and writes each row with
its incident. In memory is what `appealnlp.incidents.IncidentFinder` keeps of each message.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Any

from ..incidents import Found, Incident, IncidentFinder, raised
from ..messages import Batch
from ..urgency.norms import Norms
from ..urgency.scale import TITLES_RU
from .headings import Language
from .judging import Columns

__all__ = ["Incidents"]

_SHOWN = 10
_WORDS = {
    Language.en: ("incidents", "largest", "rows", "in 24 h", "urgency", "dates", "topic", "place"),
    Language.ru: ("инцидентов", "крупнейшие", "строк", "за 24 ч", "срочность", "даты", "тема", "место"),
}
_UNDATED = {
    Language.en: "No dates: the whole run counts as one time, and no urgency was raised.",
    Language.ru: "Дат нет: весь файл считается одним временем, срочность не повышена.",
}


class Incidents:
    """Finds the incidents of a run and adds them to its verdicts; to be used as a context manager.

    :param load_norms: gives the norms of the model, for the time limits of raised levels.
    """

    def __init__(self, load_norms: Callable[[], Norms]) -> None:
        self._load_norms = load_norms
        self._finder = IncidentFinder()
        self._waiting: Any = None
        self._found: Found | None = None

    def __enter__(self) -> Incidents:
        self._waiting = tempfile.TemporaryFile("w+", encoding="ascii", prefix="appealnlp-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.close()

    def take(self, batch: Batch, columns: Columns) -> None:
        """Take a judged batch of the first pass."""
        self._finder.add(batch.texts, batch.dates, columns)
        json.dump(columns, self._waiting)
        self._waiting.write("\n")

    def completed(self) -> Iterator[Columns]:
        """The columns of every batch taken, in order, with incidents and raised urgency."""
        self._found = found = self._finder.find()
        norms, row = self._load_norms(), 0
        self._waiting.seek(0)
        for line in self._waiting:
            columns: Columns = json.loads(line)
            count = len(columns["nlp_urgency"])
            incidents = [found.of(number) for number in range(row, row + count)]
            row += count
            columns["nlp_incident"] = [one and one.number for one in incidents]
            columns["nlp_incident_size"] = [one and one.size for one in incidents]
            for at, incident in enumerate(incidents):
                if incident is not None and incident.mass:
                    _raise(columns, at, incident, norms)
            yield columns

    def lines(self, language: Language) -> list[str]:
        """The largest incidents as a table; nothing if there are none."""
        found = () if self._found is None else self._found.incidents
        if not found:
            return []
        word, largest, *headings = _WORDS[language]
        table = [headings]
        for one in sorted(found, key=lambda incident: (-incident.size, incident.number))[:_SHOWN]:
            mass = str(one.mass) if one.mass else ""
            level = TITLES_RU.get(one.urgency, one.urgency)
            title = one.topic_title or one.topic
            table.append([f"{one.size:,}", mass, level, _period(one.first, one.last), title, one.place])
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["", f"{word}: {len(found):,}" + (f" ({largest}: {_SHOWN})" if len(found) > _SHOWN else "")]
        for cells in table:
            numbers = [cell.rjust(width) for cell, width in zip(cells[:2], widths, strict=False)]
            words = [cell.ljust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
            lines.append("  ".join([*numbers, *words]).rstrip())
        return lines if any(one.first for one in found) else [*lines, _UNDATED[language]]


def _raise(columns: Columns, at: int, incident: Incident, norms: Norms) -> None:
    names = ("nlp_urgency", "nlp_urgency_reason", "nlp_react_hours")
    level, reason, hours = (columns[name][at] for name in names)
    own = float(hours) if isinstance(hours, (int, float)) else None
    new, title, said, limit = raised(str(level or ""), str(reason or ""), own, incident, norms)
    if new != level:
        columns["nlp_urgency_title"][at] = title
        for name, value in zip(names, (new, said, limit), strict=True):
            columns[name][at] = value


def _period(first: datetime | None, last: datetime | None) -> str:
    if first is None or last is None:
        return ""
    one, other = first.strftime("%d.%m.%Y"), last.strftime("%d.%m.%Y")
    return one if one == other else f"{one}–{other}"
