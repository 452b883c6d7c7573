"""Columns beside the text: learned where they say something, looked at where they are there, silent where they are not."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import appealnlp
from appealnlp import cli
from appealnlp.bundle import FORMAT, array_bytes, read_bundle, write_bundle
from appealnlp.classifier import Classifier
from appealnlp.cli.classify import _ModelJudge
from appealnlp.cli.judging import asked_columns, judge_batches
from appealnlp.cli.masking import load_with_masks
from appealnlp.errors import CorruptModelError, InputError
from appealnlp.export_context import MOST_CHARACTERS, ExportContext, cell_text, key_of, parts_of
from appealnlp.heads import Calibration
from appealnlp.messages import Batch
from appealnlp.text import ner, privacy
from appealnlp.text.lemmas import Lemmatizer
from appealnlp.training import own
from appealnlp.training.examples import Examples, LabelColumns, read_examples
from appealnlp.training.measure import measure
from appealnlp.training.own import Learned, improve, learn
from appealnlp.training.sheet_words import FILE, KEY, RIGHT_LABEL, RIGHT_TOPIC, RIGHT_URGENCY, ROW, row_key
from appealnlp.training.split import duplicate_key
from appealnlp.training.vectors import WordVectors

LABELLED = Path(__file__).resolve().parents[1] / "data" / "samples" / "labelled.csv"
DEPARTMENTS = ("Отдел городского хозяйства", "Управление по связям")
TWINS = ("utilities", "roads", "waste", "housing")
"""Groups of the samples whose messages get one of two topics that only the column tells apart."""
COLUMNS = ("Исполнитель", "Ветка")


def made_rows() -> list[dict[str, str]]:
    """The samples with topics that the text cannot tell apart, and columns of which one can."""
    chance = random.Random(4)
    with LABELLED.open(encoding="utf-8", newline="") as file:
        samples = list(csv.DictReader(file))
    rows = []
    for sample in samples:
        topic = str(sample["group"])
        side = chance.randrange(2)
        twin = topic in TWINS
        rows.append(
            {
                "Текст": str(sample["text"]),
                "Тема": f"{topic} {side}" if twin else topic,
                "Исполнитель": DEPARTMENTS[side] if twin and chance.random() < 0.9 else "",
                "Ветка": f"Пост {chance.randrange(40)} про {chance.choice(['двор', 'парк', 'реку'])}",
            }
        )
    return rows


def write(path: Path, rows: Sequence[dict[str, str]], leave_out: Sequence[str] = ()) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name not in leave_out], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module", autouse=True)
def small_default(tiny_folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "default_model", lambda: tiny_folder)
        patch.setattr(own, "load_word_vectors", lambda: WordVectors({}, np.zeros((1, 1), np.float32), []))
        yield


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Rows to learn from."""
    return [row for number, row in enumerate(made_rows()) if number % 5]


@pytest.fixture(scope="module")
def kept_back() -> list[dict[str, str]]:
    """Rows that no model here learns from."""
    return made_rows()[::5]


@pytest.fixture(scope="module")
def export(rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("exports") / "выгрузка.csv", rows)


def examples_of(export: Path, *columns: str) -> Examples:
    return read_examples([export], LabelColumns("Тема", "Текст", context=columns))


@pytest.fixture(scope="module")
def learned(export: Path) -> Learned:
    return learn(examples_of(export, "исполнитель "), auto_accuracy=0.6, curve=False)


@pytest.fixture(scope="module")
def text_alone(export: Path) -> Learned:
    return learn(examples_of(export), auto_accuracy=0.6, curve=False)


