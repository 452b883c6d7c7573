from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from appealnlp import find_incidents
from appealnlp.incidents.group import FAILURES, MASS, IncidentFinder
from appealnlp.result import Place, Result
from appealnlp.taxonomy import Taxonomy

WATER = "utilities.no_cold_water"


def message(
    place: str = "ул. Лесная, 5", topic: str = WATER, kind: str = "problem", urgency: str = "urgent"
) -> dict[str, Any]:
    return {
        "nlp_topic": topic, "nlp_topic_title": topic.upper(), "nlp_kind": kind, "nlp_urgency": urgency,
        "nlp_places": place,
    }  # fmt: skip


def groups(messages: Sequence[dict[str, Any]], dates: Sequence[str | None] | None = None) -> list[tuple[int, ...]]:
    finder = IncidentFinder()
    dates = dates or [None] * len(messages)
    for at, one in enumerate(messages):  # one by one: what is kept is enough
        finder.add([f"сообщение {at}"], [dates[at]], {name: [value] for name, value in one.items()})
    return [incident.rows for incident in finder.find().incidents]


def test_one_street_is_one_incident_whatever_the_house_and_the_wording() -> None:
    told = ["ул. Лесная, 5", "на Лесной", "Лесная 17", "г. Дубравинск, улица Лесная"]
    assert groups([message(place) for place in told]) == [(0, 1, 2, 3)]


def test_streets_stay_apart() -> None:
    assert groups([message("Лесная 5"), message("Полевая 5"), message("Лесная 6"), message("Полевая 6")]) == [
        (0, 2),
        (1, 3),
    ]


def test_a_street_of_that_name_in_another_town_stays_apart() -> None:
    told = [
        "г. Дубравинск, Лесная 5",
        "Лесная 6",
        "с. Озёрки, Лесная 5",
        "г. Дубравинск, Лесная 7",
        "с. Озёрки, Лесная 1",
    ]
    assert groups([message(place) for place in told]) == [(0, 3), (2, 4)]


def test_no_water_is_told_in_several_ways() -> None:
    told = [message(topic=topic) for topic in (WATER, "utilities.no_hot_water", "utilities.burst_pipe")]
    assert groups([*told, message(topic="utilities.no_power")]) == [(0, 1, 2)]


def test_a_lift_is_of_one_house() -> None:
    told = ["Лесная 5", "Лесная 7", "Лесная 5", "Лесная", "Лесная"]
    assert groups([message(place, "housing.lift") for place in told]) == [(0, 2)]


def test_other_topics_are_grouped_too_but_only_problems() -> None:
    pit = "roads.pothole"
    told = [
        message(topic=pit),
        message(topic=pit, kind="thanks"),
        message(topic=pit),
        message(topic=pit, kind="question"),
    ]
    assert groups(told) == [(0, 2)]


def test_questions_about_a_failure_belong_to_it() -> None:
    assert groups([message(), message(kind="question", urgency="none")]) == [(0, 1)]


def test_two_days_without_a_message_end_an_incident() -> None:
    dates = ["2025-03-01 10:00", "2025-03-03 09:00", "05.03.2025 09:00", "2025-03-07 09:01", None, None]
    assert groups([message()] * 6, dates) == [(0, 1, 2), (4, 5)]


def test_without_a_place_or_a_topic_nothing_is_grouped() -> None:
    assert groups([message("")] * 3 + [message(topic="")] * 3) == []
    assert groups([]) == []


def results(count: int, place: str, urgency: str = "routine") -> list[Result]:
    where = (Place(place, 0, len(place), "street"),)
    one = Result(topic=WATER, topic_title="Нет холодной воды", urgency=urgency, kind="problem", places=where)
    return [one] * count


def test_incidents_of_results() -> None:
    texts = [f"Нет воды {number}" for number in range(MASS + 2)]
    dates = [f"2025-03-01 {10 + number}:00" for number in range(MASS)] + ["2025-03-02 12:00", None]
    judged = [*results(MASS, "Лесная 5"), *results(1, "ул. Лесная"), Result(error="пустое сообщение")]
    (incident,) = find_incidents(judged, texts, dates)
    assert incident.rows == tuple(range(MASS + 1))
    assert (incident.number, incident.size, incident.mass) == (1, MASS + 1, MASS)
    assert (incident.topic_title, incident.place, incident.urgency) == ("Нет холодной воды", "ул. Лесная", "urgent")
    assert (incident.first, incident.last) == (datetime(2025, 3, 1, 10), datetime(2025, 3, 2, 12))


@pytest.mark.parametrize(
    ("hours", "mass"),
    [([0, 1, 2, 3, 4], 5), ([0, 12, 23, 24, 36], 0), ([0, 0, 20, 40, 41, 42, 43], 5), ([0, 1, 2, 3], 0)],
)
def test_a_mass_is_many_within_a_day(hours: list[int], mass: int) -> None:
    dates = [f"2025-03-{1 + hour // 24:02} {hour % 24:02}:00" for hour in hours]
    (incident,) = find_incidents(results(len(hours), "Лесная 5"), ["нет воды"] * len(hours), dates)
    assert incident.mass == mass
    assert incident.urgency == ("urgent" if mass else "routine")


def test_without_dates_the_run_is_one_time_and_nothing_is_raised() -> None:
    (incident,) = find_incidents(results(MASS, "Лесная 5", "urgent"), ["нет воды"] * MASS)
    assert (incident.size, incident.mass, incident.urgency, incident.first) == (MASS, 0, "urgent", None)


def test_a_campaign_is_one_incident_and_no_mass() -> None:
    text = "Верните прежний маршрут автобуса через посёлок, до больницы теперь две пересадки и час пути"
    judged = [Result(topic="transport.routes", urgency="routine", kind="proposal")] * 12
    (incident,) = find_incidents(judged, [f"{text}{'!' * number}" for number in range(12)])
    assert (incident.size, incident.place, incident.mass, incident.urgency) == (12, "", 0, "routine")


def test_numbers_follow_the_first_message() -> None:
    told = [message("Полевая 1"), message("Лесная 1"), message("Лесная 2"), message("Полевая 2")]
    assert groups(told) == [(0, 3), (1, 2)]


def test_failures_are_topics_that_there_are(taxonomy: Taxonomy) -> None:
    assert set(FAILURES) <= set(taxonomy.codes)


def test_forty_people_without_water_among_four_hundred(default_model: Any, sample_texts: list[str]) -> None:
    said = [
        "Нет воды на улице Ольховой с утра", "ул. Ольховая, {} — воды нет совсем", "на Ольховой {} отключили воду",
        "Ольховая {}: из крана ничего не течёт, холодной воды нет", "На Ольховой опять без воды, дом {}",
    ]  # fmt: skip
    texts, dates = list(sample_texts[:400]), [f"2025-{1 + number % 12:02}-15" for number in range(400)]
    for number in range(40):
        texts.insert(number * 10, said[number % len(said)].format(number + 1))
        dates.insert(number * 10, f"2025-03-03 {8 + number % 12:02}:00")
    largest = max(find_incidents(list(default_model.classify_many(texts)), texts, dates), key=lambda one: one.size)
    assert largest.rows == tuple(range(0, 400, 10))
    assert largest.mass == 40
