"""The classifier as users call it: its three ways agree, in any batch, order and thread, on any text."""

from __future__ import annotations

import importlib
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import appealnlp
from appealnlp import InputError, ModelNotFoundError, Result, preprocess
from appealnlp.bundle import read_bundle
from appealnlp.classifier import COLUMNS, EMPTY, Classifier
from appealnlp.heads import KINDS
from appealnlp.urgency.scale import LEVELS, TITLES_RU, rank
from test_text_markup import NOISE

EDGES = [
    "",
    " ",
    "\n\t\u00a0\u2003",
    "😡😡😡",
    "…",
    "\0",
    "нет\0воды",
    "\ud83d",
    "\ude00 пахнет газом \ud83d",
    "а",
    "5",
    "[club1|Город]",
    "<br>",
    "&#1053;ет св\u00adета",
    'под"езд, лифт не работает',
    "ВОДЫ НЕТ ТРЕТИЙ ДЕНЬ!!!",
    "wifi",
    "ж" * 300,
    "нет " * 300,
    "=cmd()|' /C calc'!A0",
]
ALARM_WORDS = {"urgent": "затопило подвал", "critical": "авария прорвало трубу", "emergency": "пожар взрыв"}
ALARMS = [
    "Пахнет газом в подъезде, Ленина 5",
    "Третий день нет отопления, дома 12 градусов, ребёнку полгода",
    "Горит мусорный бак у школы",
    "Оборван провод, искрит на детской площадке",
    "Провалилась крышка люка, ребёнок упал в колодец",
    "Спасибо за новый двор",
    "В под\"езде вода с потолка, об'явление сорвано, в'езд завален",
    "срочно под`езд затопило, с'ехать не можем",
]


@pytest.fixture(scope="module", params=["tiny_model", "default_model"])
def model(request: pytest.FixtureRequest) -> Classifier:
    found: Classifier = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def texts(sample_texts: list[str]) -> list[str]:
    return [*EDGES, *sample_texts, *ALARMS, *EDGES[::-1]]


@pytest.fixture(scope="module")
def results(model: Classifier, texts: list[str]) -> list[Result]:
    """What the plain path says."""
    return [model.classify(text) for text in texts]


def row_of(result: Result) -> dict[str, Any]:
    """A result as a row of the output, written from the contract."""
    if result.error:
        numbers = ("nlp_confidence", "nlp_react_hours", "nlp_vulnerable", "nlp_needs_review")
        return {name: None if name in numbers else result.error if name == "nlp_error" else "" for name in COLUMNS}
    return {
        "nlp_topic": result.topic,
        "nlp_topic_title": result.topic_title,
        "nlp_group": result.group,
        "nlp_group_title": result.group_title,
        "nlp_confidence": result.confidence,
        "nlp_alternatives": [(one.topic, pytest.approx(one.probability, abs=0.0051)) for one in result.alternatives],
        "nlp_urgency": result.urgency,
        "nlp_urgency_title": result.urgency_title,
        "nlp_urgency_reason": result.urgency_reason,
        "nlp_react_hours": result.react_hours,
        "nlp_kind": result.kind,
        "nlp_vulnerable": int(result.vulnerable),
        "nlp_places": " | ".join(place.text for place in result.places),
        "nlp_needs_review": int(result.needs_review),
        "nlp_error": "",
    }


def rows(columns: dict[str, list[Any]], count: int) -> list[dict[str, Any]]:
    """Columns as rows, alternatives as pairs."""
    assert tuple(columns) == COLUMNS
    assert {len(column) for column in columns.values()} == {count}
    found = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for row in found:
        if not row["nlp_error"]:
            pieces = [piece.rsplit(":", 1) for piece in row["nlp_alternatives"].split("; ") if piece]
            assert all(len(probability) == 4 for _, probability in pieces)
            row["nlp_alternatives"] = [(code, float(probability)) for code, probability in pieces]
    return found


def check_three_ways(model: Classifier, texts: Sequence[str], months: Sequence[int | None] | None = None) -> None:
    plain = [
        model.classify(text, month=month) for text, month in zip(texts, months or [None] * len(texts), strict=True)
    ]
    assert list(model.classify_many(texts, months=months)) == plain
    assert rows(model.classify_columns(texts, months=months), len(texts)) == [row_of(result) for result in plain]


