from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import appealnlp
from appealnlp.bundle import write_bundle
from appealnlp.cli import main
from appealnlp.errors import InputError, ModelError
from appealnlp.training.drift import Profile, compare, drift, profile
from appealnlp.training.drift import _unknown_words as unknown_words

BEFORE = Profile(5_000, 0.05, 0.08, 0.6, 0.25, 0.3, {"вода": 2500, "дороги": 1500, "свет": 950, "редкое": 50})


def drawn(seed: int, messages: int, topics: dict[str, float], **other: float) -> Profile:
    """A profile of so many messages, drawn at random around the given means."""
    draw = np.random.default_rng(seed)
    counts = draw.multinomial(messages, list(topics.values()))
    mean = {"unknown_words": 0.05, "confidence": 0.6, "review": 0.3, **other}
    return Profile(
        messages,
        float(draw.normal(mean["unknown_words"], 0.08, messages).mean()),
        0.08,
        float(draw.normal(mean["confidence"], 0.25, messages).mean()),
        0.25,
        float(draw.binomial(messages, mean["review"]) / messages),
        dict(zip(topics, counts.tolist(), strict=True)),
    )


SAME = {"вода": 0.5, "дороги": 0.3, "свет": 0.19, "редкое": 0.01}


@pytest.mark.parametrize("messages", [50, 300, 3_000])
def test_the_same_distribution_raises_hardly_ever_an_alarm(messages: int) -> None:
    verdicts = [compare(BEFORE, drawn(seed, messages, SAME), {}).verdict for seed in range(300)]
    assert verdicts.count("retrain") == 0
    assert verdicts.count("look") <= 3


def test_many_topics_and_few_messages_raise_no_alarm() -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(200))
    names = {f"t{number}": float(share) for number, share in enumerate(shares)}
    before = replace(BEFORE, topics={name: round(share * 5_000) for name, share in names.items()})
    verdicts = [compare(before, drawn(seed, 100, names), {}).verdict for seed in range(200)]
    assert verdicts.count("stable") >= 198


@pytest.mark.parametrize(
    ("topics", "other", "verdict", "changed"),
    [
        ({"вода": 0.1, "дороги": 0.1, "свет": 0.8}, {}, "retrain", {"topics": "retrain"}),
        ({"вода": 0.65, "дороги": 0.18, "свет": 0.17}, {}, "look", {"topics": "look"}),
        (SAME, {"confidence": 0.5}, "retrain", {"confidence": "retrain"}),
        (SAME, {"confidence": 0.565}, "look", {"confidence": "look"}),
        (SAME, {"unknown_words": 0.15}, "retrain", {"words": "retrain"}),
        (SAME, {"review": 0.5}, "retrain", {"review": "retrain"}),
        (SAME, {"confidence": 0.8, "unknown_words": 0.01, "review": 0.1}, "stable", {}),
    ],
)
def test_what_changed_is_told(
    topics: dict[str, float], other: dict[str, float], verdict: str, changed: dict[str, str]
) -> None:
    found = compare(BEFORE, drawn(1, 3_000, topics, **other), {})
    assert (found.verdict, found.changed) == (verdict, changed)


def test_the_topics_that_moved_most_come_first() -> None:
    found = compare(BEFORE, drawn(1, 3_000, {"вода": 0.1, "свет": 0.8, "новое": 0.1}), {"свет": "Нет света"})
    first = found.shifts[0]
    assert (first.topic, first.title, first.before) == ("свет", "Нет света", pytest.approx(0.19))
    assert first.now == pytest.approx(0.8, abs=0.03)
    assert {"вода", "новое"} <= {one.topic for one in found.shifts}


def test_a_few_messages_do_not_tell() -> None:
    found = compare(BEFORE, drawn(1, 49, {"новое": 1.0}), {})
    assert (found.verdict, found.changed) == ("too few", {})
    assert "49" in found.lines("ru")[0]


@pytest.mark.parametrize(
    ("topics", "russian", "english"),
    [
        (SAME, "Переобучать не пора", "No need to retrain:"),
        ({"свет": 1.0}, "Пора переобучать", "Time to retrain"),
    ],
)
def test_the_verdict_in_words(topics: dict[str, float], russian: str, english: str) -> None:
    found = compare(BEFORE, drawn(1, 300, topics), {})
    assert found.lines("ru")[0].startswith(russian)
    assert found.lines("en")[0].startswith(english)
    assert ("изменилось" in "".join(found.lines("ru"))) == (found.verdict == "retrain")


