"""Verdicts on one chunk of messages, and their columns: the fast twin of `Classifier.classify`.

Words are looked at only where something hangs on them: a rule that may fire, an alarm of the model that needs its
words, a place. Everything else comes from the arrays of the chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .heads import KINDS, Decision
from .places import find_places
from .result import Place
from .scores import ChunkSums
from .urgency.decide import Verdict, decide, with_words
from .urgency.many import Situations
from .urgency.scale import LEVELS, TITLES_RU, rank
from .words import ChunkWords

if TYPE_CHECKING:
    from .classifier import Classifier

__all__ = [
    "ALARM", "COLUMNS", "EMPTY", "MODEL_WORDS", "WORTH_NAMING", "Judged", "as_columns", "judge_chunk", "rounded",
]  # fmt: skip

COLUMNS = (
    "nlp_topic", "nlp_topic_title", "nlp_group", "nlp_group_title", "nlp_confidence", "nlp_alternatives",
    "nlp_urgency", "nlp_urgency_title", "nlp_urgency_reason", "nlp_react_hours", "nlp_kind", "nlp_vulnerable",
    "nlp_places", "nlp_needs_review", "nlp_error",
)  # fmt: skip
"""The columns of `Classifier.classify_columns`, in order."""

EMPTY = "пустое сообщение"
"""Error of a message without any text."""
WORTH_NAMING = 0.02
"""Less probable alternatives are not named."""
MODEL_WORDS = 3
"""How many words are quoted when the model alone decided the urgency."""
ALARM = rank("urgent")
"""From this level on a verdict names its words."""
_HUNDREDTHS = np.array([f"{number / 100:.2f}" for number in range(101)], dtype=object)
_NUMBERS = frozenset({"nlp_confidence", "nlp_react_hours", "nlp_vulnerable", "nlp_needs_review"})


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on the messages of one chunk: arrays of the model, and a list entry per message for the rest."""

    texts: Sequence[str]
    decision: Decision
    verdicts: list[Verdict]
    vulnerable: list[int]
    places: list[tuple[Place, ...]]

    def is_empty(self, row: int) -> bool:
        """Whether a message has no text, so that there is nothing to judge."""
        text = self.texts[row]
        return not text or text.isspace()


def judge_chunk(
    model: Classifier, chunk: ChunkSums, texts: Sequence[str], months: Sequence[int | None] | None
) -> Judged:
    """Judge the scored messages of a chunk.

    :param texts: all messages, of which the chunk is a part; ``months`` likewise.
    """
    return _ChunkJudge(model, chunk, texts, months).judged()


def as_columns(judged: Judged, titles: Sequence[Any]) -> dict[str, list[Any]]:
    """One list for each of `COLUMNS`.

    :param titles: codes and titles of the topics, and codes and titles of their groups, as arrays.
    """
    decision, verdicts = judged.decision, judged.verdicts
    codes, topics, groups, group_titles = titles
    columns: dict[str, list[Any]] = {
        "nlp_topic": codes[decision.topic].tolist(),
        "nlp_topic_title": topics[decision.topic].tolist(),
        "nlp_group": groups[decision.topic].tolist(),
        "nlp_group_title": group_titles[decision.topic].tolist(),
        "nlp_confidence": rounded(decision.confidence).tolist(),
        "nlp_alternatives": _alternatives(decision, codes),
        "nlp_urgency": [verdict.level for verdict in verdicts],
        "nlp_urgency_title": [TITLES_RU[verdict.level] for verdict in verdicts],
        "nlp_urgency_reason": [verdict.sentence for verdict in verdicts],
        "nlp_react_hours": [verdict.react_hours for verdict in verdicts],
        "nlp_kind": [KINDS[number] for number in decision.kind.tolist()],
        "nlp_vulnerable": judged.vulnerable,
        "nlp_places": [" | ".join([place.text for place in places]) if places else "" for places in judged.places],
        "nlp_needs_review": decision.review.astype(int).tolist(),
        "nlp_error": [""] * len(judged.texts),
    }
    for row in range(len(judged.texts)):
        if judged.is_empty(row):
            for name in COLUMNS:
                columns[name][row] = None if name in _NUMBERS else ""
            columns["nlp_error"][row] = EMPTY
    return columns


