"""The closing table of a run: rows per group and urgency, share for review, rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .headings import ERROR, Language

__all__ = ["Summary"]

_LEVELS = ("emergency", "critical", "urgent", "routine", "none")
_WORDS = {
    Language.en: ("rows", "with an error", "for review", "rows/s", "group", "urgency", "share"),
    Language.ru: ("строк", "с ошибкой", "проверить человеку", "строк/с", "группа", "срочность", "доля"),
}


class Summary:
    """Counts what goes by."""

    def __init__(self) -> None:
        self.rows = self.errors = self.review = 0
        self._groups: Counter[str] = Counter()
        self._levels: Counter[str] = Counter()
        self._titles: dict[str, str] = {}

    def add(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Count the rows of a batch by their added columns."""
        errors = columns[ERROR]
        self.rows += len(errors)
        self.errors += sum(1 for error in errors if error)
        if "nlp_topic" not in columns:
            return
        self.review += sum(1 for value in columns["nlp_needs_review"] if value)
        groups = zip(columns["nlp_group_title"], columns["nlp_group"], columns["nlp_topic_title"], strict=True)
        self._groups.update(str(title or group or topic) for title, group, topic in groups if title or group or topic)
        for level, title in zip(columns["nlp_urgency"], columns["nlp_urgency_title"], strict=True):
            if level:
                self._levels[str(level)] += 1
                self._titles[str(level)] = str(title or level)

    def lines(self, seconds: float, language: Language) -> list[str]:
        """The table.

        :param seconds: how long the run took.
        :param language: of the words around the titles.
        :return: its lines.
        """
        rows, error, review, rate, group, urgency, share = _WORDS[language]
        first = [f"{rows}: {self.rows:,}"]
        if self.errors:
            first.append(f"{error}: {self.errors:,}")
        if self._groups:
            first.append(f"{review}: {self.review:,} ({_share(self.review, self.rows)})")
        first.append(f"{self.rows / max(seconds, 1e-9):,.0f} {rate}")
        levels = [(self._titles[level], self._levels[level]) for level in self._known_levels()]
        tables = [(group, self._groups.most_common()), (urgency, levels)]
        width = max((len(title) for _, table in tables for title, _ in table), default=0)
        lines = [" · ".join(first)]
        for heading, table in tables:
            if table:
                lines += ["", f"{heading:<{width}}  {rows:>8}  {share:>7}"]
                lines += [f"{title:<{width}}  {count:>8,}  {_share(count, self.rows):>7}" for title, count in table]
        return lines

    def _known_levels(self) -> list[str]:
        known = [level for level in _LEVELS if level in self._levels]
        return known + sorted(level for level in self._levels if level not in _LEVELS)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""