# The three ways


def test_one_by_one_together_and_as_columns(model: Classifier, texts: list[str], results: list[Result]) -> None:
    many = model.classify_many(texts)
    for text, one, other in zip(texts, many, results, strict=True):
        for field in fields(Result):
            assert getattr(one, field.name) == getattr(other, field.name), (field.name, text[:0])
    assert rows(model.classify_columns(texts), len(texts)) == [row_of(result) for result in results]


def test_the_texts_reach_every_part_of_a_result(results: list[Result]) -> None:
    assert {result.urgency for result in results} >= set(LEVELS)
    assert {result.vulnerable for result in results} == {True, False}
    assert {result.needs_review for result in results} == {True, False}
    assert len({result.group for result in results}) > 10
    assert sum(bool(result.places) for result in results) > 50
    assert sum(any(reason.rule == "model" for reason in result.reasons) for result in results) > 5
    assert sum(any(reason.rule != "model" for reason in result.reasons) for result in results) > 20
    assert {len(result.alternatives) for result in results if not result.error} >= {2}


@pytest.mark.parametrize("month", [1, 7])
def test_the_month_goes_all_three_ways(model: Classifier, texts: list[str], month: int) -> None:
    check_three_ways(model, texts[::3], [month] * len(texts[::3]))


def test_the_month_changes_what_depends_on_the_season(tiny_model: Classifier, sample_texts: list[str]) -> None:
    months = [number % 12 + 1 for number in range(len(sample_texts))]
    check_three_ways(tiny_model, sample_texts, months)
    summer = tiny_model.classify_many(sample_texts, months=[7] * len(sample_texts))
    winter = tiny_model.classify_many(sample_texts, months=[1] * len(sample_texts))
    assert list(summer) != list(winter)


TEXT = st.one_of(
    st.lists(
        st.sampled_from(
            [
                *" ".join(ALARMS).split(),
                "нет",
                "воды",
                "!",
                "😡",
                "вoды",
                "сроооочно",
                'под"езде',
                "в'езд",
                "&#1074;оды",
                "во\u00adды",
            ]
        ),
        max_size=15,
    ).map(" ".join),
    NOISE,
    st.text(st.characters()),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, max_size=5))
@example([])
def test_any_text(tiny_model: Classifier, texts: list[str]) -> None:
    check_three_ways(tiny_model, texts)
    check_results(texts, list(tiny_model.classify_many(texts)))


def test_hard_signs_written_as_quotation_marks(model: Classifier, sample_texts: list[str]) -> None:
    """Cleaning keeps the length of these messages but not their letters."""
    written = [re.sub("(?<=[а-я])ъ(?=[еёюя][а-я])", "'", text) for text in sample_texts]
    changed = [one for one, text in zip(written, sample_texts, strict=True) if one != text]
    assert len(changed) > 20
    months = [1] * len(changed)
    check_three_ways(model, [f"Авария! {text}" for text in changed], months)
    for level in ("urgent", "critical", "emergency"):  # and each such word alone beside a word of alarm
        words = sorted({word for text in changed for word in text.split() if "'" in word})
        check_three_ways(model, [f"{word} {ALARM_WORDS[level]}" for word in words])


def test_neither_order_nor_batch_matters(model: Classifier, texts: list[str], results: list[Result]) -> None:
    order = list(range(len(texts)))
    random.Random(2).shuffle(order)
    assert list(model.classify_many([texts[number] for number in order])) == [results[number] for number in order]
    assert [model.classify_many([text])[0] for text in texts[:60]] == results[:60]


# What a result says


def check_results(texts: Sequence[str], results: Sequence[Result]) -> None:
    for text, result in zip(texts, results, strict=True):
        if result.error:
            assert result == Result(error=EMPTY)
            assert not text.strip()
            continue
        assert result.topic.partition(".")[0] == result.group
        assert result.topic_title
        assert result.group_title
        assert 0 < result.confidence <= 1
        assert result.topic not in {one.topic for one in result.alternatives}
        assert result.confidence + sum(one.probability for one in result.alternatives) <= 1.001
        assert result.urgency in LEVELS
        assert result.urgency_title == TITLES_RU[result.urgency]
        assert result.kind in KINDS
        assert "\n" not in result.urgency_reason
        if rank(result.urgency) >= rank("urgent"):
            assert result.reasons
            assert result.urgency_reason
            assert result.reasons[0].level == result.urgency
        for reason in result.reasons:
            assert rank(reason.level) <= rank(result.urgency)
            assert list(reason.spans) == sorted(reason.spans)
            assert all(0 <= start < end <= len(text) for start, end in reason.spans)
        for place in result.places:
            assert text[place.start : place.end] == place.text != ""


