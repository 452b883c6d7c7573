from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appealnlp import preprocess
from appealnlp.context import RULE_UNIT
from appealnlp.heads import KINDS
from appealnlp.scores import Scorer, Sums
from appealnlp.taxonomy import Taxonomy, Topic
from appealnlp.training import build
from appealnlp.training.build import Labelled, Model, Recipe, UrgencyLabels, as_files, train_model
from appealnlp.training.lexicon import MINIMUM_MESSAGES
from appealnlp.training.network import NetworkSettings
from appealnlp.training.vectors import WordVectors
from appealnlp.urgency.concepts import CONCEPTS
from appealnlp.urgency.find import find
from appealnlp.urgency.hazards import RULE_NUMBERS
from appealnlp.urgency.scale import LEVELS
from conftest import coarse_topic

ROOT = Path(__file__).resolve().parents[1]


def digest(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return json.dumps([manifest, sums], sort_keys=True)


def test_the_same_data_give_the_same_bytes_in_another_process(tiny_trained: Model) -> None:
    """Another seed of Python's hashes, so that no order of a set leaks into the model."""
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}, {str(ROOT / 'src')!r}]\n"
        "from conftest import train_small; from test_training_build import as_files, digest\n"
        "sys.stdout.write(digest(*as_files(train_small())))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == digest(*as_files(tiny_trained))


@pytest.fixture(scope="module")
def judged(tiny_trained: Model, samples: list[dict[str, Any]]) -> list[tuple[str, str, str, bool]]:
    """Topic, urgency, kind and flag that the small model gives the messages it was trained on."""
    scorer, heads = Scorer(tiny_trained.lexicon, tiny_trained.weights, lambda lemma: 0), tiny_trained.heads
    decisions = [heads.decide(scorer.score(sample["text"])) for sample in samples]
    return [
        (
            tiny_trained.taxonomy.topics[int(one.topic[0])].code,
            LEVELS[int(one.urgency[0])],
            KINDS[int(one.kind[0])],
            bool(one.vulnerable[0]),
        )
        for one in decisions
    ]


def test_what_was_learned_is_known(
    judged: list[tuple[str, str, str, bool]], samples: list[dict[str, Any]], taxonomy: Taxonomy
) -> None:
    share = len(samples)
    assert (
        sum(one[0] == coarse_topic(taxonomy, sample["topic"]) for one, sample in zip(judged, samples, strict=True))
        > 0.8 * share
    )
    for place, name in enumerate(("urgency", "kind"), 1):
        most = Counter(sample[name] for sample in samples).most_common(1)[0][1]
        right = sum(one[place] == sample[name] for one, sample in zip(judged, samples, strict=True))
        assert right > most + 0.3 * (share - most), name
    flags = [(one[3], bool(sample["vulnerable"])) for one, sample in zip(judged, samples, strict=True)]
    assert sum(given and true for given, true in flags) > 0.8 * sum(true for _, true in flags)
    assert sum(given and not true for given, true in flags) < 0.1 * share


def test_topics_of_a_group_are_neighbours_and_only_learned_ones_are_kept(
    tiny_trained: Model, samples: list[dict[str, Any]], taxonomy: Taxonomy
) -> None:
    codes = tiny_trained.taxonomy.codes
    assert set(codes) == {coarse_topic(taxonomy, sample["topic"]) for sample in samples}
    groups = [code.partition(".")[0] for code in codes]
    assert len(list(dict.fromkeys(groups))) == len(
        [one for one, before in zip(groups, [None, *groups], strict=False) if one != before]
    )
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    assert tiny_trained.heads.topic_groups.tolist() == [numbers[group] for group in groups]


def test_rules_find_the_lemmas_they_ask_for(tiny_trained: Model) -> None:
    wanted = {lemma for lemmas in CONCEPTS.values() for lemma in lemmas if not lemma.endswith("*")}
    assert wanted <= set(tiny_trained.lexicon.lemmas)


def test_calibration_is_finite_and_the_threshold_a_probability(tiny_trained: Model) -> None:
    assert 0.02 < tiny_trained.heads.calibration.temperature < 20
    assert 0 < tiny_trained.heads.review_below < 1


def test_every_learned_lemma_was_in_five_messages(tiny_trained: Model, sample_texts: list[str]) -> None:
    from conftest import make_word_vectors

    counts = Counter(lemma for text in set(sample_texts) for lemma in set(preprocess(text).lemmas))
    asked = {lemma for lemmas in CONCEPTS.values() for lemma in lemmas} | set(make_word_vectors(sample_texts).common)
    rare = [lemma for lemma in tiny_trained.lexicon.lemmas if lemma not in asked and counts[lemma] < MINIMUM_MESSAGES]
    assert rare == []


# A toy problem small enough to look inside

