"""The closing table of a run: rows per group and urgency, share for review, rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .headings import ERROR, Language

__all__ = ["Summary"]

_LEVELS = ("emergency", "critical", "urgent", "routine", "none")
_TOPIC = ("nlp_group_title", "nlp_group", "nlp_topic_title")  # the first that is not empty is counted
_URGENCY = ("nlp_urgency_title", "nlp_urgency")
_WORDS = {
    Language.en: ("rows", "with an error", "for review", "rows/s", "group", "urgency", "share"),
    Language.ru: ("строк", "с ошибкой", "проверить человеку", "строк/с", "группа", "срочность", "доля"),
}


class Summary:
    """Counts what goes by."""

    def __init__(self) -> None:
        self.rows = self.errors = self.review = 0
        self._topics: Counter[tuple[object, ...]] = Counter()
        self._urgency: Counter[tuple[object, ...]] = Counter()

    def add(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Count the rows of a batch by their added columns."""
        errors = columns[ERROR]
        self.rows += len(errors)
        self.errors += sum(map(bool, errors))
        if "nlp_topic" not in columns:
            return
        self.review += sum(map(bool, columns["nlp_needs_review"]))
        self._topics.update(zip(*(columns[key] for key in _TOPIC), strict=True))
        self._urgency.update(zip(*(columns[key] for key in _URGENCY), strict=True))

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
        groups = _by_title(self._topics)
        if groups:
            first.append(f"{review}: {self.review:,} ({_share(self.review, self.rows)})")
        first.append(f"{self.rows / max(seconds, 1e-9):,.0f} {rate}")
        order = {level: place for place, level in enumerate(_LEVELS)}
        levels = sorted(
            self._urgency.items(), key=lambda item: (order.get(str(item[0][1]), len(order)), str(item[0][1]))
        )
        tables = [(group, groups.most_common()), (urgency, list(_by_title(dict(levels)).items()))]
        width = max((len(title) for _, table in tables for title, _ in table), default=0)
        lines = [" · ".join(first)]
        for heading, table in tables:
            if table:
                lines += ["", f"{heading:<{width}}  {rows:>8}  {share:>7}"]
                lines += [f"{title:<{width}}  {count:>8,}  {_share(count, self.rows):>7}" for title, count in table]
        return lines


def _by_title(counts: Mapping[tuple[object, ...], int]) -> Counter[str]:
    """Rows by the first name that is not empty; rows without any, which carry an error, are left out."""
    titles: Counter[str] = Counter()
    for names, count in counts.items():
        title = next(filter(None, names), None)
        if title is not None:
            titles[str(title)] += count
    return titles


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""