def test_words_that_the_lexicon_does_not_know_count(tiny_model: Any) -> None:
    texts = ["отопление", "отопление бубурдякнуло 2025", "", "2025 12", "пыжлец, бубурдяк!"]
    shares = unknown_words(tiny_model._scorer, texts)
    assert shares[:2].tolist() == [0.0, 0.5]
    assert np.isnan(shares[2:4]).all()
    assert shares[4] == 1.0


@pytest.fixture
def referenced(tiny_model: Any, tiny_parts: Any, sample_texts: list[str], tmp_path: Path) -> Callable[[Any], Path]:
    """Writes the small model with a profile of its training messages."""
    manifest, files = tiny_parts

    def write(entry: Any) -> Path:
        write_bundle(tmp_path / "model", {**manifest, "reference": entry}, files)
        return tmp_path / "model"

    return write


@pytest.fixture
def export(tmp_path: Path, sample_texts: list[str]) -> Callable[[list[str]], Path]:
    def write(texts: list[str]) -> Path:
        rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
        (tmp_path / "new.jsonl").write_text("\n".join(rows), encoding="utf-8")
        return tmp_path / "new.jsonl"

    return write


def test_an_export_like_the_training_messages(
    tiny_model: Any, referenced: Callable[[Any], Path], export: Callable[[list[str]], Path], sample_texts: list[str]
) -> None:
    folder = referenced(profile(tiny_model, sample_texts).as_dict())
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(sample_texts))[:150]
        found = appealnlp.drift(export([sample_texts[at] for at in order] + [" "]), reference=folder)
        assert (found.verdict, found.now.messages, found.without_text) == ("stable", 150, 1)


def test_an_export_with_new_words_and_other_topics(
    tiny_model: Any, referenced: Callable[[Any], Path], export: Callable[[list[str]], Path], sample_texts: list[str]
) -> None:
    folder = referenced(profile(tiny_model, sample_texts).as_dict())
    texts = [f"Кикбурлык пыхтует шмурдяк номер {number}, замундили брюкву" for number in range(100)]
    found = drift(export(texts), reference=folder)
    assert found.verdict == "retrain"
    assert {"words", "topics"} <= set(found.changed)
    assert found.now.unknown_words > 0.4


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return int(str(left.value.code or 0))


def test_the_command(
    tiny_model: Any,
    referenced: Callable[[Any], Path],
    export: Callable[[list[str]], Path],
    sample_texts: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, new = referenced(profile(tiny_model, sample_texts).as_dict()), export(sample_texts)
    assert call("evaluate", new, "--reference", folder, "--json", tmp_path / "out.json") == 0
    assert capsys.readouterr().out.startswith("Переобучать не пора")
    figures = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert figures["verdict"] == "stable"
    assert figures["before"]["messages"] == figures["now"]["messages"] == len(sample_texts)
    assert call("evaluate", new, "--reference", folder, "--json", "-", "--language", "en") == 0
    assert json.loads(capsys.readouterr().out) == figures


@pytest.mark.parametrize("entry", [None, {}, {"messages": 3}, "x"])
def test_a_model_without_a_profile_is_refused(
    referenced: Callable[[Any], Path], export: Callable[[list[str]], Path], entry: Any
) -> None:
    with pytest.raises(ModelError, match="train it again with this version"):
        drift(export(["Нет воды"]), reference=referenced(entry))


def test_an_export_without_text_is_refused(
    tiny_model: Any, referenced: Callable[[Any], Path], export: Callable[[list[str]], Path], sample_texts: list[str]
) -> None:
    folder = referenced(profile(tiny_model, sample_texts[:20]).as_dict())
    with pytest.raises(InputError, match="none of the 2 rows has a text"):
        drift(export(["", " "]), reference=folder)


def test_labels_and_a_reference_do_not_go_together(export: Callable[[list[str]], Path]) -> None:
    assert call("evaluate", export(["Нет воды"]), "--reference", "default", "--topic-column", "topic") == 2