WORDS = {
    "roads.hole": "яма дорога асфальт",
    "roads.snow": "снег лед сугроб",
    "water.none": "вода кран труба",
    "water.dirty": "ржавчина запах цвет",
}
TOY = Taxonomy(
    tuple(Topic(code, code, code.partition(".")[0], "Группа", "…", "routine") for code in [*WORDS, "water.unused"])
)
VECTORS = WordVectors({}, np.zeros((1, 4), np.float32), [])
SETTINGS = NetworkSettings(hidden=8, epochs=40, batch=16, learning_rate=0.03, word_dropout=0.0, hidden_dropout=0.0)


def toy_texts() -> tuple[list[str], list[str]]:
    draw = np.random.default_rng(6)
    topics = [code for code in WORDS for _ in range(30)]
    texts = [
        " ".join(
            [
                *draw.permutation(WORDS[code].split())[:2],
                *draw.permutation(["наш", "дом", "двор", "улица", "город"])[:2],
                str(number),
            ]
        )
        for number, code in enumerate(topics)
    ]
    return texts, topics


def train_toy(**changes: Any) -> Model:
    texts, topics = toy_texts()
    urgency = UrgencyLabels(
        texts,
        [
            "urgent" if topic == "water.none" else "none" if "город" in text else "routine"
            for topic, text in zip(topics, texts, strict=True)
        ],
        ["question" if "улица" in text else "proposal" if "дом" in text else "problem" for text in texts],
        ["двор" in text for text in texts],
    )
    options = {
        "examples": Labelled(texts, topics),
        "urgency": urgency,
        "vectors": VECTORS,
        "recipe": Recipe(network=SETTINGS, folds=2, doubtful=0.0),
        **changes,
    }
    return train_model(TOY, **options)