@pytest.fixture(scope="module")
def folder(learned: Learned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "с-колонкой"
    own.save(learned, path, date="2026-01-31")
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> Classifier:
    return Classifier(read_bundle(folder))


@pytest.fixture(scope="module")
def plain_model(text_alone: Learned, tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    path = tmp_path_factory.mktemp("models") / "без-колонки"
    own.save(text_alone, path, date="2026-01-31")
    return Classifier(read_bundle(path))


# Values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (math.nan, ""),
        ("", ""),
        ("  Отдел \n", "Отдел"),
        ("'Отдел", "Отдел"),
        (5, "5"),
        (5.0, "5"),
        (True, "TRUE"),
        (["а", 1], '["а", 1]'),
        ("слово " * 5000, ("слово " * 5000)[:MOST_CHARACTERS].strip().removesuffix(" сл")),
        ("ж" * 30_000, "ж" * MOST_CHARACTERS),
    ],
)
def test_cells_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("text", "whole", "lemmas"),
    [
        ("Управление ЖКХ", "управление жкх", ["жкх", "управление"]),
        ("<p>управление&nbsp;<b>ЖКХ</b></p>", "управление жкх", ["жкх", "управление"]),
        ("5", "5", ["5"]),
        ("дороги, дорога, дорог", "дороги дорога дорог", ["дорога"]),
        ("—", "", []),
        ("", "", []),
    ],
)
def test_parts_of_values(text: str, whole: str, lemmas: list[str]) -> None:
    assert parts_of(text, Lemmatizer()) == (whole, lemmas)


# What is learned


def right(judged_topic: Any, truth: Any, twins: Any) -> float:
    return float((judged_topic == truth)[twins].mean())


def test_a_column_that_tells_topics_of_the_same_words_apart_is_used(learned: Learned, text_alone: Learned) -> None:
    codes = np.array(learned.model.taxonomy.codes, object)
    twins = np.array([code.split()[0] in TWINS for code in codes])[learned.model.held_out.truth]
    truth = learned.model.held_out.truth
    assert right(text_alone.judged.topic, truth, twins) < 0.55
    assert right(learned.judged.topic, truth, twins) > right(text_alone.judged.topic, truth, twins) + 0.2
    topic = learned.evaluation.figures.topic
    assert topic is not None
    assert topic.ece < 0.12
    note = learned.notes[-1]
    assert "'исполнитель '" in note
    assert "by the text alone in" in note


def test_messages_without_a_value_are_judged_as_without_the_column(
    learned: Learned, text_alone: Learned, rows: list[dict[str, str]]
) -> None:
    examples = learned.choice.positions
    assert (examples == text_alone.choice.positions).all()
    told = np.array([row["Исполнитель"] != "" for row in rows])[examples]
    assert 50 < told.sum() < len(told) - 50
    for name in ("topic", "group", "confidence", "review"):
        assert (getattr(learned.judged, name)[~told] == getattr(text_alone.judged, name)[~told]).all()
    assert (learned.judged.confidence[told] != text_alone.judged.confidence[told]).any()
    assert learned.profile == text_alone.profile  # drift is told by the text alone


def test_a_column_that_says_nothing_does_not_count(export: Path, text_alone: Learned, tmp_path: Path) -> None:
    found = learn(examples_of(export, "Ветка"), auto_accuracy=0.6, curve=False)
    assert (found.judged.topic == text_alone.judged.topic).all()
    assert "no more of the topics than the text" in found.notes[-1]
    own.save(found, tmp_path / "модель")
    model = Classifier(read_bundle(tmp_path / "модель"))
    text = "Во дворе не горят фонари"
    assert model.classify(text, context={"Ветка": "Пост 3 про двор"}) == model.classify(text)
    assert model.context_columns == ()
    model.classify_frame(pandas.DataFrame({"t": [text]}), text_column="t")  # without a warning that it is not there


def with_column(tmp_path: Path, name: str, value: Callable[[dict[str, str], random.Random], str]) -> Classifier:
    """A model of the rows with a column of made values."""
    chance = random.Random(8)
    made = [{**row, name: value(row, chance)} for number, row in enumerate(made_rows()) if number % 5]
    found = learn(examples_of(write(tmp_path / "выгрузка.csv", made), name), auto_accuracy=0.6, curve=False)
    own.save(found, tmp_path / "модель")
    return Classifier(read_bundle(tmp_path / "модель"))


