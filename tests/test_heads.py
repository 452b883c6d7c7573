from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appealnlp.context import MARKS, Context, level_costs, one_stage
from appealnlp.heads import HIGHEST_UNIT, HIGHEST_WEIGHT, KINDS, Calibration, Decision, Heads, TopicLayer, softmax
from appealnlp.scores import Sums
from appealnlp.training.build import Model
from appealnlp.urgency.scale import LEVELS

HIDDEN = 5
GROUPS = np.array([0, 0, 1, 1, 1, 2, 3])
OUTPUTS = HIDDEN + len(LEVELS) + len(KINDS) + 1


def make_heads(groups: np.ndarray = GROUPS, seed: int = 2, hidden: int = HIDDEN, doubt: bool = False) -> Heads:
    """Random heads whose units are about 1 for totals of about 1000, and whose topics get equal chances."""
    draw = np.random.default_rng(seed)
    topics, outputs = len(groups), hidden + doubt + len(LEVELS) + len(KINDS) + 1

    def normal(*shape: int, spread: float = 0.2) -> np.ndarray:
        return draw.normal(0, spread, shape).astype(np.float32)

    weights = np.rint(normal(hidden, topics, spread=60)).clip(-HIGHEST_WEIGHT, HIGHEST_WEIGHT)
    layer = TopicLayer(weights, 5e-3, np.full(topics, 0.02, np.float32), normal(topics))
    scale = draw.uniform(0.5, 1.5, outputs).astype(np.float32) * np.float32(2e-2)
    others = len(LEVELS) + len(KINDS) + 1
    bias = normal(outputs)
    context = Context(
        normal(topics, others, spread=0.3),
        one_stage() + normal(len(LEVELS) + 1, len(LEVELS), spread=0.05),
        normal(len(MARKS), others, spread=0.1),
        np.rint(normal(9, len(LEVELS), spread=60)) / 64,
        level_costs(0.2, 0.5),
    )
    return Heads(scale, bias, layer, groups, Calibration(1.7, -0.4, 0.3), 0.6, context)


def without_context(heads: Heads) -> Heads:
    """Only the words count."""
    context = heads.context
    silent = Context(
        np.zeros_like(context.by_topic),
        one_stage(),
        np.zeros_like(context.by_mark),
        np.zeros_like(context.by_rule),
        level_costs(0, 0),
    )
    return replace(heads, context=silent)


def make_sums(messages: int, seed: int = 1, outputs: int = OUTPUTS) -> Sums:
    draw = np.random.default_rng(seed)
    totals = draw.integers(-2000, 2000, (messages, outputs), dtype=np.int32)
    return Sums(totals, draw.integers(50, 400, messages))


def one_of(sums: Sums, row: int) -> Sums:
    return Sums(*(getattr(sums, field.name)[row : row + 1] for field in fields(Sums)))


def same(one: Decision, other: Decision) -> bool:
    """Equal to the last bit."""
    return all(
        getattr(one, field.name).tobytes() == getattr(other, field.name).tobytes()
        and getattr(one, field.name).dtype == getattr(other, field.name).dtype
        for field in fields(Decision)
    )


def rows_of(decision: Decision, rows: slice) -> Decision:
    return Decision(*(getattr(decision, field.name)[rows] for field in fields(Decision)))


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_a_message_alone_is_decided_as_in_a_batch(seed: int, messages: int) -> None:
    heads, sums = make_heads(seed=seed), make_sums(messages, seed)
    together = heads.decide(sums)
    for row in range(messages):
        assert same(heads.decide(one_of(sums, row)), rows_of(together, slice(row, row + 1)))


