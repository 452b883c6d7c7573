"""Group the messages of a run into incidents.

Two messages belong to one incident if they are about the same failure, or are copies of one text, at the same street
(object, village), and not more than `times.SAME_TIME` hours lie between one and the next. What is kept of a message:
numbers for topic, failure, place and settlement, the minute, the level (25 bytes) and a signature of 128 bytes; no text.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from ..messages.dates import moment_of
from ..result import Result
from ..urgency.scale import LEVELS, rank
from . import copies
from .times import UNDATED, near
from .where import has_type, where

__all__ = ["FAILURES", "MASS", "MASS_HOURS", "Found", "Incident", "IncidentFinder", "find_incidents"]

FAILURES: dict[str, str] = {
    "utilities.no_cold_water": "water",
    "utilities.no_hot_water": "water",
    "utilities.low_pressure": "water",
    "utilities.burst_pipe": "water",
    "utilities.water_quality": "water_quality",
    "utilities.no_heating": "heating",
    "utilities.no_power": "power",
    "utilities.gas_supply": "gas",
    "utilities.sewer": "sewer",
    "housing.lift": "lift",
    "waste.not_collected": "waste",
    "improvement.street_lighting": "lighting",
    "roads.traffic_light": "traffic_light",
    "economy.communications": "communications",
}
"""Topics of services that fail for many at once, and the failure they tell of: who has no water writes of no water, no
hot water or a burst pipe."""

_OUT_OF_SERVICE = frozenset({"critical", "emergency"})
"""Levels at which a message about bad water tells of no water: foul water alone is never so urgent."""

MASS = 5
"""So many messages within `MASS_HOURS` at one place are no chance: each stands for several who do not write."""
MASS_HOURS = 24
_EPOCH = datetime(1970, 1, 1)
_PER_HOUSE = ("housing.",)
"""Topics where another house of the same street is another matter."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Messages to act on as one.

    :param number: 1, 2, … in order of the first message.
    :param topic: the most frequent topic of its messages; ``topic_title`` its title.
    :param place: the street, object or village as most often written; empty for copies of a text without a place.
    :param rows: positions of its messages in the run.
    :param mass: the most messages of a failing service within `MASS_HOURS`, if there are at least `MASS`; else 0.
    :param urgency: the strongest level of its messages, after raising.
    :param first: when its first message was written, in UTC where the date names a zone; ``last`` likewise.
    """

    number: int
    topic: str
    topic_title: str
    place: str
    rows: tuple[int, ...]
    mass: int
    urgency: str
    first: datetime | None
    last: datetime | None

    @property
    def size(self) -> int:
        """Number of its messages."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Found:
    """The incidents of a run.

    :param incidents: by number.
    :param numbers: the number of its incident for every message, 0 for none.
    """

    incidents: tuple[Incident, ...]
    numbers: Any

    def of(self, row: int) -> Incident | None:
        """The incident of a message."""
        number = int(self.numbers[row])
        return self.incidents[number - 1] if number else None


def find_incidents(
    results: Sequence[Result], texts: Sequence[str], dates: Sequence[str | None] | None = None
) -> list[Incident]:
    """Group judged messages into incidents.

    :param results: the verdicts, in order.
    :param texts: the messages.
    :param dates: when each was written, as exports write it; without it the whole run is one time, and as nobody knows
        what happened within a day, nothing is a mass failure.
    :raises AppealError: if rensa is not installed.
    :raises ValueError: if the lengths differ.
    """
    finder = IncidentFinder()
    columns = {
        "nlp_topic": [result.topic for result in results],
        "nlp_topic_title": [result.topic_title for result in results],
        "nlp_kind": [result.kind for result in results],
        "nlp_urgency": [result.urgency for result in results],
        "nlp_places": [" | ".join(place.text for place in result.places) for result in results],
    }
    finder.add(texts, [None] * len(texts) if dates is None else dates, columns)
    return list(finder.find().incidents)