def test_words_of_threads_make_no_new_thread_look_known(tmp_path: Path) -> None:
    words = [one + other for one in ("гор", "лес", "дом", "пол", "луг", "зер") for other in ("ник", "ец", "ина", "ище")]
    chance = random.Random(6)
    titles: dict[str, list[str]] = {}

    def title(row: dict[str, str], draw: random.Random) -> str:
        some = titles.setdefault(row["Тема"], [" ".join(chance.choices(words, k=3)) for _ in range(4)])
        return draw.choice(some)

    model = with_column(tmp_path, "Ветка", title)
    text = "Во дворе не горят фонари"
    fresh = " ".join(reversed(titles["utilities 1"][0].split()))
    assert model.classify(text, context={"Ветка": fresh}) == model.classify(text)
    assert model.classify(text, context={"Ветка": titles["utilities 1"][0]}) != model.classify(text)


def test_words_that_tell_something_of_other_values_are_learned(tmp_path: Path) -> None:
    def office(row: dict[str, str], draw: random.Random) -> str:
        kind = ("Служба", "Отдел")[row["Тема"].endswith("1")] if row["Тема"][-1].isdigit() else "Приёмная"
        return f"{kind} участка {draw.randrange(200)}"

    model = with_column(tmp_path, "Исполнитель", office)
    texts = [row["Текст"] for row in made_rows()[::5] if row["Тема"].startswith(TWINS)]
    sides = [
        [result.topic[-1] for result in model.classify_many(texts, context={"Исполнитель": [value] * len(texts)})]
        for value in ("Служба участка 907", "Отдел участка 907")
    ]
    assert sides[0].count("0") > sides[1].count("0") + len(texts) // 4


def test_a_column_beside_one_that_says_nothing(export: Path, learned: Learned) -> None:
    both = learn(examples_of(export, *COLUMNS), auto_accuracy=0.6, curve=False)
    truth = learned.model.held_out.truth
    alone, together = ((one.judged.topic == truth).mean() for one in (learned, both))
    assert together > alone - 0.03


def test_the_same_data_give_the_same_bytes(export: Path, folder: Path, tmp_path: Path) -> None:
    own.save(
        learn(examples_of(export, "исполнитель "), auto_accuracy=0.6, curve=False),
        tmp_path / "с-колонкой",
        date="2026-01-31",
    )
    for file in folder.iterdir():
        assert (tmp_path / "с-колонкой" / file.name).read_bytes() == file.read_bytes()


def test_values_cannot_be_read_from_the_folder(folder: Path) -> None:
    for file in folder.iterdir():
        content = file.read_bytes().lower()
        for department in DEPARTMENTS:
            assert department.lower().encode() not in content


def test_a_base_learns_columns_too(tiny_model: Classifier, tmp_path: Path) -> None:
    """Topics of the base, one of two recorded for messages that read the same."""
    codes = tiny_model.taxonomy.codes
    examples = Examples(context_columns=("участок",))
    with LABELLED.open(encoding="utf-8", newline="") as file:
        texts = [str(row["text"]) for row in csv.DictReader(file)]
    for number, text in enumerate(texts):
        examples.add(text, codes[number % 2], context=(f"участок {number % 2}",))
    found = improve(examples, tiny_model)
    assert (found.judged.topic == found.model.held_out.truth).mean() > 0.9
    own.save(found, tmp_path / "модель")
    model = Classifier(read_bundle(tmp_path / "модель"))
    topics = [model.classify(texts[0], context={"участок": f"Участок {side}"}).topic for side in (0, 1)]
    assert topics == list(codes[:2])


# What is decided


