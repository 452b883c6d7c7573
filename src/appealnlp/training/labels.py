"""Labels of a source mapped to topics of the taxonomy."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError

__all__ = ["LabelMap", "Mapped", "read_label_map", "short_label"]

_HEAD, _TAIL = 6, 3


def short_label(label: str) -> str:
    """A label as the maps write it: of more than nine words the first six and the last three.

    Some labels are whole sentences, and some residents' messages repeat them word for word.
    """
    words = label.split()
    if len(words) <= _HEAD + _TAIL:
        return label
    return " ".join([*words[:_HEAD], "…", *words[-_TAIL:]])


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where a source's label leads: ``topic`` is "" where only the group is sure; both are "" for a label to skip."""

    group: str
    topic: str
    quality: str


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Source labels -> topics. Labels are found by group and topic, or by the topic alone where the map has no groups."""

    entries: Mapping[tuple[str, str], Mapped]
    by_group: bool

    def find(self, group: str, topic: str) -> Mapped | None:
        """The topic of a source's label, ``None`` for an unknown one."""
        return self.entries.get((group if self.by_group else "", short_label(topic)))


def read_label_map(path: Path, *, by_group: bool) -> LabelMap:
    """Read ``source_group,source_topic,…,group,topic,quality``.

    :param by_group: whether the same topic name may stand in several groups of the source.
    :raises InputError: a column is missing or a label appears twice.
    """
    entries: dict[tuple[str, str], Mapped] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                key = (row["source_group"] if by_group else "", short_label(row["source_topic"]))
                mapped = Mapped(row["group"], row["topic"], row["quality"])
            except KeyError as error:
                raise InputError(f"missing column {error}", file=path, row=1) from error
            if key in entries and entries[key] != mapped:
                raise InputError("this label stands in another row with another topic", file=path, row=number)
            entries[key] = mapped
    return LabelMap(entries, by_group)
