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
from .places import ChunkPlaces
from .scores import ChunkSums, holding
from .text import Document
from .urgency.decide import Verdict, decide
from .urgency.find import REQUIRED_MASKS, WINDOW
from .urgency.scale import LEVELS, TITLES_RU, rank
from .urgency.vulnerable import VULNERABLE_MASKS, vulnerable_evidence

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
    places: ChunkPlaces

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
        "nlp_places": judged.places.joined(),
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
        self._documents: dict[int, Document] = {}

    def judged(self) -> Judged:
        """All verdicts."""
        verdicts, vulnerable = self._verdicts()
        return Judged(self._texts, self._decision, verdicts, vulnerable, self._chunk.places(self._texts))

    def _verdicts(self) -> tuple[list[Verdict], list[int]]:
        model, chunk, decision = self._model, self._chunk, self._decision
        levels, topics = decision.urgency.tolist(), decision.topic.tolist()
        verdicts = [model._usual_verdict(level, topic) for level, topic in zip(levels, topics, strict=True)]
        vulnerable = decision.vulnerable.astype(int).tolist()
        told = chunk.near(REQUIRED_MASKS, WINDOW)  # a rule may fire: look at the words
        alarmed = (decision.urgency >= ALARM) & ~told
        told |= alarmed & ~chunk.tokens.straight
        for row in np.flatnonzero(told).tolist():
            code = model._topics[topics[row]].code
            mask = int(chunk.sums.masks[row])
            verdicts[row] = model._verdict(self._document(row), LEVELS[levels[row]], code, mask, self._months[row])
        for row, words in self._model_words(np.flatnonzero(alarmed & chunk.tokens.straight)):
            code = model._topics[topics[row]].code
            verdicts[row] = decide(LEVELS[levels[row]], self._texts[row], words, (), code, model.norms)
        maybe = ~decision.vulnerable & holding(chunk.sums.masks, VULNERABLE_MASKS)
        for row in np.flatnonzero(maybe).tolist():
            vulnerable[row] = int(bool(vulnerable_evidence(self._document(row), int(chunk.sums.masks[row]))))
        return verdicts, vulnerable

    def _model_words(self, messages: Any) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
        """The fast twin of `Classifier._deciding_words` for messages whose positions are straight."""
        chunk, decided = self._chunk, self._decision
        tokens = chunk.tokens
        for level in np.unique(decided.urgency[messages]).tolist():
            some = messages[decided.urgency[messages] == level]
            high, low = self._model._level_outputs(LEVELS[level])
            owner, numbers, added = chunk.outputs_of_words(some, (high, low))
            weights = self._model._level_weights(added, high, low)
            speaking = np.flatnonzero(weights > 0)
            order = speaking[np.lexsort((-weights[speaking], owner[speaking]))]
            ranked = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
            best = np.sort(order[ranked < MODEL_WORDS])
            offsets = tokens.offsets[owner[best]]
            starts, ends = (
                (tokens.starts[numbers[best]] - offsets).tolist(),
                (tokens.ends[numbers[best]] - offsets).tolist(),
            )
            bounds = [*np.searchsorted(owner[best], some).tolist(), len(best)]
            for place, message in enumerate(some.tolist()):
                here = slice(bounds[place], bounds[place + 1])
                yield message, tuple(zip(starts[here], ends[here], strict=True))

    def _document(self, row: int) -> Document:
        """The message's tokens, worked out once for whoever asks."""
        found = self._documents.get(row)
        if found is None:
            found = self._documents[row] = self._model.preprocess(self._texts[row])
        return found


def rounded(values: Any) -> Any:
    """Probabilities as they are shown; the same for one and for many."""
    return np.round(np.asarray(values, np.float64), 4)