@pytest.mark.parametrize(("topics", "hidden"), [(132, 128), (35, 16), (200, 127), (1, 1)])
def test_also_with_many_topics_and_units(topics: int, hidden: int) -> None:
    heads = make_heads(np.sort(np.arange(topics) % 19), seed=topics, hidden=hidden)
    sums = make_sums(500, outputs=len(heads.scale))
    together = heads.decide(sums)
    assert len(np.unique(together.topic)) >= min(topics, 10)
    for start in (0, 1, 3, 250):
        part = slice(start, start + 17)
        some = Sums(*(getattr(sums, field.name)[part] for field in fields(Sums)))
        assert same(heads.decide(some), rows_of(together, part))
    for row in range(0, 500, 7):
        assert same(heads.decide(one_of(sums, row)), rows_of(together, slice(row, row + 1)))


def test_words_of_doubt_make_a_message_less_sure_and_change_nothing_else() -> None:
    heads = make_heads(doubt=True)
    sums = make_sums(300, outputs=len(heads.scale))
    silent = replace(sums, totals=sums.totals.copy())
    silent.totals[:, HIDDEN] = 0
    doubting = replace(sums, totals=sums.totals.copy())
    doubting.totals[:, HIDDEN] = 500
    calm, shaken = heads.decide(silent), heads.decide(doubting)
    assert (shaken.confidence < calm.confidence).mean() > 0.9
    assert (heads.outputs(silent)[:, HIDDEN + 1 :] == heads.outputs(doubting)[:, HIDDEN + 1 :]).all()
    alike = calm.topic == shaken.topic  # a calmer message may get the topic of another group
    assert alike.mean() > 0.7
    assert (calm.level_scores == shaken.level_scores)[alike].all()
    assert (calm.kind == shaken.kind)[alike].all() and (calm.vulnerable == shaken.vulnerable)[alike].all()
    together = heads.decide(sums)
    for row in range(0, 300, 7):
        assert same(heads.decide(one_of(sums, row)), rows_of(together, slice(row, row + 1)))


@pytest.mark.parametrize("doubt", [-1e6, 1e6])
def test_a_temperature_stays_within_bounds(doubt: float) -> None:
    chance = Calibration(1.0, 0.2, 0.1).probabilities(
        np.array([[2.0, 1, 0]], np.float32), np.array([doubt], np.float32)
    )
    assert np.isfinite(chance).all() and chance.argmax() == 0
    assert chance.sum() == pytest.approx(1)


def test_the_largest_sums_of_the_topic_layer_are_exact() -> None:
    units = np.full((3, 128), 1e9, np.float32)  # cut off at the highest unit
    weights = np.full((128, 4), HIGHEST_WEIGHT, np.float32)
    weights[::2, 1] -= 1
    weights[:, 2] *= -1
    weights[1::2, 3] *= -1
    layer = TopicLayer(weights, 1.0, np.ones(4, np.float32), np.zeros(4, np.float32))
    expected = [HIGHEST_UNIT * int(column.sum()) for column in weights.T.astype(int)]
    assert layer.logits(units).tolist() == [expected] * 3
    assert not layer.logits(-units).any()


def test_samples_alone_and_together(tiny_trained: Model, scorer: object, sample_texts: list[str]) -> None:
    sums = [scorer.score(text) for text in sample_texts]  # type: ignore[attr-defined]
    together = tiny_trained.heads.decide(
        Sums(*(np.concatenate([getattr(one, field.name) for one in sums]) for field in fields(Sums)))
    )
    for row, one in enumerate(sums):
        assert same(tiny_trained.heads.decide(one), rows_of(together, slice(row, row + 1)))