VALUES: tuple[object, ...] = (
    *DEPARTMENTS, DEPARTMENTS[0].upper(), f" <b>{DEPARTMENTS[1]}</b>", "Отдел", "связь, хозяйство", "Незнакомое",
    "", None, math.nan, 7, 7.0, "—", "хозяйство " * 4000, {"id": 5},
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_many_are_judged_as_one_by_one(model: Classifier, sample_texts: list[str], data: st.DataObject) -> None:
    cell = st.one_of(st.sampled_from(VALUES), st.text(max_size=20))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from([*sample_texts[:40], "", "!!!"]), cell), max_size=12))
    texts, values = [text for text, _ in pairs], [value for _, value in pairs]
    single = [model.classify(text, context={"Исполнитель": value}) for text, value in pairs]
    assert list(model.classify_many(texts, context={"Исполнитель": values})) == single
    columns = model.classify_columns(texts, context={"исполнитель": values})
    assert columns["nlp_topic"] == [one.topic for one in single]
    assert columns["nlp_confidence"] == [None if one.error else one.confidence for one in single]
    assert columns["nlp_needs_review"] == [None if one.error else int(one.needs_review) for one in single]
    assert columns["nlp_urgency"] == [one.urgency for one in single]
    decided = model.decide(texts, context={"исполнитель": values})
    codes = model.taxonomy.codes
    assert [codes[at] for at, one in zip(decided.topic, single, strict=True) if not one.error] == [
        one.topic for one in single if not one.error
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(VALUES)), min_size=1, max_size=9), st.integers(0, 3))
def test_shifts_are_the_sums_of_the_rows_of_known_parts(pairs: list[tuple[object, object]], first: int) -> None:
    """Summed up from the definition, for two columns of which each knows other parts."""
    lemmatizer = Lemmatizer()
    parts = [
        (0, "value", "отдел городского хозяйства"), (0, "lemma", "отдел"), (0, "lemma", "хозяйство"), (0, "value", "7"),
        (1, "value", "управление по связям"), (1, "lemma", "отдел"), (1, "lemma", "связь"), (1, "lemma", "управление"),
    ]  # fmt: skip
    keys = np.array(sorted(key_of(*part) for part in parts), np.uint64)
    weights = np.random.default_rng(3).standard_normal((len(keys), 4)).astype(np.float16)
    context = ExportContext(("а", "б"), keys, weights, Calibration(1.0), 0.5, {})
    table = dict(zip(keys.tolist(), weights.astype(np.float64), strict=True))
    expected = np.zeros((len(pairs), 4))
    told = set()
    for number, pair in enumerate(pairs):
        for column, value in enumerate(pair):
            whole, lemmas = parts_of(cell_text(value), lemmatizer)
            known = [key for lemma in lemmas if (key := key_of(column, "lemma", lemma)) in table]
            if known:
                expected[number] += sum(table[key] for key in known) / math.sqrt(len(known))
            if key_of(column, "value", whole) in table:
                expected[number] += table[key_of(column, "value", whole)]
            if known or key_of(column, "value", whole) in table:
                told.add(number)
    given_columns = {"а": [one for one, _ in pairs], "Б ": [two for _, two in pairs]}
    values = context.read(given_columns, len(pairs), lemmatizer)
    first = min(first, len(pairs))
    evidence = values.of(first, len(pairs) - first)
    rows = [] if evidence is None else (first + evidence.rows).tolist()
    assert rows == sorted(one for one in told if one >= first)
    if evidence is not None:
        np.testing.assert_allclose(evidence.shifts, expected[rows], atol=1e-5)


@pytest.mark.parametrize("context", [None, {}, *({"Исполнитель": one} for one in ("", None, "—", "Незнакомое", 3.5))])
def test_a_message_without_a_known_value_gets_the_answer_of_the_text(
    model: Classifier, plain_model: Classifier, sample_texts: list[str], context: dict[str, object] | None
) -> None:
    for text in sample_texts[:40]:
        assert model.classify(text, context=context) == plain_model.classify(text)
    with_sets = [
        one.classify(sample_texts[0], coverage=0.8, **more)
        for one, more in ((model, {"context": context}), (plain_model, {}))
    ]
    assert with_sets[0] == with_sets[1]


def test_the_column_decides_between_twins(model: Classifier, kept_back: list[dict[str, str]]) -> None:
    texts = [row["Текст"] for row in kept_back if row["Тема"].split()[0] in TWINS]
    sides = [model.classify_many(texts, context={"исполнитель": [one] * len(texts)}) for one in DEPARTMENTS]
    for side, results in enumerate(sides):
        twins = [one for one in results if one.topic.split()[0] in TWINS]
        assert len(twins) > 25
        assert np.mean([one.topic.endswith(str(side)) for one in twins]) > 0.9
    result = model.classify(texts[0], context={"исполнитель": DEPARTMENTS[1]}, coverage=0.9)
    assert result.topic in [one.topic for one in result.topic_set]
    assert sum(one.probability for one in result.topic_set) > 0.5


