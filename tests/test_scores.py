"""Scores: the fast way equals the plain way to the last bit, in any batch, order and thread."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appealnlp import scores
from appealnlp.features import Lexicon
from appealnlp.scores import ChunkSums, Scorer, Sums, Weights, quantize
from appealnlp.text import preprocess
from appealnlp.text.lemmas import mend
from appealnlp.text.markup import clean
from appealnlp.text.tokens import iter_forms
from appealnlp.training.build import Model
from appealnlp.urgency.concepts import concept_mask, message_mask
from appealnlp.words import ChunkWords
from test_text_markup import NOISE

Answer = tuple[list[int], int]

KNOWN = [
    "нет",
    "воды",
    "отопления",
    "света",
    "яма",
    "во",
    "дворе",
    "дорога",
    "снег",
    "скользко",
    "газом",
    "пахнет",
    "ребенок",
    "пожар",
    "день",
    "Ленина",
    "5",
]
TYPOS = [
    "вадды",
    "атопление",
    "сроооочно",
    "вoды",
    "дамофон",
    "кто-то-там",
    "ыыы",
    "wifi",
    "нетводы",
    "абырвалг",
    "скорая-помощь",
    "ѐѓ",
]
WORDS = st.lists(st.sampled_from([*KNOWN, *TYPOS, ".", "\n", "😡", "\0"]), max_size=30).map(" ".join)
TEXTS = st.lists(st.one_of(WORDS, NOISE, st.text(st.characters())), max_size=8)


def plain(scorer: Scorer, texts: Sequence[str]) -> list[Answer]:
    return [answer for text in texts for answer in answers(scorer.score(text))]


def fast(scorer: Scorer, texts: Sequence[str]) -> list[Answer]:
    chunks = list(scorer.score_many(texts))
    at = 0
    for chunk in chunks:
        assert chunk.first == at
        at += len(chunk.sums.energy)
    assert at == len(texts)
    return [answer for chunk in chunks for answer in answers(chunk.sums)]


def answers(sums: Sums) -> list[Answer]:
    assert sums.totals.dtype in (np.int32, np.int64)
    rows = zip(sums.totals.tolist(), sums.energy.tolist(), strict=True)
    return list(rows)


def fresh(model: Model) -> Scorer:
    return Scorer(model.lexicon, model.weights, concept_mask)


@pytest.fixture(scope="module")
def shared(tiny_trained: Model) -> Scorer:
    """A scorer whose memory grows from example to example."""
    return fresh(tiny_trained)


@pytest.fixture(scope="module")
def expected(tiny_trained: Model, sample_texts: list[str]) -> list[Answer]:
    return plain(fresh(tiny_trained), sample_texts)


def test_a_score_is_the_sum_of_the_features(scorer: Scorer, sample_texts: list[str]) -> None:
    for text in sample_texts[:60]:
        features = np.array(scorer.lexicon.of_text(text), np.int64)
        ((totals, energy),) = answers(scorer.score(text))
        assert totals == scorer.weights.rows(features).sum(axis=0).tolist()
        assert energy == scorer.weights.energy[features].sum()
        document = preprocess(text, scorer.lexicon.lemmatizer)
        assert scorer.concepts([form for form, _, _ in iter_forms(clean(text)[0])]) == message_mask(document.lemmas)


def test_the_samples(scorer: Scorer, sample_texts: list[str], expected: list[Answer]) -> None:
    assert fast(scorer, sample_texts) == expected
    assert fast(scorer, sample_texts) == expected  # every form is remembered by now
    assert len({tuple(totals) for totals, *_ in expected}) > 400


def test_two_norms_are_summed_apart(tiny_trained: Model, sample_texts: list[str], expected: list[Answer]) -> None:
    one = tiny_trained.weights.energy
    weights = replace(tiny_trained.weights, energy=np.stack([one, 2 * one + 1], axis=1))
    scorer = Scorer(tiny_trained.lexicon, weights, concept_mask)
    answers_ = fast(scorer, sample_texts)
    assert answers_ == plain(scorer, sample_texts)
    assert [energy[0] for _, energy, *_ in answers_] == [energy for _, energy, *_ in expected]  # type: ignore[index]
    for (_, energy, *_), text in zip(answers_[:60], sample_texts, strict=False):
        features = np.array(scorer.lexicon.of_text(text), np.int64)
        assert energy == weights.energy[features].sum(axis=0).tolist()


def test_pairs_stay_inside_their_message(scorer: Scorer) -> None:
    lexicon = scorer.lexicon
    pairs = [(lexicon.lemmas[left], lexicon.lemmas[right]) for left, right in lexicon.pairs.tolist()]
    own = [
        (one, two)
        for one, two in pairs
        if (scorer.lexicon.lemmatizer.lemma(one), lexicon.lemmatizer.lemma(two)) == (one, two)
    ]
    assert len(own) > 10
    for one, two in own:
        texts = [one, two, "", f"{one} {two}", f"{two} {one}"]
        answers_ = fast(scorer, texts)
        assert answers_ == plain(scorer, texts)
        assert answers_[3][1] > answers_[0][1] + answers_[1][1]  # the pair adds its own energy


@settings(deadline=None)
@given(TEXTS)
@example([])
@example([""])
@example(["", "нет", "воды", ""])  # a pair does not reach across messages
@example(["нет", "", "воды"])
@example(["нет воды" * 3, "нет"])
@example(["а" * 70, "воды" * 40, "сроооочно срочно"])
def test_any_text(shared: Scorer, texts: list[str]) -> None:
    assert fast(shared, texts) == plain(shared, texts)


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_any_text_with_nothing_remembered(tiny_trained: Model, texts: list[str]) -> None:
    assert fast(fresh(tiny_trained), texts) == plain(fresh(tiny_trained), texts)


@pytest.mark.parametrize(("forms", "units"), [(1, 300), (50, 300), (50, 20_000), (700, 2_000), (1_500, 1)])
def test_a_memory_that_overflows(
    scorer: Scorer,
    sample_texts: list[str],
    expected: list[Answer],
    monkeypatch: pytest.MonkeyPatch,
    forms: int,
    units: int,
) -> None:
    monkeypatch.setattr(scores, "MEMORY_FORMS", forms)
    monkeypatch.setattr(scores, "CHUNK_UNITS", units)
    for _ in range(2):
        assert fast(scorer, sample_texts) == expected
    steps = [(len(np.unique(chunk.tokens.hashes)), scorer._memory) for chunk in scorer.score_many(sample_texts)]
    most = max(count for count, _ in steps)
    assert all(memory is not None and memory.count <= max(forms, most) for _, memory in steps)
    assert len({id(memory) for _, memory in steps}) > 1 or len(steps) == 1  # it did begin anew


def test_plain_memory_that_overflows(
    scorer: Scorer, sample_texts: list[str], expected: list[Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "PLAIN_FORMS", 10)
    assert plain(scorer, sample_texts[:80]) == expected[:80]
    assert len(scorer._plain) <= 10


def test_neither_order_nor_batch_matters(scorer: Scorer, sample_texts: list[str], expected: list[Answer]) -> None:
    order = list(range(len(sample_texts)))
    random.Random(4).shuffle(order)
    assert fast(scorer, [sample_texts[number] for number in order]) == [expected[number] for number in order]
    for size in (1, 7, 100):
        batches = [sample_texts[start : start + size] for start in range(0, len(sample_texts), size)]
        assert [answer for batch in batches for answer in fast(scorer, batch)] == expected


def test_what_an_interrupt_leaves_half_learned_is_forgotten(
    tiny_trained: Model, sample_texts: list[str], expected: list[Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = fresh(tiny_trained)
    assert fast(scorer, sample_texts[:20]) == expected[:20]
    lemmatizer, left = scorer.lexicon.lemmatizer, iter(range(30))
    whole = lemmatizer.unlisted

    def interrupted(form: str) -> tuple[str, str]:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return whole(form)

    with monkeypatch.context() as patch:
        patch.setattr(lemmatizer, "unlisted", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fast(scorer, sample_texts)
    assert fast(scorer, sample_texts) == expected
    chunk = next(scorer.score_many(sample_texts[40:80]))
    words = ChunkWords(chunk, sample_texts[40:80], scorer.lexicon)
    for number, text in enumerate(sample_texts[40:80]):
        assert words.document(number) == preprocess(text, lemmatizer)


def test_where_no_second_thread_can_be_started(
    scorer: Scorer, sample_texts: list[str], expected: list[Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(scores, "CHUNK_UNITS", 3_000)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert fast(scorer, sample_texts) == expected


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_an_error_in_the_second_thread_is_raised_and_leaves_none_behind(
    scorer: Scorer, sample_texts: list[str], monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    threads, score, left = threading.active_count(), Scorer._score_chunk, iter(range(2))

    def failing(scorer: Scorer, first: int, texts: Sequence[str]) -> ChunkSums:
        if next(left, None) is None:
            raise error
        return score(scorer, first, texts)

    monkeypatch.setattr(scores, "CHUNK_UNITS", 3_000)
    monkeypatch.setattr(Scorer, "_score_chunk", failing)
    chunks = scorer.score_many(sample_texts)
    assert next(chunks).first == 0
    with pytest.raises(error):
        list(chunks)
    assert threading.active_count() == threads


def test_chunks_that_nobody_wants_leave_no_thread_behind(
    scorer: Scorer, sample_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = threading.active_count()
    monkeypatch.setattr(scores, "CHUNK_UNITS", 3_000)
    chunks = scorer.score_many(sample_texts)
    next(chunks)
    assert threading.active_count() > threads
    del chunks
    assert threading.active_count() == threads


def test_many_threads_on_one_scorer(
    scorer: Scorer, sample_texts: list[str], expected: list[Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "MEMORY_FORMS", 1500)  # it overflows again and again while others read
    monkeypatch.setattr(scores, "CHUNK_UNITS", 3_000)

    def work(seed: int) -> bool:
        order = list(range(len(sample_texts)))
        random.Random(seed).shuffle(order)
        order = order[:150]
        texts = [sample_texts[number] for number in order]
        way = plain if seed % 4 == 0 else fast
        return way(scorer, texts) == [expected[number] for number in order]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(24)))


def test_a_long_message_is_a_chunk_of_its_own(scorer: Scorer) -> None:
    long = "нет воды " * (scores.CHUNK_UNITS // 6)
    texts = ["нет", long, "воды", long, long, "нет воды"]
    assert [len(chunk.sums.energy) for chunk in scorer.score_many(texts)] == [1, 1, 1, 1, 1, 1]
    assert fast(scorer, texts) == plain(scorer, texts)


def test_the_message_of_a_megabyte(scorer: Scorer, sample_texts: list[str]) -> None:
    text = "\n".join(sample_texts)
    text = text * (1_000_000 // len(text) + 1)
    assert len(text) > 1_000_000
    assert fast(scorer, [text]) == plain(scorer, [text])


def test_words_add_what_their_forms_add(scorer: Scorer, sample_texts: list[str]) -> None:
    texts = ["", *sample_texts[:40], '😡 под"езд во\u00adды', ""]
    (chunk,) = scorer.score_many(texts)
    messages = np.array([0, 3, 4, 17, 41, 42])
    owner, numbers, added = chunk.outputs_of_words(messages, np.tile([2, 0], (len(messages), 1)))
    forms = [[token.form for token in preprocess(texts[message]).tokens] for message in messages]
    assert owner.tolist() == [message for message, own in zip(messages, forms, strict=True) for _ in own]
    assert [mend(chunk.tokens.form(number)) for number in numbers.tolist()] == [form for own in forms for form in own]
    expected = [scorer.form_row(chunk.tokens.form(number))[[2, 0]].tolist() for number in numbers.tolist()]
    assert added.tolist() == expected


@settings(deadline=None)
@given(TEXTS)
def test_where_positions_are_straight_they_are_those_of_the_text(shared: Scorer, texts: list[str]) -> None:
    for chunk in shared.score_many(texts):
        for local in np.flatnonzero(chunk.tokens.straight).tolist():
            own = slice(int(chunk.tokens.bounds[local]), int(chunk.tokens.bounds[local + 1]))
            starts = (chunk.tokens.starts[own] - chunk.tokens.offsets[local]).tolist()
            ends = (chunk.tokens.ends[own] - chunk.tokens.offsets[local]).tolist()
            tokens = preprocess(texts[chunk.first + local]).tokens
            assert list(zip(starts, ends, strict=True)) == [(token.start, token.end) for token in tokens]


def test_plain_messages_are_straight(scorer: Scorer) -> None:
    (chunk,) = scorer.score_many(["нет воды", "<b>нет</b> воды", "во\u00adды", "😡 нет", 'под"езд', ""])
    assert chunk.tokens.straight.tolist()[:4] == [True, True, False, False]


@pytest.fixture
def heavy() -> Scorer:
    """One lemma with the largest weight there can be."""
    weights = Weights(np.array([[127, -127]], np.int8), np.array([7], np.uint8), np.array([100], np.int32))
    lexicon = Lexicon(["вода"], [], np.zeros((0, 2), np.int32), np.zeros(0, np.uint64), np.zeros(0, np.uint16))
    return Scorer(lexicon, weights, concept_mask)


def test_sums_of_a_long_message_are_exact(heavy: Scorer) -> None:
    text = "вода " * 100_000
    ((totals, energy),) = answers(heavy.score(text))
    assert (totals, energy) == ([1_625_600_000, -1_625_600_000], 10_000_000)
    assert fast(heavy, ["вода", text, ""]) == plain(heavy, ["вода", text, ""])


@pytest.mark.parametrize("shift", [0, 2, 5, 6, 7])
def test_sums_around_the_limit_of_16_bits_are_exact(shift: int) -> None:
    weights = Weights(np.array([[127, -128]], np.int8), np.array([shift], np.uint8), np.array([1], np.int32))
    lexicon = Lexicon(["вода"], [], np.zeros((0, 2), np.int32), np.zeros(0, np.uint64), np.zeros(0, np.uint16))
    scorer = Scorer(lexicon, weights, concept_mask)
    texts = ["вода " * count for count in (1, 2, 8, 63, 64, 65, 255, 256, 257, 258, 259, 300)]
    assert fast(scorer, texts) == plain(scorer, texts)
    assert [totals[0] for totals, *_ in plain(scorer, texts)] == [(text.count("в") * 127) << shift for text in texts]


def test_sums_of_a_megabyte_of_one_word_keep_their_sign(heavy: Scorer) -> None:
    totals = heavy.score("вода " * 200_000).totals[0]
    assert totals[0] > 0 > totals[1]


@given(
    st.integers(1, 6).flatmap(
        lambda columns: st.lists(
            st.lists(st.floats(-50, 50, width=32) | st.floats(-1e-3, 1e-3), min_size=columns, max_size=columns),
            min_size=1,
            max_size=8,
        )
    )
)
def test_rounded_weights_are_near(weights: list[list[float]]) -> None:
    real = np.array(weights)
    values, shifts, step = quantize(real)
    assert values.dtype == np.int8
    assert shifts.dtype == np.uint8
    rows = Weights(values, shifts, np.zeros(len(real), np.int32)).rows(np.arange(len(real))).astype(np.float64)
    error = np.abs(rows * step - real)
    # Off by half a unit of the row's own shift at most, and that unit is small against the largest weight of the row.
    units = step * 2.0 ** shifts.astype(np.float64)
    assert (error <= units[:, None] / 2 * (1 + 1e-9) + 1e-300).all()
    peaks = np.abs(real).max(axis=1)
    assert (units <= np.maximum(peaks * 2 / 127, step) * (1 + 1e-9)).all()
    assert (shifts <= 2).all()


def test_weights_of_nothing_are_nothing() -> None:
    values, shifts, step = quantize(np.zeros((3, 2)))
    assert not values.any()
    assert not shifts.any()
    assert step > 0