def test_every_result_is_consistent(texts: list[str], results: list[Result]) -> None:
    check_results(texts, results)


def test_codes_and_titles_are_those_of_the_taxonomy(model: Classifier, results: list[Result]) -> None:
    for result in results:
        if not result.error:
            topic = model.taxonomy.topic(result.topic)
            assert (result.topic_title, result.group, result.group_title) == (
                topic.title,
                topic.group,
                topic.group_title,
            )


@pytest.mark.parametrize("text", ["", " ", "\n\r\n", "\u00a0\u2003\t", "\x1c"])
def test_an_empty_message_is_an_error_of_its_own_row(model: Classifier, text: str) -> None:
    assert model.classify(text) == Result(error=EMPTY)
    columns = model.classify_columns(["нет воды", text, "яма"])
    assert columns["nlp_error"] == ["", EMPTY, ""]
    assert columns["nlp_topic"][1] == ""
    assert columns["nlp_confidence"][1] is None
    assert columns["nlp_vulnerable"][1] is None
    assert columns["nlp_topic"][::2] == [model.classify("нет воды").topic, model.classify("яма").topic]


@pytest.mark.parametrize("text", ["😡🙏", "\0\0", "…!?", "<br>", "\ud83d"])
def test_a_message_without_words_is_judged_all_the_same(model: Classifier, text: str) -> None:
    result = model.classify(text)
    assert not result.error
    assert result.topic
    assert result.reasons == ()
    assert result.places == ()


@pytest.mark.parametrize("text", ["😡🙏", "…!?", "абырвалг главрыба"])
def test_a_message_that_says_nothing_goes_to_a_person(default_model: Classifier, text: str) -> None:
    assert default_model.classify(text).needs_review


def test_nul_characters_part_words_and_change_nothing_else(model: Classifier) -> None:
    assert model.classify("нет\0воды").topic == model.classify("нет воды").topic


def test_a_message_of_a_megabyte(model: Classifier, sample_texts: list[str]) -> None:
    text = "\n".join(sample_texts)
    text *= 1_000_000 // len(text) + 1
    result = model.classify(text)
    columns = model.classify_columns(["нет воды", text, "яма"])
    assert rows(columns, 3) == [row_of(model.classify("нет воды")), row_of(result), row_of(model.classify("яма"))]
    check_results([text], [result])


# Explanations


def test_an_explanation_shows_words_of_the_text(model: Classifier, texts: list[str], results: list[Result]) -> None:
    for text, result in list(zip(texts, results, strict=True))[::4]:
        explanation = model.explain(text)
        assert explanation.result == result
        spans = {(token.start, token.end) for token in preprocess(text).tokens}
        for words in (explanation.topic_words, explanation.urgency_words):
            assert all(text[start:end] == word for word, start, end, _ in words)
            assert {(start, end) for _, start, end, _ in words} <= spans
            weights = [abs(weight) for *_, weight in words]
            assert weights == sorted(weights, reverse=True)
            assert 0 not in weights


def test_words_speak_for_the_topic_that_they_made(model: Classifier, samples: list[dict[str, Any]]) -> None:
    """What is left of a message without its three strongest words is less sure of the topic."""
    weaker = checked = 0
    for sample in samples[::6]:
        text = sample["text"]
        explanation = model.explain(text)
        for _, start, end, _ in sorted(
            (word for word in explanation.topic_words if word[3] > 0), key=lambda word: -word[3]
        )[:3]:
            text = text[:start] + "\0" * (end - start) + text[end:]
        after = model.classify(text)
        checked += 1
        weaker += after.topic != explanation.result.topic or after.confidence < explanation.result.confidence
    assert weaker > 0.8 * checked


@pytest.mark.parametrize("text", ["", "😡"])
def test_there_is_nothing_to_explain_without_words(model: Classifier, text: str) -> None:
    explanation = model.explain(text)
    assert explanation.topic_words == explanation.urgency_words == ()


