"""Situations and vulnerable people of many messages at once against the plain way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appealnlp.scores import Scorer
from appealnlp.text import preprocess
from appealnlp.urgency import matching
from appealnlp.urgency.concepts import concept_mask
from appealnlp.urgency.find import find
from appealnlp.urgency.hazards import RULES
from appealnlp.urgency.many import Situations
from appealnlp.urgency.vulnerable import vulnerable_evidence
from appealnlp.words import ChunkWords

EXAMPLES = [text for rule in RULES for text in (*rule.examples, *rule.counter_examples)]
PEOPLE = [
    "Ребёнок упал, скорую ждали час",
    "Инвалид не может выйти",
    "Пособие на ребёнка полтора года не платят. Бабушка болеет",
    "Маленький ребёнок, справка не готова",
    "Пенсионерке не дали льготу",
]
AROUND = [
    "не", "если", "боюсь, что", "чтобы", "уже починили", "спасибо", "спасибо заранее", "будут", "завтра", "после", "из-за",
    "была", "третий день", "уже 2 недели", "опять", "никто не", ".", "!", "\n", ",", "ул.", "😡", "\u00ad", "<br>", "бы",
    "ждём, пока",
]  # fmt: skip
WORDS = sorted({word for text in EXAMPLES for word in text.split()})
TEXT = st.one_of(
    st.lists(st.one_of(st.sampled_from(EXAMPLES + PEOPLE), st.sampled_from(AROUND)), max_size=6).map(" ".join),
    st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(AROUND)), max_size=40).map(" ".join),
)


@pytest.fixture(scope="module")
def shared(tiny_trained: Any) -> Scorer:
    return Scorer(tiny_trained.lexicon, tiny_trained.weights, concept_mask)


def check(scorer: Scorer, texts: Sequence[str], months: Sequence[int | None], norms: Any = None) -> tuple[int, int]:
    """Both ways find the same; returns how many reasons and how many messages with evidence."""
    lemmatizer = scorer.lexicon.lemmatizer
    reasons = people = 0
    for chunk in scorer.score_many(texts):
        here = slice(chunk.first, chunk.first + len(chunk.tokens.bounds) - 1)
        documents = [preprocess(text, lemmatizer) for text in texts[here]]
        asked = np.arange(len(documents)) % 3 != 1
        situations = Situations(ChunkWords(chunk, texts[here], scorer.lexicon), asked)
        found = situations.reasons(months[here], norms)
        expected = [
            find(document, month=month, norms=norms) for document, month in zip(documents, months[here], strict=True)
        ]
        assert found == {message: some for message, some in enumerate(expected) if some}
        told = [at for at, document in enumerate(documents) if asked[at] and vulnerable_evidence(document)]
        assert situations.vulnerable().tolist() == told
        reasons += sum(map(len, expected))
        people += len(told)
    return reasons, people


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, st.sampled_from([None, 1, 7])), min_size=1, max_size=5))
def test_any_messages(shared: Scorer, messages: list[tuple[str, int | None]]) -> None:
    check(shared, [text for text, _ in messages], [month for _, month in messages])


def test_examples_one_by_one_in_pairs_and_the_samples(shared: Scorer, tiny_model: Any, sample_texts: list[str]) -> None:
    pairs = [f"{one}. {other}" for one, other in zip(EXAMPLES, EXAMPLES[7:], strict=False)]
    texts = [*EXAMPLES, *pairs, *PEOPLE, *PEOPLE, *PEOPLE, *sample_texts]
    months = [None if at % 3 else 1 + at % 12 for at in range(len(texts))]
    reasons, people = check(shared, texts, months, tiny_model.norms)
    assert reasons > len(texts) // 3 and people > 20


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_match(shared: Scorer, around: str) -> None:
    texts = [text for rule in RULES for text in rule.examples[:2]]
    texts = [*(f"{around} {text}" for text in texts), *(f"{text} {around}" for text in texts)]
    texts += [f"{text.replace(' ', f' {around} ', 1)}. {around}, {text}" for text in texts[::5]]
    check(shared, texts, [None] * len(texts))


def test_crowded_messages_are_looked_at_one_by_one(shared: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_STEPS", 30)
    monkeypatch.setattr(matching, "CROWDED", 4)
    crowds = [" ".join([text] * 12) for text in (*EXAMPLES[::9], *PEOPLE)]
    texts = [text for pair in zip(EXAMPLES, crowds, strict=False) for text in pair]
    reasons, people = check(shared, texts, [None] * len(texts))
    assert reasons > len(crowds) // 4 and people > 1


def test_no_messages_and_no_words(shared: Scorer) -> None:
    assert check(shared, [], []) == (0, 0)
    assert check(shared, ["", "…", "😡"], [None] * 3) == (0, 0)