def test_an_explanation_tells_what_a_column_added(model: Classifier) -> None:
    text = "Третий день нет воды в доме, трубы прорвало"
    found = model.explain(text, context={"Исполнитель": DEPARTMENTS[0]})
    ((name, added),) = found.topic_columns
    assert name == "Исполнитель"
    assert added > 0
    other = found.result.topic[:-1] + "1"
    ((_, against),) = model.explain(text, against=other, context={"Исполнитель": DEPARTMENTS[0]}).topic_columns
    assert against > added
    assert found.topic_words
    assert model.explain(text, context={"Исполнитель": "Незнакомое"}).topic_columns == ()
    assert model.explain(text).topic_columns == ()


@pytest.mark.parametrize(
    "call",
    [
        lambda model: model.classify("Нет воды", context={"Отдел": "а"}),
        lambda model: model.classify("", context={"Отдел": "а"}),
        lambda model: model.explain("Нет воды", context={"Отдел": "а"}),
        lambda model: model.decide(["Нет воды"], context={"Отдел": ["а"]}),
        lambda model: model.classify_many(["Нет воды"], context={"исполнитель": ["а"], "Отдел": ["а"]}),
        lambda model: model.classify_columns(["Нет воды"], context={"Отдел": ["а"]}),
    ],
)
def test_a_column_that_the_model_did_not_learn_from(
    model: Classifier, plain_model: Classifier, call: Callable[[Classifier], object]
) -> None:
    with pytest.raises(InputError, match=r"'Отдел'.*исполнитель"):
        call(model)
    with pytest.raises(InputError, match="text alone"):
        call(plain_model)
    assert plain_model.context_columns == ()


def test_as_many_values_as_messages(model: Classifier) -> None:
    with pytest.raises(InputError, match="1 values for 2 texts"):
        model.classify_columns(["Нет воды", "Яма"], context={"исполнитель": ["а"]})


# Frames


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame])
def test_a_frame_brings_its_columns(model: Classifier, make: Any) -> None:
    texts = ["Нет воды в доме", "Яма на дороге", "Нет воды в доме"]
    values = [DEPARTMENTS[0], None, DEPARTMENTS[1]]
    judged = model.classify_frame(make({"t": texts, " ИСПОЛНИТЕЛЬ": values}), text_column="t")
    expected = model.classify_columns(texts, context={"исполнитель": values})
    assert list(judged["nlp_topic"]) == expected["nlp_topic"]
    assert list(judged["nlp_confidence"]) == expected["nlp_confidence"]


@pytest.mark.parametrize("nothing", [math.nan, pandas.NA, pandas.NaT])
def test_missing_values_of_pandas_are_no_values(model: Classifier, nothing: object) -> None:
    frame = pandas.DataFrame({"t": ["Нет воды в доме"] * 2, "исполнитель": pandas.Series([nothing, "а"], dtype=object)})
    assert model.classify_frame(frame, text_column="t")["nlp_topic"][0] == model.classify("Нет воды в доме").topic


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame])
def test_a_frame_without_the_column_is_told(model: Classifier, make: Any) -> None:
    with pytest.warns(UserWarning, match="'исполнитель '.*text alone"):
        judged = model.classify_frame(make({"t": ["Нет воды в доме"]}), text_column="t")
    assert list(judged["nlp_topic"]) == [model.classify("Нет воды в доме").topic]


def test_a_frame_with_two_such_columns(model: Classifier) -> None:
    frame = pandas.DataFrame([["Нет воды в доме", "а", "б"]], columns=["t", "Исполнитель", "Исполнитель"])
    with pytest.raises(InputError, match="'Исполнитель': 2 columns have this heading"):
        model.classify_frame(frame, text_column="t")


# The folder


def test_the_format_is_that_of_other_models(model: Classifier) -> None:
    assert model.manifest["format"] == FORMAT
    assert model.context_columns == ("исполнитель ",)


