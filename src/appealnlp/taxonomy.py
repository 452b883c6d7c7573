"""Topics and their groups, read from a table.

The table that ships is ``data/taxonomy/topics.csv``; its columns are described in the README beside it. A code is
``group.name``; codes are stable, titles and definitions are Russian and may be reworded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from appealnlp.errors import InputError

__all__ = ["URGENCY_CODES", "Taxonomy", "Topic", "load_taxonomy"]

URGENCY_CODES = ("emergency", "critical", "urgent", "routine", "none")
"""Levels a topic may default to, the most pressing first."""

_COLUMNS = ("code", "group", "title_ru", "group_title_ru", "definition_ru", "default_urgency")
_CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    :param code: ``group.name``, stable.
    :param title: what a clerk reads, in Russian.
    :param group: code of its group.
    :param group_title: Russian title of its group.
    :param definition: what belongs here and what does not, in Russian.
    :param default_urgency: level of a typical message of the topic; a prior, not a verdict.
    """

    code: str
    title: str
    group: str
    group_title: str
    definition: str
    default_urgency: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All topics, in the order of the table; groups are in the order of their first topic.

    :param topics: the topics; their codes are unique.
    """

    topics: tuple[Topic, ...]
    _by_code: dict[str, Topic] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {topic.code: topic for topic in self.topics})

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all topics, in order."""
        return tuple(topic.code for topic in self.topics)

    @property
    def groups(self) -> tuple[str, ...]:
        """Codes of all groups, in order."""
        return tuple(dict.fromkeys(topic.group for topic in self.topics))

    def topic(self, code: str) -> Topic:
        """Return the topic with this code.

        :raises KeyError: if there is none.
        """
        return self._by_code[code]

    def group_of(self, code: str) -> str:
        """Return the code of the group that a topic belongs to.

        :raises KeyError: if there is no such topic.
        """
        return self._by_code[code].group

    def group_title(self, group: str) -> str:
        """Return the Russian title of a group.

        :raises KeyError: if there is no such group.
        """
        for topic in self.topics:
            if topic.group == group:
                return topic.group_title
        raise KeyError(group)

    def in_group(self, group: str) -> tuple[Topic, ...]:
        """Return the topics of a group, in order; empty if there is no such group."""
        return tuple(topic for topic in self.topics if topic.group == group)


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a table of topics (CSV, utf-8, comma, with a header; other columns are ignored).

    :param path: the file.
    :return: the taxonomy.
    :raises InputError: if the file cannot be read, a column is missing, or a row is incomplete, repeats a code, names a
        level that does not exist, has a code outside its group, or gives a group another title than an earlier row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source, strict=True)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(f"missing column(s): {', '.join(missing)}", file=path, row=1)
            rows = list(reader)
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", file=path) from error
    except UnicodeDecodeError as error:
        raise InputError("is not utf-8 text", file=path) from error
    except csv.Error as error:
        raise InputError(f"is not a valid CSV file ({error})", file=path) from error
    if not rows:
        raise InputError("holds no topics", file=path)
    return Taxonomy(tuple(_check(rows, path)))


def _check(rows: Iterable[dict[str, str | None]], path: Path) -> Iterable[Topic]:
    """Yield one topic per row; rows are counted as a spreadsheet does."""
    seen: set[str] = set()
    titles: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        values = {name: (row[name] or "").strip() for name in _COLUMNS}
        for name, value in values.items():
            if not value:
                raise InputError("empty", file=path, row=number, column=name)
        code, group, group_title = values["code"], values["group"], values["group_title_ru"]
        if _CODE.fullmatch(code) is None or code.partition(".")[0] != group:
            raise InputError(
                f"a code must be its group, a dot and a name: {code!r}", file=path, row=number, column="code"
            )
        if code in seen:
            raise InputError(f"the code {code!r} appears twice", file=path, row=number, column="code")
        if values["default_urgency"] not in URGENCY_CODES:
            raise InputError(
                f"must be one of {', '.join(URGENCY_CODES)}", file=path, row=number, column="default_urgency"
            )
        if titles.setdefault(group, group_title) != group_title:
            raise InputError(
                f"group {group!r} has another title in an earlier row", file=path, row=number, column="group_title_ru"
            )
        seen.add(code)
        yield Topic(code, values["title_ru"], group, group_title, values["definition_ru"], values["default_urgency"])