def _alternatives(decision: Decision, codes: Any) -> list[str]:
    probabilities = decision.alternative_probabilities
    named = probabilities >= WORTH_NAMING
    written = _HUNDREDTHS[np.rint(probabilities.astype(np.float64) * 100).astype(np.int64)]
    return [
        f"{one}:{first}; {other}:{second}" if both else f"{one}:{first}" if any_ else ""
        for (one, other), (first, second), (any_, both) in zip(
            codes[decision.alternatives].tolist(), written.tolist(), named.tolist(), strict=True
        )
    ]


class _ChunkJudge:
    """Judges one chunk: what the model says comes from arrays, words are looked at where something hangs on them."""

    def __init__(
        self, model: Classifier, chunk: ChunkSums, texts: Sequence[str], months: Sequence[int | None] | None
    ) -> None:
        here = slice(chunk.first, chunk.first + len(chunk.sums.energy))
        self._model, self._chunk = model, chunk
        self._decision = model._heads.decide(chunk.sums)
        self._texts = texts[here]
        self._months = [None] * len(self._texts) if months is None else months[here]
        self._words = ChunkWords(chunk, self._texts, model._scorer.lexicon)

    def judged(self) -> Judged:
        """All verdicts."""
        verdicts, vulnerable = self._verdicts()
        places = [self._places(row) for row in range(len(self._texts))]
        return Judged(self._texts, self._decision, verdicts, vulnerable, places)

    def _verdicts(self) -> tuple[list[Verdict], list[int]]:
        model, decision = self._model, self._decision
        levels, topics = decision.urgency.tolist(), decision.topic.tolist()
        verdicts = [model._usual_verdict(level, topic) for level, topic in zip(levels, topics, strict=True)]
        vulnerable = decision.vulnerable.astype(int).tolist()
        situations = Situations(self._words, ~decision.vulnerable)
        for row in situations.vulnerable().tolist():
            vulnerable[row] = 1
        reasons = situations.reasons(self._months, model.norms)
        stronger = {row for row, some in reasons.items() if rank(some[0].level) >= levels[row]}
        alarmed = decision.urgency >= ALARM
        alarmed[list(stronger)] = False
        words = dict(self._model_words(np.flatnonzero(alarmed)))
        for row, some in reasons.items():
            level, topic = LEVELS[levels[row]], model._topics[topics[row]].code
            verdicts[row] = decide(level, self._texts[row], words.pop(row, ()), some, topic, model.norms)
        for row, spans in words.items():
            verdicts[row] = with_words(verdicts[row], self._texts[row], spans)
        return verdicts, vulnerable

    def _model_words(self, messages: Any) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
        """The fast twin of `Classifier._deciding_words`."""
        model, levels = self._model, self._decision.urgency
        outputs = np.array([model._level_outputs(level) for level in LEVELS])
        owner, numbers, added = self._chunk.outputs_of_words(messages, outputs[levels[messages]])
        high, low = outputs[levels[owner]].T
        best = _strongest(model._level_weights(added, high, low), owner)
        spans = self._words.spans(owner[best], numbers[best])
        bounds = [*np.searchsorted(owner[best], messages).tolist(), len(best)]
        for message, first, end in zip(messages.tolist(), bounds[:-1], bounds[1:], strict=True):
            yield message, tuple(spans[first:end])

    def _places(self, row: int) -> tuple[Place, ...]:
        return tuple(find_places(self._texts[row], self._words.document(row).tokens))


def _strongest(weights: Any, owner: Any) -> Any:
    """Numbers of the words that weigh most with their owner, in order; of equal ones the first, none without weight.

    :param weights: of each word.
    :param owner: of each word, ascending.
    """
    left = np.flatnonzero(weights > 0)
    found = []
    for _ in range(MODEL_WORDS):
        if not len(left):
            break
        starts = np.flatnonzero(np.diff(owner[left], prepend=-1))
        peaks = np.maximum.reduceat(weights[left], starts)
        lengths = np.diff(starts, append=len(left))
        at = np.flatnonzero(weights[left] == np.repeat(peaks, lengths))
        at = at[np.flatnonzero(np.diff(owner[left[at]], prepend=-1))]
        found.append(left[at])
        left = np.delete(left, at)
    return np.sort(np.concatenate(found)) if found else left


def rounded(values: Any) -> Any:
    """Probabilities as they are shown; the same for one and for many."""
    return np.round(np.asarray(values, np.float64), 4)