def damaged(folder: Path, target: Path, change: Callable[[dict[str, Any], dict[str, bytes]], object]) -> Path:
    bundle = read_bundle(folder)
    manifest = json.loads(
        json.dumps({name: one for name, one in bundle.manifest.items() if name not in ("format", "files")})
    )
    files = dict(bundle.files)
    change(manifest, files)
    write_bundle(target, manifest, files)
    return target


def altered(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    def apply(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files[name] = array_bytes(change(np.load(io.BytesIO(files[name]))))

    return apply


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest, files: files.pop("context_keys.npy"),
        lambda manifest, files: files.pop("context_weights.npy"),
        lambda manifest, files: manifest.pop("context"),
        lambda manifest, files: manifest["context"].pop("set_quantiles"),
        lambda manifest, files: manifest["context"].update(set_quantiles=[1]),
        lambda manifest, files: manifest["context"].update(temperature=0),
        lambda manifest, files: manifest["context"].update(temperature_slopes=[1]),
        lambda manifest, files: manifest["context"].update(review_below="many"),
        lambda manifest, files: manifest.update(context_columns="исполнитель"),
        lambda manifest, files: manifest.update(context_columns=[]),
        lambda manifest, files: manifest.update(context_columns=[5]),
        altered("context_keys.npy", lambda keys: keys[:-1]),
        altered("context_keys.npy", lambda keys: keys[::-1]),
        altered("context_keys.npy", lambda keys: keys.astype(np.int64)),
        altered("context_weights.npy", lambda weights: weights[:, :-1]),
        altered("context_weights.npy", lambda weights: weights.astype(np.float64)),
        altered("context_weights.npy", lambda weights: weights * np.float16(np.nan)),
    ],
)
def test_a_damaged_folder(
    folder: Path, tmp_path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], object]
) -> None:
    with pytest.raises(CorruptModelError):
        Classifier(read_bundle(damaged(folder, tmp_path / "модель", change)))


# Rows of files


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (("Тема",), "labels"),
        (("Текст",), "message"),
        (("Исполнитель", "исполнитель"), "twice"),
    ],
)
def test_columns_that_are_taken(export: Path, columns: tuple[str, ...], what: str) -> None:
    with pytest.raises(InputError, match=what):
        examples_of(export, *columns)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Текст,Тема,Отдел,Отдел\nЯма,Дороги,а,б\n", encoding="utf-8")
    for name in ("Отдел", "отдел"):
        with pytest.raises(InputError, match="'Отдел': 2 columns have this heading"):
            examples_of(file, name)


def test_values_go_with_their_rows(export: Path, rows: list[dict[str, str]]) -> None:
    found = examples_of(export, "Ветка", "Нет такой", "Исполнитель")
    assert found.lacking == [("Нет такой", str(export), "'Текст', 'Тема', 'Исполнитель', 'Ветка'")]
    assert found.context_of([3, 0]) == {
        "Ветка": [rows[3]["Ветка"], rows[0]["Ветка"]],
        "Нет такой": ["", ""],
        "Исполнитель": [rows[3]["Исполнитель"], rows[0]["Исполнитель"]],
    }
    other = Examples()
    other.add("Яма", "roads")
    assert found.select([1]).joined(other).context_of()["Ветка"] == [rows[1]["Ветка"], ""]


