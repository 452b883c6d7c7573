"""Models of own labels, from a file to a folder: what they know, what they say about themselves, the same bytes."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import appealnlp
from appealnlp.bundle import read_bundle
from appealnlp.classifier import Classifier
from appealnlp.errors import InputError, OutputError
from appealnlp.training import own, tune
from appealnlp.training.examples import Examples, LabelColumns, read_examples
from appealnlp.training.measure import measure
from appealnlp.training.own import Learned, improve, learn, save
from appealnlp.training.vectors import WordVectors
from appealnlp.urgency.scale import TITLES_RU

ROOT = Path(__file__).resolve().parents[1]
LABELLED = ROOT / "data" / "samples" / "labelled.csv"
NOTHING = WordVectors({}, np.zeros((1, 1), np.float32), [])


@pytest.fixture(scope="module", autouse=True)
def small_default(tiny_folder: Path) -> Iterator[None]:
    """The small model of the tests stands for the default one, and no word vectors: a run takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "default_model", lambda: tiny_folder)
        patch.setattr(own, "load_word_vectors", lambda: NOTHING)
        yield


@pytest.fixture(scope="module")
def one_level() -> Learned:
    return learn(read_examples([LABELLED], LabelColumns("group")), auto_accuracy=0.5)


@pytest.fixture(scope="module")
def two_levels() -> Learned:
    """Topics are the groups of the samples, groups their first letter; levels in Russian."""
    examples = read_examples([LABELLED], LabelColumns("group", urgency="urgency"))
    examples.groups = [f"буква {topic[0]}" for topic in examples.topics]
    examples.levels = [TITLES_RU[level] for level in examples.levels]
    return learn(examples, auto_accuracy=0.8)


@pytest.fixture(scope="module")
def folder(two_levels: Learned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "своя"
    save(two_levels, path, date="2026-01-31")
    return path


def test_what_was_learned_is_known(folder: Path, two_levels: Learned) -> None:
    examples = read_examples([LABELLED], LabelColumns("group"))
    model = appealnlp.load(folder)
    columns = model.classify_columns(examples.texts)
    right = [given == true for given, true in zip(columns["nlp_topic"], examples.topics, strict=True)]
    assert np.mean(right) > 0.8
    assert columns["nlp_topic"] == columns["nlp_topic_title"]
    assert all(
        group == f"буква {topic[0]}" for topic, group in zip(columns["nlp_topic"], columns["nlp_group"], strict=True)
    )
    plain = [model.classify(text) for text in examples.texts[:40]]
    assert [one.topic for one in plain] == columns["nlp_topic"][:40]
    assert [one.urgency for one in plain] == columns["nlp_urgency"][:40]


def test_held_out_figures_say_less_than_the_training_rows(folder: Path, two_levels: Learned) -> None:
    figures = two_levels.evaluation.figures
    assert figures.topic is not None
    assert figures.group is not None
    most = max(one.support for one in figures.topic.labels) / figures.topic.messages
    seen = measure(appealnlp.load(folder), read_examples([LABELLED], LabelColumns("group"))).figures.topic
    assert seen is not None
    assert most + 0.1 < figures.topic.accuracy < seen.accuracy
    assert figures.group.accuracy >= figures.topic.accuracy
    assert figures.messages == len(two_levels.choice.positions) == len(two_levels.judged.topic)


def test_one_level_routes_by_the_topic(one_level: Learned) -> None:
    figures = one_level.evaluation.figures
    assert figures.group is None
    assert figures.routing is not None
    assert figures.routing.level == "topic"
    judged = one_level.judged
    assert np.array_equal(judged.topic, judged.probabilities.argmax(axis=1))
    assert np.array_equal(judged.group_confidence, judged.confidence)


def test_one_level_end_to_end(one_level: Learned, tmp_path: Path, sample_texts: list[str]) -> None:
    save(one_level, tmp_path / "model")
    model = appealnlp.load(tmp_path / "model")
    decision = model.decide(sample_texts)
    assert np.array_equal(decision.topic, model.probabilities(sample_texts).argmax(axis=1))
    assert np.array_equal(decision.confidence, decision.group_confidence)
    assert 0 < decision.review.mean() < 1
    assert set(model.classify_columns(sample_texts)["nlp_group"]) == {""}


def test_urgency_kind_and_flag_are_those_of_the_default_model(
    one_level: Learned, tiny_model: Classifier, tmp_path: Path, sample_texts: list[str]
) -> None:
    """Up to rounding, and up to what the topic adds to the urgency."""
    save(one_level, tmp_path / "model")
    model = appealnlp.load(tmp_path / "model")
    texts = [*sample_texts, *(f"{text} {text}" for text in sample_texts[:50]), "совсем незнакомое слово", "5"]
    ours, theirs = (
        np.concatenate([one._heads.outputs(chunk.sums) for chunk in one._scorer.score_many(texts)])
        for one in (model, tiny_model)
    )
    assert model._heads.direct == len(model.taxonomy.topics)
    ours, theirs = ours[:, model._heads.first_level :], theirs[:, tiny_model._heads.first_level :]
    assert np.abs(ours - theirs).max() < 0.02 * np.abs(theirs).max()
    mine, other = model.decide(texts), tiny_model.decide(texts)
    assert np.mean(mine.kind == other.kind) > 0.99
    assert np.mean(mine.vulnerable == other.vulnerable) > 0.99
    assert np.mean(mine.urgency == other.urgency) > 0.85
    assert one_level.model.heads.context.by_topic.std(axis=0).min() > 0


def test_own_levels_are_learned_and_measured(folder: Path, two_levels: Learned, samples: list[dict[str, Any]]) -> None:
    given = appealnlp.load(folder).classify_columns([sample["text"] for sample in samples])["nlp_urgency"]
    assert np.mean([one == sample["urgency"] for one, sample in zip(given, samples, strict=True)]) > 0.8
    figures = two_levels.evaluation.figures.urgency
    assert figures is not None
    assert 40 < figures.messages < len(samples) / 3
    assert 0.3 < figures.accuracy < 1


def test_levels_that_are_none() -> None:
    examples = read_examples([LABELLED], LabelColumns("group", urgency="kind"))
    with pytest.raises(InputError, match="urgency column holds"):
        learn(examples)


def test_the_folder_says_how_it_was_made(folder: Path, two_levels: Learned) -> None:
    manifest = read_bundle(folder).manifest
    assert (manifest["name"], manifest["date"], manifest["auto_accuracy"]) == ("своя", "2026-01-31", 0.8)
    assert manifest["version"] == appealnlp.__version__
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert figures == json.loads(json.dumps(two_levels.evaluation.figures.as_dict()))
    assert manifest["figures"]["topic"]["accuracy"] == figures["topic"]["accuracy"]
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{figures['topic']['accuracy']:.1%}" in card
    for name in two_levels.choice.left_out:
        assert name in card


def test_messages_of_topics_left_out_count_as_errors() -> None:
    examples = read_examples([LABELLED], LabelColumns("group"))
    for number in range(3):
        examples.add(f"Редкое сообщение про марсианские каналы {number}", "редкая тема")
    figures = learn(examples).evaluation.figures.topic
    assert figures is not None
    assert figures.unknown_labels == {"редкая тема": 3}
    assert next(one for one in figures.labels if one.label == "редкая тема").recall == 0


def digest(folder: Path) -> str:
    return "".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir()))