def test_the_decision_is_consistent() -> None:
    heads, sums = make_heads(), make_sums(300)
    decision = heads.decide(sums)
    probabilities = heads.probabilities(heads.outputs(sums))
    rows = np.arange(300)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (decision.group == GROUPS[decision.topic]).all()
    assert set(decision.group.tolist()) == {0, 1, 2, 3}
    assert (decision.confidence == probabilities[rows, decision.topic]).all()
    group_probabilities = np.stack([probabilities[:, group == GROUPS].sum(axis=1) for group in range(4)], axis=1)
    assert (decision.group == group_probabilities.argmax(axis=1)).all()
    assert np.allclose(decision.group_confidence, group_probabilities.max(axis=1), atol=1e-6)
    assert (decision.review == (decision.group_confidence < 0.6)).all()
    assert 0 < decision.review.sum() < 300
    for row in rows:
        topic, (one, two) = decision.topic[row], decision.alternatives[row]
        in_group = np.flatnonzero(decision.group[row] == GROUPS)
        assert probabilities[row, topic] == probabilities[row, in_group].max()
        assert len({int(topic), int(one), int(two)}) == 3
        others = np.sort(np.delete(probabilities[row], topic))[::-1]
        assert decision.alternative_probabilities[row].tolist() == others[:2].astype(np.float32).tolist()
        assert (
            decision.alternative_probabilities[row].tolist()
            == probabilities[row, [one, two]].astype(np.float32).tolist()
        )


def test_the_group_comes_first_even_against_the_most_probable_topic() -> None:
    # Topic 2 is the most probable one, but topics 0 and 1 of another group together have more.
    layer = TopicLayer(
        np.zeros((HIDDEN, 3), np.float32), 1.0, np.ones(3, np.float32), np.log(np.array([0.3, 0.31, 0.39], np.float32))
    )
    heads = replace(make_heads(np.array([0, 0, 1])), layer=layer, calibration=Calibration(1.0))
    decision = heads.decide(make_sums(1))
    assert (decision.topic[0], decision.group[0]) == (1, 0)
    assert decision.group_confidence[0] == pytest.approx(0.61)
    assert decision.confidence[0] == pytest.approx(0.31)
    assert decision.alternatives[0].tolist() == [2, 0]


@pytest.mark.parametrize("topics", [1, 2])
def test_a_model_of_few_topics_never_names_the_topic_as_an_alternative(topics: int) -> None:
    decision = make_heads(np.arange(topics)).decide(make_sums(20))
    named = decision.alternative_probabilities >= 0.02
    assert not ((decision.alternatives == decision.topic[:, None]) & named).any()


def test_urgency_kind_and_flag_follow_their_outputs() -> None:
    heads = replace(without_context(make_heads()), bias=np.zeros(OUTPUTS))
    for level in range(len(LEVELS)):
        for kind in range(len(KINDS)):
            for flag in (-1, 1):
                sums = make_sums(1)
                sums.totals[0, HIDDEN:] = 0
                sums.totals[0, HIDDEN + level] = sums.totals[0, HIDDEN + len(LEVELS) + kind] = 500
                sums.totals[0, -1] = flag
                decision = heads.decide(sums)
                assert (decision.urgency[0], decision.kind[0], bool(decision.vulnerable[0])) == (level, kind, flag > 0)


def test_the_decided_topic_shifts_the_urgency() -> None:
    heads, sums = make_heads(), make_sums(100)
    decision = heads.decide(sums)
    by_topic = np.zeros_like(heads.context.by_topic)
    by_topic[2, LEVELS.index("emergency")] = 1e6
    shifted = replace(heads, context=replace(heads.context, by_topic=by_topic)).decide(sums)
    assert (decision.topic == shifted.topic).all()
    emergency = shifted.urgency == LEVELS.index("emergency")
    assert (decision.topic == 2).any()
    assert emergency[decision.topic == 2].all()
    assert not emergency[decision.topic != 2].all()


def test_a_message_without_words_is_decided_by_the_bias() -> None:
    heads = make_heads()
    nothing = Sums(np.zeros((1, OUTPUTS), np.int64), np.zeros(1, np.int64))
    assert (heads.outputs(nothing)[0] == heads.bias).all()
    assert heads.decide(nothing).confidence[0] > 0


def test_more_energy_weakens_the_words() -> None:
    heads, sums = make_heads(), make_sums(1)
    sums.energy[0] = 4
    longer = replace(sums, energy=np.array([16]))
    assert np.allclose(heads.outputs(longer) - heads.bias, (heads.outputs(sums) - heads.bias) / 2, atol=1e-5)