def test_nothing_to_learn_from(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    numbered = write(tmp_path / "a.csv", [{**row, "Номер": f"{at + 100_000}"} for at, row in enumerate(rows)])
    with pytest.raises(InputError, match=r"'Номер': \d+ of \d+ .* nothing to learn"):
        learn(examples_of(numbered, "Номер"), curve=False)


def test_measuring_uses_the_column_and_says_when_it_is_not_there(
    model: Classifier, plain_model: Classifier, kept_back: list[dict[str, str]], tmp_path: Path
) -> None:
    full = write(tmp_path / "b.csv", kept_back)
    bare = write(tmp_path / "a.csv", kept_back, leave_out=("Исполнитель",))
    evaluation = appealnlp.evaluate(full, model=model, topic_column="Тема")
    without = appealnlp.evaluate(bare, model=model, topic_column="Тема")
    plain = measure(plain_model, examples_of(bare))
    assert evaluation.figures.topic is not None
    assert without.figures.topic is not None
    assert evaluation.figures.notes == ()
    assert evaluation.figures.topic.accuracy > without.figures.topic.accuracy + 0.05
    assert without.figures.topic == plain.figures.topic
    assert without.figures.notes == (
        f"column 'исполнитель ', which the model learned from, is not in {bare}: topics are decided by the text alone",
    )


def test_labels_are_not_what_the_model_learned_from(
    model: Classifier, kept_back: list[dict[str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", kept_back)
    with pytest.raises(InputError, match="a column with labels; the model cannot look at it beside the message"):
        appealnlp.evaluate(file, model=model, topic_column="Исполнитель")
    with pytest.raises(InputError, match="the column with the message; the model cannot look at it beside"):
        appealnlp.evaluate(file, model=model, topic_column="Тема", text_column="Исполнитель")


# The command line

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(str(left.value.code or 0)), out, err

    return call


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected_topics(model: Classifier, rows: Sequence[dict[str, str]]) -> list[str]:
    """Topics with the column."""
    topics: list[str] = model.classify_columns(
        [row["Текст"] for row in rows], context={"исполнитель": [row["Исполнитель"] for row in rows]}
    )["nlp_topic"]
    return topics


@pytest.mark.parametrize("more", [[], ["--jobs", "2"], ["--incidents"], ["--columns", "ru"]])
def test_classify_finds_the_column(
    model: Classifier, folder: Path, kept_back: list[dict[str, str]], run: Run, tmp_path: Path, more: list[str]
) -> None:
    export = write(tmp_path / "a.csv", kept_back)
    code, _, err = run("classify", export, "-o", tmp_path / "out.jsonl", "--model", folder, *more)
    assert code == 0
    assert "learned from" not in err
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    heading = "Авто: код темы" if "ru" in more else "nlp_topic"
    topics = [json.loads(line)[heading] for line in lines]
    assert topics == expected_topics(model, kept_back)
    assert topics != model.classify_columns([row["Текст"] for row in kept_back])["nlp_topic"]


def test_masking_goes_with_columns(
    model: Classifier, kept_back: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ner, "load_network", lambda tell: None)
    monkeypatch.setattr(privacy, "mask_many", list)
    judge = load_with_masks(lambda: _ModelJudge(model, model.context_columns))
    texts, values = ([row[name] for row in kept_back] for name in ("Текст", "Исполнитель"))
    batch = Batch([[text] for text in texts], texts, [None] * len(texts), [""] * len(texts), 2)
    batch.context = {"исполнитель ": values}
    assert asked_columns(judge) == ("исполнитель ",)
    ((_, columns),) = judge_batches([batch], judge, ["nlp_topic"])
    assert columns["nlp_topic"] == expected_topics(model, kept_back)


def test_classify_goes_on_without_the_column_and_says_so_once(
    model: Classifier, folder: Path, kept_back: list[dict[str, str]], run: Run, tmp_path: Path
) -> None:
    """Two tables of which one has the column, and a chat, which has none."""
    (tmp_path / "in").mkdir()
    full = write(tmp_path / "in" / "a.csv", kept_back)
    bare = write(tmp_path / "in" / "b.csv", kept_back * 3, leave_out=("Исполнитель",))
    chat = tmp_path / "in" / "result.json"
    chat.write_bytes((LABELLED.parent / "result.json").read_bytes())
    code, _, err = run("classify", full, bare, chat, "-o", tmp_path / "out.csv", "--model", folder)
    assert code in (0, 1)  # a picture in the chat has no text
    told = [line for line in err.splitlines() if "learned from" in line]
    assert told == [
        f"column 'исполнитель ', which the model learned from, is not in {file}: topics are decided by the text alone"
        for file in (bare, chat)
    ]
    topics = [row["nlp_topic"] for row in written(tmp_path / "out.csv")]
    plain = model.classify_columns([row["Текст"] for row in kept_back])["nlp_topic"]
    assert topics[: len(kept_back) * 4] == [*expected_topics(model, kept_back), *plain * 3]


def test_train_and_evaluate_with_columns(
    export: Path, kept_back: list[dict[str, str]], run: Run, tmp_path: Path
) -> None:
    other = write(tmp_path / "ещё.csv", kept_back, leave_out=("Ветка",))
    both = ["--context-column", "Исполнитель", "--context-column", "ветка"]
    code, out, _ = run("train", export, other, "-o", tmp_path / "модель", "--topic-column", "Тема", *both)
    assert code == 0
    assert "columns 'Исполнитель', 'ветка', " in out
    assert f"column 'ветка' is not in {other}: its messages count without it" in out
    model = appealnlp.load(tmp_path / "модель")
    assert model.context_columns == ("Исполнитель", "ветка")
    assert "'Исполнитель', 'ветка'" in (tmp_path / "модель" / "README.md").read_text(encoding="utf-8")
    assert "columns  Исполнитель, ветка" in run("info", tmp_path / "модель")[1]
    call = ["evaluate", other, "--model", tmp_path / "модель", "--topic-column", "Тема"]
    code, out, err = run(*call)
    assert code == 0
    note = f"column 'ветка', which the model learned from, is not in {other}: topics are decided without it"
    assert err.splitlines() == [note]
    assert note not in out
    code, out, err = run(*call, "--json", "-")
    assert json.loads(out)["notes"] == [note]
    assert err.splitlines() == [note]


def test_corrections_and_fixed_labels_go_with_columns(
    export: Path, rows: list[dict[str, str]], run: Run, tmp_path: Path
) -> None:
    with (tmp_path / "просмотр.csv").open("w", encoding="utf-8", newline="") as file:
        corrected = [[rows[at]["Текст"], rows[at]["Тема"], ""] for at in range(4)]
        csv.writer(file).writerows([["text", RIGHT_TOPIC[0], RIGHT_URGENCY[0]], *corrected])
    with (tmp_path / "проверка.csv").open("w", encoding="utf-8", newline="") as file:
        fixed = [export.name, 12, row_key(duplicate_key(rows[10]["Текст"])), "удалить"]
        csv.writer(file).writerows([[FILE[0], ROW[0], KEY[0], RIGHT_LABEL[0], "text"], [*fixed, rows[10]["Текст"]]])
    sheets = ["--corrections", tmp_path / "просмотр.csv", "--labels-fixed", tmp_path / "проверка.csv"]
    call = ["train", export, "-o", tmp_path / "модель", "--topic-column", "Тема", "--context-column", "Исполнитель"]
    code, out, _ = run(*call, *sheets)
    assert code == 0
    assert "corrected messages (4)" in out
    assert "1 rows dropped" in out
    assert appealnlp.load(tmp_path / "модель").context_columns == ("Исполнитель",)


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (["Отдел"], "column 'Отдел': there is no such column. Columns seen: 'Текст', 'Тема', 'Исполнитель', 'Ветка'"),
        (["тема"], "labels"),
        (["Текст"], "message"),
        (["Ветка", "ветка"], "twice"),
    ],
)
def test_columns_that_cannot_be_learned_from(
    export: Path, run: Run, tmp_path: Path, columns: list[str], what: str
) -> None:
    options = [part for column in columns for part in ("--context-column", column)]
    code, out, err = run("train", export, "-o", tmp_path / "модель", "--topic-column", "Тема", *options)
    assert (code, out) == (2, "")
    assert what in err
    assert not list(tmp_path.iterdir())


def test_a_base_whose_columns_are_not_named(folder: Path, export: Path, run: Run, tmp_path: Path) -> None:
    call = ["train", export, "-o", tmp_path / "модель", "--topic-column", "Тема", "--base", folder]
    code, out, _ = run(*call)
    assert code == 0
    assert "--context-column 'исполнитель '" in out
    assert appealnlp.load(tmp_path / "модель").context_columns == ()
    appealnlp.train(export, tmp_path / "другая", topic_column="Тема", base=folder, context_columns="Исполнитель")
    assert appealnlp.load(tmp_path / "другая").manifest["context_columns"] == ["Исполнитель"]