def test_the_same_data_give_the_same_bytes(folder: Path, tmp_path: Path, tiny_folder: Path) -> None:
    """In another process, with another seed of hashes and more threads."""
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}, {str(ROOT / 'src')!r}]\n"
        "from pathlib import Path; import test_training_own as t\n"
        f"t.own.default_model = lambda: Path({str(tiny_folder)!r}); t.own.load_word_vectors = lambda: t.NOTHING\n"
        f"t.save(t.two_levels.__wrapped__(), {str(tmp_path / 'своя')!r}, date='2026-01-31')"
    )
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "3")
    environment = {**os.environ, **threads, "PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "своя") == digest(folder)


def test_what_is_no_model_is_not_overwritten_and_told_first(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("…", encoding="utf-8")
    with pytest.raises(OutputError, match="not a model"):
        appealnlp.train(tmp_path / "gone.csv", tmp_path, topic_column="group")


def test_an_interruption_leaves_the_old_model(folder: Path, tmp_path: Path, tiny_folder: Path) -> None:
    before = digest(folder)
    inside = sorted(folder.parent.iterdir())

    def stop(what: str, done: int, total: int) -> None:
        if what == "topics" and done > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        appealnlp.train(LABELLED, folder, topic_column="group", progress=stop)
    assert digest(folder) == before
    assert sorted(folder.parent.iterdir()) == inside


@pytest.mark.parametrize("accuracy", [0.0, 0.4, 1.0, 95])
def test_an_accuracy_that_is_none(accuracy: float) -> None:
    with pytest.raises(InputError, match="share from"):
        learn(Examples(), auto_accuracy=accuracy)


def test_progress_goes_up_to_its_end(two_levels: Learned) -> None:
    seen: list[tuple[str, int, int]] = []
    learn(read_examples([LABELLED], LabelColumns("group")), progress=lambda *step: seen.append(step))
    topics = [(done, total) for what, done, total in seen if what == "topics"]
    assert topics == sorted(topics)
    assert topics[-1][0] == topics[-1][1]


# Search


def test_a_search_keeps_what_was_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "_candidates", lambda: tune_candidates)
    learned = learn(read_examples([LABELLED], LabelColumns("group")), search=True)
    assert len(learned.trials) == 3
    (best,) = [trial for trial in learned.trials if trial.chosen]
    assert best.score == max(trial.score for trial in learned.trials)
    assert learned.trials[2].accuracy < 0.3  # without any feature but word vectors, which are none here
    assert learned.recipe.features != ()


tune_candidates = [
    tune._candidates()[0][:1],
    [("features: none", lambda recipe: own.replace(recipe, features=()))],
]


# On the base of another model


def mapped(rows: Sequence[dict[str, Any]], change: dict[str, str]) -> Examples:
    examples = Examples()
    for row in rows:
        examples.add(row["text"], change.get(row["topic"], row["topic"]))
    return examples


def test_local_labels_move_the_base(tiny_model: Classifier, samples: list[dict[str, Any]], tmp_path: Path) -> None:
    """An office that files one topic under another: the improved model learns to do so, the base does not know."""
    codes = set(tiny_model.taxonomy.codes)
    usable = [sample for sample in samples if sample["topic"] in codes]
    names = sorted({sample["topic"] for sample in usable})
    half = len(names) // 2
    change = dict(zip(names[:half], names[half : 2 * half], strict=True))
    examples = mapped([{**sample, "text": f"{sample['text']} {n}"} for sample in usable for n in range(3)], change)
    learned = improve(examples, tiny_model)
    assert learned.strength is not None
    assert learned.strength < 1000
    save(learned, tmp_path / "model")
    better = measure(appealnlp.load(tmp_path / "model"), examples).figures.topic
    base = measure(tiny_model, examples).figures.topic
    assert better is not None
    assert base is not None
    assert better.accuracy > base.accuracy + 0.1
    assert read_bundle(tmp_path / "model").manifest["base"].startswith("tiny")


def test_the_base_stays_where_labels_say_nothing(tiny_model: Classifier, samples: list[dict[str, Any]]) -> None:
    codes = list(tiny_model.taxonomy.codes)
    examples = Examples()
    random = np.random.default_rng(3)
    for number, sample in enumerate(samples[:150]):
        examples.add(f"{sample['text']} {number}", codes[int(random.integers(len(codes)))])
    learned = improve(examples, tiny_model)
    assert learned.strength == np.inf
    heads, old = learned.model.heads, tiny_model._heads
    for chunk in tiny_model._scorer.score_many([sample["text"] for sample in samples]):
        units = old.outputs(chunk.sums)[:, : old.hidden]
        assert np.mean(heads.layer.logits(units).argmax(axis=1) == old.layer.logits(units).argmax(axis=1)) > 0.99
    assert any("beyond noise" in note for note in learned.notes)


def test_a_base_takes_no_further_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="goes without a base"):
        appealnlp.train(LABELLED, tmp_path / "m", topic_column="topic", base="default", urgency_column="urgency")