def test_topics_and_the_rest_may_have_norms_of_their_own() -> None:
    heads, sums = make_heads(), make_sums(5)
    both = replace(sums, energy=np.stack([sums.energy, sums.energy * 9 + 4], axis=1))
    outputs = heads.outputs(both)
    assert np.array_equal(outputs[:, :HIDDEN], heads.outputs(sums)[:, :HIDDEN])
    assert np.array_equal(outputs[:, HIDDEN:], heads.outputs(replace(sums, energy=both.energy[:, 1]))[:, HIDDEN:])
    more = replace(both, totals=both.totals + 1)
    assert heads.outputs(more)[0] - outputs[0] == pytest.approx(heads.steps(both), rel=1e-3, abs=1e-5)


def test_slopes_are_what_one_more_step_of_an_output_changes() -> None:
    heads = make_heads()
    outputs = np.abs(heads.outputs(make_sums(1))[0])
    outputs[1] = -1.0  # a unit that is off
    for topic in range(len(GROUPS)):
        slope = heads.topic_slope(outputs, topic)

        def against_mean(values: np.ndarray, topic: int = topic) -> float:
            logits = heads.layer.logits(values[None, :HIDDEN])[0]
            return float(logits[topic] - logits.mean())

        for output in range(OUTPUTS):
            moved = outputs.copy()
            moved[output] += 0.5
            expected = 0.0 if output == 1 else against_mean(moved) - against_mean(outputs)
            assert slope[output] * 0.5 == pytest.approx(expected, abs=1e-2)
    slope = heads.urgency_slope(3, 1)
    assert slope.sum() == 0
    assert (slope[HIDDEN + 3], slope[HIDDEN + 1]) == (1, -1)


@given(st.lists(st.lists(st.floats(-800, 800), min_size=4, max_size=4), min_size=1, max_size=5))
def test_softmax(logits: list[list[float]]) -> None:
    probabilities = softmax(np.array(logits))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.max(axis=1), probabilities[np.arange(len(logits)), np.argmax(logits, axis=1)])


def test_values_are_single_precision_as_declared() -> None:
    heads, sums = make_heads(), make_sums(2)
    assert heads.outputs(sums).dtype == np.float32
    assert heads.decide(sums).confidence.dtype == np.float32


def test_scores_by_the_words_are_added_to_those_of_the_units() -> None:
    heads = make_heads()
    topics = len(heads.topic_groups)
    assert heads.direct == 0
    draw = np.random.default_rng(8)
    direct = draw.normal(size=topics).astype(np.float32)

    def widened(values: np.ndarray, block: np.ndarray) -> np.ndarray:
        return np.concatenate([values[: heads.hidden], block, values[heads.hidden :]])

    wide = replace(heads, scale=widened(heads.scale, np.zeros(topics, np.float32)), bias=widened(heads.bias, direct))
    assert wide.direct == topics
    assert wide.first_level == heads.first_level + topics
    sums = make_sums(20)
    blank = np.zeros((20, topics), sums.totals.dtype)
    wider = replace(sums, totals=np.hstack([sums.totals[:, : heads.hidden], blank, sums.totals[:, heads.hidden :]]))
    scores = heads.layer.logits(heads.outputs(sums)[:, : heads.hidden]) + direct
    assert (wide.probabilities(wide.outputs(wider)) == heads.calibration.probabilities(scores)).all()
    bare = without_context(wide)
    assert (
        bare.decide(wider).urgency == bare.outputs(wider)[:, wide.first_level :][:, : len(LEVELS)].argmax(axis=1)
    ).all()
    slope = wide.topic_slope(wide.outputs(wider)[0], 1, 2)[wide.hidden :][:topics]
    assert slope.tolist() == [0.0, 1.0, -1.0, *[0.0] * (topics - 3)]