def test_whole_numbers_say_what_the_network_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model in whole numbers, scored word by word, against the network on its own matrix."""
    kept: list[Any] = []
    fit_network = build.fit_network

    def remember(matrix: Any, vectors: Any, *rest: Any) -> Any:
        kept[:] = [fit_network(matrix, vectors, *rest), matrix, vectors]
        return kept[0]

    monkeypatch.setattr(build, "fit_network", remember)
    texts, _ = toy_texts()
    draw = np.random.default_rng(8)
    lemmas = sorted({lemma for text in texts for lemma in preprocess(text).lemmas})
    vectors = WordVectors(
        {lemma: row for row, lemma in enumerate(lemmas)}, draw.standard_normal((len(lemmas), 5)).astype(np.float32), []
    )
    model = train_toy(vectors=vectors)
    net, matrix, summed = kept
    assert matrix.shape[0] == len(texts)
    scorer = Scorer(model.lexicon, model.weights, lambda lemma: 0)
    sums = [scorer.score(text) for text in texts]
    outputs = np.concatenate([model.heads.outputs(one) for one in sums])
    hidden = net.hidden(matrix, summed)
    assert np.abs(outputs[:, : model.heads.hidden] - hidden).max() < 0.01 * np.abs(hidden).max()
    logits = net.logits(matrix, summed)
    assert (
        np.abs(model.heads.layer.logits(outputs[:, : model.heads.hidden]) - logits).max() < 0.02 * np.abs(logits).max()
    )


def test_a_toy_problem_is_learned_whole() -> None:
    model = train_toy()
    assert model.taxonomy.codes == tuple(WORDS)
    scorer = Scorer(model.lexicon, model.weights, lambda lemma: 0)

    def judge(text: str) -> tuple[str, str, str, bool]:
        one = model.heads.decide(scorer.score(text))
        return (
            model.taxonomy.codes[int(one.topic[0])],
            LEVELS[int(one.urgency[0])],
            KINDS[int(one.kind[0])],
            bool(one.vulnerable[0]),
        )

    assert judge("дорога, асфальт, наш город") == ("roads.hole", "none", "problem", False)
    assert judge("сугроб и лёд, двор") == ("roads.snow", "routine", "problem", True)
    assert judge("труба, кран, улица") == ("water.none", "urgent", "question", False)
    assert judge("запах и цвет, дом") == ("water.dirty", "routine", "proposal", False)


def test_topic_marks_and_rules_are_learned_from(tiny_trained: Model, samples: list[dict[str, Any]]) -> None:
    context = tiny_trained.heads.context
    fired = {RULE_NUMBERS[one.rule] for sample in samples for one in find(preprocess(sample["text"]))}
    assert fired and context.by_rule[sorted(fired)].any(axis=1).all()
    assert not np.delete(context.by_rule, sorted(fired), axis=0).any()
    assert (context.by_rule * RULE_UNIT == np.rint(context.by_rule * RULE_UNIT)).all()
    assert context.by_topic.any(axis=0).all() and context.by_mark.any(axis=0).all()


def test_a_student_takes_the_place_of_its_teachers_with_their_opinion_and_short_rows() -> None:
    texts, topics = toy_texts()
    teachers = Recipe(network=SETTINGS, folds=2, linear=4.0)
    large = train_toy(recipe=teachers)
    told: list[tuple[int, int]] = []
    small = train_toy(
        recipe=replace(teachers, student=replace(SETTINGS, epochs=20, word_dropout=0.5)),
        progress=lambda what, done, total: told.append((done, total)) if what == "topics" else None,
    )
    assert large.heads.direct == len(WORDS) and small.heads.direct == 0
    assert len(small.heads.scale) == len(large.heads.scale) - len(WORDS)
    codes = np.array(small.taxonomy.codes)
    scorer = Scorer(small.lexicon, small.weights, lambda lemma: 0)
    given = codes[[int(small.heads.decide(scorer.score(text)).topic[0]) for text in texts]]
    assert (given == topics).mean() > 0.95
    assert (small.held_out.logits.argmax(axis=1) == small.held_out.truth).mean() > 0.9
    done = [one for one, _ in told]
    assert done == sorted(done) and done[-1] == told[-1][1]


def test_levels_and_kinds_that_were_never_seen_are_never_given() -> None:
    model = train_toy()
    draw = np.random.default_rng(1)
    outputs = len(model.heads.scale)
    totals = draw.integers(-3000, 3000, (200, outputs), dtype=np.int32)
    totals[:, [8 + LEVELS.index("emergency"), 8 + len(LEVELS) + KINDS.index("thanks")]] = 0
    decision = model.heads.decide(Sums(totals, np.full(200, 10_000)))
    assert LEVELS.index("emergency") not in decision.urgency
    assert KINDS.index("thanks") not in decision.kind


@pytest.mark.parametrize(
    ("levels", "kinds", "flags"),
    [(2, 3, 2), (3, 2, 2), (1, 3, 2), (3, 1, 2), (3, 3, 1)],
    ids=["two levels", "two kinds", "one level", "one kind", "nobody vulnerable"],
)
def test_few_levels_kinds_or_flags_are_enough(levels: int, kinds: int, flags: int) -> None:
    texts, topics = toy_texts()
    places = range(len(texts))
    urgency = UrgencyLabels(
        texts,
        [LEVELS[1 + list(WORDS).index(topic) % levels] for topic in topics],
        [KINDS[place % kinds] for place in places],
        [bool(place % flags) for place in places],
    )
    model = train_toy(urgency=urgency)
    scorer = Scorer(model.lexicon, model.weights, lambda lemma: 0)
    decisions = [model.heads.decide(scorer.score(text)) for text in texts]
    right = [LEVELS[int(one.urgency[0])] == level for one, level in zip(decisions, urgency.levels, strict=True)]
    assert sum(right) > 0.9 * len(texts)
    assert {KINDS[int(one.kind[0])] for one in decisions} <= set(urgency.kinds)
    assert {bool(one.vulnerable[0]) for one in decisions} <= set(urgency.vulnerable)


def test_the_threshold_holds_for_every_source() -> None:
    texts, topics = toy_texts()
    recipe = Recipe(network=SETTINGS, folds=2, doubtful=0.0, accuracy=0.8)
    names = np.array(["good"] * len(texts), object)
    names[::4] = "bad"
    wrong = list(topics)
    # The labels of the bad source are all of the other group: no threshold suffices.
    for place in range(0, len(texts), 4):
        wrong[place] = list(WORDS)[list(WORDS).index(topics[place]) - 2]
    fine = train_toy(examples=Labelled(texts, topics, None, ["good"] * len(texts)), recipe=recipe)
    both = train_toy(examples=Labelled(texts, wrong, None, names.tolist()), recipe=recipe)
    good = ["" if name == "bad" else "good" for name in names]
    unnamed = train_toy(examples=Labelled(texts, wrong, None, good), recipe=recipe)
    assert fine.heads.review_below <= 1
    assert both.heads.review_below > 1
    assert unnamed.heads.review_below <= 1


def test_weights_of_examples_matter() -> None:
    texts, topics = toy_texts()
    turned = [*texts, *texts]
    labels = [*topics, *("roads.snow" if topic == "roads.hole" else topic for topic in topics)]
    for first, second, expected in ((1.0, 0.05, "roads.hole"), (0.05, 1.0, "roads.snow")):
        weights = np.repeat([first, second], len(texts))
        model = train_toy(
            examples=Labelled(turned, labels, weights),
            recipe=Recipe(network=SETTINGS, folds=2, balance=0.0, doubtful=0.0),
        )
        scorer = Scorer(model.lexicon, model.weights, lambda lemma: 0)
        assert model.taxonomy.codes[int(model.heads.decide(scorer.score("яма дорога асфальт")).topic[0])] == expected


def test_no_training_text_is_in_the_files(tiny_trained: Model, sample_texts: list[str]) -> None:
    manifest, files = as_files(tiny_trained)
    everything = json.dumps(manifest, ensure_ascii=False).lower() + "".join(
        data.decode("utf-8") for name, data in files.items() if name.endswith(".txt")
    )
    for text in sample_texts:
        words = [token.text.lower() for token in preprocess(text).tokens]
        assert not any(" ".join(words[at : at + 4]) in everything for at in range(len(words) - 3))