def test_rows_of_a_csv_with_own_numbers(tmp_path: Path) -> None:
    """A column of numbers is a column of labels."""
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "code"])
        writer.writerows([f"{'яма на дороге' if n % 2 else 'снег во дворе'} {n}", 100 + n % 2] for n in range(60))
    trained = appealnlp.train(tmp_path / "a.csv", tmp_path / "model", topic_column="code")
    assert trained.learned.model.taxonomy.codes == ("100", "101")
    assert appealnlp.load(tmp_path / "model").classify("большая яма").topic == "101"


@pytest.mark.parametrize("coverage", [0.6, 0.9])
def test_a_set_of_topics(folder: Path, coverage: float) -> None:
    model = appealnlp.load(folder)
    for text in ("Нет отопления третий день", "Яма", "абырвалг"):
        result = model.classify(text, coverage=coverage)
        assert result.topic in {one.topic for one in result.topic_set}
        probabilities = [one.probability for one in result.topic_set]
        assert probabilities[:-1] == sorted(probabilities[:-1], reverse=True)
        assert model.classify(text).topic_set == ()
        wider = model.classify(text, coverage=0.99).topic_set
        assert {one.topic for one in result.topic_set} <= {one.topic for one in wider}


@pytest.mark.parametrize("coverage", [0, 1, -1, 90])
def test_a_coverage_that_is_none(folder: Path, coverage: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        appealnlp.load(folder).classify("Яма", coverage=coverage)


def test_a_set_of_a_model_without_quantiles() -> None:
    model = appealnlp.load(ROOT / "tests" / "golden" / "format_1" / "model")
    with pytest.raises(appealnlp.ModelError, match="train it again"):
        model.classify("Яма", coverage=0.9)