@pytest.mark.parametrize("written", ["воды", "ВОДЫ", "вoды", "воооды", "во\u00adды", "&#1074;оды", "в\u200bоды"])
def test_a_word_weighs_the_same_however_it_is_written(model: Classifier, written: str) -> None:
    plain, other = (model.explain(f"Нет {word} в доме, помогите") for word in ("воды", written))
    assert [weight for *_, weight in other.topic_words] == [weight for *_, weight in plain.topic_words]
    assert other.result.topic == plain.result.topic


# Many threads


def test_many_threads_on_one_model(tiny_folder: Path, texts: list[str]) -> None:
    expected = list(Classifier(read_bundle(tiny_folder)).classify_many(texts))
    model = Classifier(read_bundle(tiny_folder))  # has met no word yet

    def work(seed: int) -> bool:
        order = random.Random(seed).sample(range(len(texts)), 60)
        part = [texts[number] for number in order]
        wanted = [expected[number] for number in order]
        if seed % 3 == 0:
            return [model.classify(text) for text in part] == wanted
        if seed % 3 == 1:
            return list(model.classify_many(part)) == wanted
        return rows(model.classify_columns(part), len(part)) == [row_of(result) for result in wanted]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(24)))


# Results as a sequence


def test_results_are_a_sequence(tiny_model: Classifier) -> None:
    texts = ["нет воды", "", "яма на дороге", "пахнет газом"]
    results = tiny_model.classify_many(texts)
    plain = [tiny_model.classify(text) for text in texts]
    assert len(results) == 4
    assert [results[number] for number in (0, -1, 2, -4)] == [plain[number] for number in (0, -1, 2, -4)]
    assert results[1:] == plain[1:]
    assert results[::-1] == plain[::-1]
    assert list(reversed(results)) == plain[::-1]
    for number in (4, -5):
        with pytest.raises(IndexError):
            results[number]


def test_no_messages(tiny_model: Classifier) -> None:
    assert list(tiny_model.classify_many([])) == []
    assert tiny_model.classify_columns([]) == {name: [] for name in COLUMNS}


def test_months_must_fit(tiny_model: Classifier) -> None:
    with pytest.raises(InputError, match="months"):
        tiny_model.classify_many(["нет воды"], months=[1, 2])


# Data frames


FRAME = {"id": [3, 1, 2, 9], "Текст": ["Пахнет газом", None, "яма на Ленина 5", "😡"], "пусто": [None] * 4}


def test_a_pandas_frame_keeps_its_rows_and_columns(tiny_model: Classifier) -> None:
    frame = pandas.DataFrame(FRAME, index=["b", "a", "a", "z"])
    before = frame.copy(deep=True)
    judged = tiny_model.classify_frame(frame, text_column="Текст")
    pandas.testing.assert_frame_equal(frame, before)
    assert list(judged.columns) == [*FRAME, *COLUMNS]
    pandas.testing.assert_frame_equal(judged[list(FRAME)], before)
    expected = tiny_model.classify_columns([text or "" for text in FRAME["Текст"]])
    assert {
        name: [None if value != value else value for value in judged[name].tolist()] for name in COLUMNS
    } == expected


def test_a_polars_frame_keeps_its_rows_and_columns(tiny_model: Classifier) -> None:
    frame = polars.DataFrame(FRAME)
    judged = tiny_model.classify_frame(frame, text_column="Текст")
    assert judged.columns == [*FRAME, *COLUMNS]
    assert judged.select(list(FRAME)).equals(polars.DataFrame(FRAME))
    expected = tiny_model.classify_columns([text or "" for text in FRAME["Текст"]])
    assert judged.select(COLUMNS).to_dict(as_series=False) == expected


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame])
def test_frames_of_no_rows_and_of_odd_values(tiny_model: Classifier, make: Any) -> None:
    empty = tiny_model.classify_frame(make({"text": []}), text_column="text")
    assert (len(empty), list(empty.columns)) == (0, ["text", *COLUMNS])
    numbers = tiny_model.classify_frame(make({"text": [1.5, float("nan")]}), text_column="text")
    assert list(numbers["nlp_error"]) == [EMPTY, EMPTY]


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame])
def test_the_date_column_gives_the_season(tiny_model: Classifier, sample_texts: list[str], make: Any) -> None:
    dates = [date(2025, number % 12 + 1, 3) if number % 5 else None for number in range(len(sample_texts))]
    judged = tiny_model.classify_frame(make({"t": sample_texts, "d": dates}), text_column="t", date_column="d")
    expected = tiny_model.classify_columns(sample_texts, months=[one.month if one else None for one in dates])
    assert list(judged["nlp_urgency"]) == expected["nlp_urgency"]
    assert list(judged["nlp_urgency_reason"]) == expected["nlp_urgency_reason"]


