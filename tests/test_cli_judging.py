from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from appealnlp.cli.judging import Columns, Judge, judge_batches
from appealnlp.errors import AppealError, ModelNotFoundError
from appealnlp.messages import Batch

KEYS = ("nlp_topic", "nlp_error")


def batch(texts: Sequence[str], errors: dict[int, str] | None = None) -> Batch:
    count = len(texts)
    marked = [(errors or {}).get(at, "") for at in range(count)]
    return Batch([[text] for text in texts], list(texts), ["2024-05-01"] * count, marked, 2)


def load_upper() -> Judge:
    def judge(texts: Sequence[str], months: Sequence[int | None]) -> Columns:
        if "сломать" in texts:
            raise ValueError("сломать")
        topics = [f"{text.upper()}{month}" for text, month in zip(texts, months, strict=True)]
        return {"nlp_topic": [*topics], "nlp_error": [""] * len(texts)}

    return judge


def load_nothing() -> Judge:
    raise ModelNotFoundError("no model")


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_batch_in_order_whoever_judges(jobs: int) -> None:
    batches = [batch([f"т{number}-{at}" for at in range(number % 3 + 1)]) for number in range(12)]
    done = list(judge_batches(batches, load_upper, KEYS, jobs))
    assert [pair[0] for pair in done] == batches
    for given, columns in done:
        assert columns == {"nlp_topic": [text.upper() + "5" for text in given.texts], "nlp_error": [""] * len(given)}


def test_a_row_that_came_with_an_error_keeps_it() -> None:
    ((_, columns),) = judge_batches([batch(["а", "б"], {1: "не прочитано"})], load_upper, KEYS)
    assert columns == {"nlp_topic": ["А5", None], "nlp_error": ["", "не прочитано"]}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_defect_costs_its_own_row(jobs: int) -> None:
    ((_, columns),) = judge_batches([batch(["а", "сломать", "б"])], load_upper, KEYS, jobs)
    assert columns == {
        "nlp_topic": ["А5", None, "Б5"],
        "nlp_error": ["", "внутренняя ошибка: ValueError", ""],
    }


@pytest.mark.parametrize(("load", "jobs"), [(load_nothing, 1), (load_nothing, 2)])
def test_a_model_that_cannot_be_used_ends_the_run(load: Callable[[], Judge], jobs: int) -> None:
    with pytest.raises(AppealError):
        list(judge_batches([batch(["а"])], load, KEYS, jobs))
