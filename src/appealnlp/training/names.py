"""Recorded labels as a model names them: a topic or group by its code or its title, a level by its code or its title."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError
from ..taxonomy import Taxonomy
from ..urgency.scale import LEVELS, TITLES_RU

__all__ = ["LabelNames", "level_codes"]

_SHOWN = 12


class LabelNames:
    """Finds topics and groups of a taxonomy by what a person or an export calls them.

    Codes count as written, titles whatever their case. A title that several topics share needs the group as well.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._groups: dict[str, str] = {}
        self._topics: dict[tuple[str, str], str | None] = {}
        for topic in taxonomy.topics:
            self._groups.setdefault(topic.group_title.casefold(), topic.group)
            for group in (topic.group, ""):
                self._add(group, topic.title.casefold(), topic.code)
        self._groups.update((group, group) for group in taxonomy.groups)
        self._codes = frozenset(taxonomy.codes)

    def _add(self, group: str, title: str, code: str) -> None:
        taken = self._topics.setdefault((group, title), code)
        if taken != code:
            self._topics[group, title] = None  # several topics share the title

    def group(self, label: str) -> str | None:
        """Code of the group with this code or title; ``None`` if there is none."""
        return self._groups.get(label, self._groups.get(label.casefold()))

    def topic(self, label: str, group: str = "") -> str | None:
        """Code of the topic with this code or title; ``None`` if there is none or it is not certain which.

        :param group: what the export calls its group, where it does.
        """
        if label in self._codes:
            return label
        title = label.casefold()
        return self._topics.get((self.group(group) or "", title)) or self._topics.get(("", title))


def level_codes(labels: Sequence[str]) -> list[str]:
    """Codes of the five levels of urgency, given by code or Russian title; "" stays "".

    :raises InputError: some are neither; the error lists them.
    """
    names = {level: level for level in LEVELS} | {title.casefold(): level for level, title in TITLES_RU.items()}
    names[""] = ""
    codes = [names.get(label.casefold()) for label in labels]
    strange = sorted({label for label, code in zip(labels, codes, strict=True) if code is None})
    if strange:
        shown = ", ".join(repr(label[:40]) for label in strange[:_SHOWN]) + (" …" if len(strange) > _SHOWN else "")
        known = ", ".join(f"{level} ({TITLES_RU[level]})" for level in reversed(LEVELS))
        raise InputError(f"the urgency column holds {shown}; the levels are {known}")
    return [code or "" for code in codes]