def test_pandas_dates_that_are_missing_are_no_month(tiny_model: Classifier) -> None:
    frame = pandas.DataFrame({"t": ["Холодные батареи"] * 2, "d": pandas.to_datetime(["2025-07-01", None])})
    judged = tiny_model.classify_frame(frame, text_column="t", date_column="d")
    expected = tiny_model.classify_columns(["Холодные батареи"] * 2, months=[7, None])
    assert judged["nlp_urgency"].tolist() == expected["nlp_urgency"]


@pytest.mark.parametrize("names", [{"text_column": "Текст"}, {"text_column": "id", "date_column": "Текст"}])
def test_a_frame_with_two_columns_of_one_name(tiny_model: Classifier, names: dict[str, str]) -> None:
    frame = pandas.DataFrame([["а", "Нет воды", "Яма"]], columns=["id", "Текст", "Текст"])
    with pytest.raises(InputError, match="'Текст': 2 columns have this heading"):
        tiny_model.classify_frame(frame, **names)


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame])
@pytest.mark.parametrize("names", [{"text_column": "нет такой"}, {"text_column": "Текст", "date_column": "нет такой"}])
def test_a_missing_column_is_named_with_those_there_are(
    tiny_model: Classifier, make: Any, names: dict[str, str]
) -> None:
    with pytest.raises(InputError, match="id, Текст, пусто") as caught:
        tiny_model.classify_frame(make(FRAME), **names)
    assert caught.value.column == "нет такой"


# Loading


def test_load_takes_a_path_in_either_form(tiny_folder: Path, tiny_model: Classifier) -> None:
    assert appealnlp.load(tiny_folder).classify("нет воды") == tiny_model.classify("нет воды")
    assert appealnlp.load(str(tiny_folder)).path == tiny_folder


def test_no_model_at_that_path(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        appealnlp.load(tmp_path / "nothing")


# The package


@pytest.mark.parametrize("name", [*appealnlp.__all__, "__version__"])
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(appealnlp, name) is not None
    assert name in dir(appealnlp)


def test_lazy_names_are_those_of_their_modules() -> None:
    for name in appealnlp.__all__:
        home = importlib.import_module(f"appealnlp.{appealnlp._HOMES[name]}")
        assert getattr(appealnlp, name) is getattr(home, name)
        assert name in home.__all__
    assert sorted(appealnlp._HOMES) == sorted(appealnlp.__all__)
    with pytest.raises(AttributeError, match="unknown"):
        appealnlp.unknown  # noqa: B018


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


HEAVY = {"numpy", "scipy", "sklearn", "pymorphy3", "joblib", "pandas", "polars", "pyarrow", "typer"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    run(f"import sys, appealnlp; loaded = {HEAVY!r} & set(sys.modules); assert not loaded, loaded")


def test_classifying_needs_no_scikit_learn_and_known_words_no_analyser(tiny_folder: Path) -> None:
    run(
        "import sys, appealnlp\n"
        f"model = appealnlp.load({str(tiny_folder)!r})\n"
        "def check(*names):\n"
        "    loaded = set(names) & set(sys.modules)\n"
        "    assert not loaded, loaded\n"
        "result = model.classify('нет воды в доме')\n"
        "check('sklearn', 'joblib', 'pandas', 'polars', 'pymorphy3', 'scipy')\n"
        "assert model.classify_many(['нет воды в доме'])[0] == result\n"
        "check('sklearn', 'joblib', 'pandas', 'polars', 'pymorphy3')\n"
        "model.classify('абырвалг')\n"
        "check('sklearn', 'joblib', 'pandas', 'polars')\n"
    )