class IncidentFinder:
    """Takes the messages of a run batch by batch, then tells its incidents."""

    def __init__(self) -> None:
        self._topics: dict[str, int] = {}
        self._titles: dict[str, str] = {}
        self._keys: dict[str, int] = {"": 0}
        self._shown: dict[int, Counter[str]] = {}
        self._topic, self._subject, self._place, self._town = array("i"), array("i"), array("i"), array("i")
        self._minute, self._level = array("q"), array("b")
        self._signed: list[Any] = []

    def add(self, texts: Sequence[str], dates: Sequence[str | None], columns: Mapping[str, Sequence[Any]]) -> None:
        """Take some messages.

        :param texts: the messages as written.
        :param dates: when each was written, as in the export.
        :param columns: their verdicts, as `Classifier.classify_columns` gives them.
        """
        verdicts = zip(
            *(columns[f"nlp_{name}"] for name in ("topic", "topic_title", "kind", "urgency", "places")), strict=True
        )
        for _, date, (topic, title, kind, level, places) in zip(texts, dates, verdicts, strict=True):
            self._take(topic or "", title or "", kind, level, places or "", date)
        self._signed.append(copies.signatures(texts))

    def _take(self, topic: str, title: str, kind: Any, level: Any, places: str, date: str | None) -> None:
        failure = FAILURES.get(topic)
        if failure == "water_quality" and level in _OUT_OF_SERVICE:
            failure = "water"
        told = topic and (kind == "problem" or (failure is not None and kind == "question") or not kind)
        found = where(places.split(" | ")) if places else where(())
        place = self._number(found.key)
        subject = ""
        if told and found.key:
            subject = failure or topic
            if topic.startswith(_PER_HOUSE):
                subject = f"{subject} {found.house}" if found.house else ""
        if place:
            self._shown.setdefault(place, Counter())[found.shown] += 1
        self._titles.setdefault(topic, title)
        self._topic.append(self._topics.setdefault(topic, len(self._topics)))
        self._subject.append(self._number(subject))
        self._place.append(place)
        self._town.append(self._number(found.settlement))
        self._level.append(LEVELS.index(level) if level in LEVELS else -1)
        moment = moment_of(date)
        self._minute.append(UNDATED if moment is None else int((moment - _EPOCH).total_seconds() // 60))

    def _number(self, key: str) -> int:
        return self._keys.setdefault(key, len(self._keys))

    def find(self) -> Found:
        """The incidents of all messages taken so far: what has at least two of them."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        count = len(self._topic)
        if not count:
            return Found((), np.zeros(0, np.int32))
        towns = self._towns()
        pairs = [self._same_failure(towns)]
        _, place_and_town = np.unique(np.stack([np.array(self._place), towns]), axis=1, return_inverse=True)
        pairs.append(copies.links(np.concatenate(self._signed), place_and_town.reshape(-1), np.array(self._minute)))
        linked = np.concatenate(pairs)
        graph = coo_matrix((np.ones(len(linked), bool), (linked[:, 0], linked[:, 1])), (count, count))
        _, component = connected_components(graph, directed=False)
        sizes = np.bincount(component)
        members: dict[int, list[int]] = {}
        for row in np.flatnonzero(sizes[component] > 1).tolist():
            members.setdefault(int(component[row]), []).append(row)
        numbers = np.zeros(count, np.int32)
        incidents = []
        for number, rows in enumerate(members.values(), 1):
            numbers[rows] = number
            incidents.append(self._incident(number, rows))
        return Found(tuple(incidents), numbers)

    def _towns(self) -> Any:
        """Settlements; a street that is named in one settlement only is there also where nobody says so."""
        towns, places = np.array(self._town), np.array(self._place)
        known: dict[int, int] = {}
        for place, town in zip(places.tolist(), towns.tolist(), strict=True):
            if town:
                known[place] = town if known.get(place, town) == town else -1
        only = np.array([known.get(place, 0) for place in range(int(places.max()) + 1)])
        return np.where((towns == 0) & (only[places] > 0), only[places], towns)

    def _same_failure(self, towns: Any) -> Any:
        """Pairs of messages about one failure at one place, each with the one before it in time."""
        subject, place, minute = np.array(self._subject), np.array(self._place), np.array(self._minute)
        order = np.lexsort((minute, towns, place, subject))
        order = order[(subject[order] > 0) & (place[order] > 0)]
        one, other = order[1:], order[:-1]
        same = (subject[one] == subject[other]) & (place[one] == place[other]) & (towns[one] == towns[other])
        return np.stack([one, other], axis=1)[same & near(minute, one, other)]

    def _incident(self, number: int, rows: list[int]) -> Incident:
        names = list(self._topics)
        topic = names[Counter(self._topic[row] for row in rows).most_common(1)[0][0]]
        places = Counter(self._place[row] for row in rows if self._place[row])
        place = ""
        if places:
            place = self._name_of(places.most_common(1)[0][0])
        failing = [row for row in rows if self._place[row] and names[self._topic[row]] in FAILURES]
        most = self._most_at_once([self._minute[row] for row in failing])
        mass = most if most >= MASS else 0
        levels = [LEVELS[self._level[row]] for row in rows if self._level[row] >= 0]
        minutes = [self._minute[row] for row in rows if self._minute[row] != UNDATED]
        return Incident(
            number,
            topic,
            self._titles[topic],
            place,
            tuple(rows),
            mass,
            max(((raised_level(level) if mass else level) for level in levels), key=rank, default=""),
            _EPOCH + timedelta(minutes=min(minutes)) if minutes else None,
            _EPOCH + timedelta(minutes=max(minutes)) if minutes else None,
        )

    def _name_of(self, place: int) -> str:
        """How a place is written most often, with its type if anybody names it."""
        shown = self._shown[place]
        return max(shown, key=lambda name: (has_type(name), shown[name]))

    def _most_at_once(self, minutes: list[int]) -> int:
        dated = sorted(minute for minute in minutes if minute != UNDATED)
        if not dated:
            return 0  # nobody knows whether it was within a day
        times = np.array(dated)
        ends = np.searchsorted(times, times + MASS_HOURS * 60)
        return int((ends - np.arange(len(times))).max())


def raised_level(level: str) -> str:
    """The level of a message that is one of many: what can wait alone cannot wait for all of them."""
    return {"routine": "urgent", "urgent": "critical"}.get(level, level)
