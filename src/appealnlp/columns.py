"""Verdicts on one chunk of messages, and their columns: the fast twin of `Classifier.classify`.

Words are looked at only where something hangs on them: a rule that may fire, an alarm of the model that needs its
words, a place. Everything else comes from the arrays of the chunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .context import marks_of
from .heads import KINDS, Decision
from .places import ChunkPlaces
from .result import Reason
from .scores import ChunkSums
from .urgency.decide import Verdict, decide, with_words
from .urgency.hazards import RULE_NUMBERS
from .urgency.scale import LEVELS, TITLES_RU, rank

if TYPE_CHECKING:
    from .classifier import Classifier
    from .export_context import Values
    from .words import ChunkWords

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
_HUNDREDTHS = np.array([f":{number / 100:.2f}" for number in range(101)], dtype=object)
_LEVELS = np.array(LEVELS, dtype=object)
_LEVEL_TITLES = np.array([TITLES_RU[level] for level in LEVELS], dtype=object)
_KINDS = np.array(KINDS, dtype=object)
_NUMBERS = frozenset({"nlp_confidence", "nlp_react_hours", "nlp_vulnerable", "nlp_needs_review"})


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on the messages of one chunk: arrays of the model, and what rules and words say of some messages.

    ``levels``: numbers in `LEVELS`, shape ``(messages,)``; ``reasons``: what the rules found; ``words``: where the words
    stand that moved the model to an alarm, in messages where they count.
    """

    model: Classifier
    texts: Sequence[str]
    decision: Decision
    levels: npt.NDArray[np.int64]
    reasons: dict[int, list[Reason]]
    words: dict[int, list[tuple[int, int]]]
    vulnerable: npt.NDArray[np.bool_]
    places: ChunkPlaces

    def is_empty(self, row: int) -> bool:
        """Whether a message has no text, so that there is nothing to judge."""
        text = self.texts[row]
        return not text or text.isspace()

    def verdict(self, row: int) -> Verdict:
        """The verdict on one message, as `Classifier.classify` gives it."""
        model, topic = self.model, self.model.taxonomy.topics[int(self.decision.topic[row])].code
        level = LEVELS[int(self.decision.urgency[row])]
        return decide(level, self.texts[row], self.words.get(row, ()), self.reasons.get(row, ()), topic, model.norms)


def judge_chunk(
    model: Classifier,
    chunk: ChunkSums,
    texts: Sequence[str],
    months: Sequence[int | None] | None,
    values: Values | None = None,
) -> Judged:
    """Judge the scored messages of a chunk.

    :param texts: all messages, of which the chunk is a part; ``months`` and ``values``, of other columns, likewise.
    """
    from .urgency.many import Situations  # tables that one message does without
    from .words import ChunkWords

    here = slice(chunk.first, chunk.first + len(chunk.sums.energy))
    texts = texts[here]
    evidence = None if values is None else values.of(chunk.first, len(texts))
    decision = model._heads.decide(chunk.sums, marks_of(texts), evidence)
    words = ChunkWords(chunk, texts, model._scorer.lexicon)
    situations = Situations(words, ~decision.vulnerable)
    vulnerable = decision.vulnerable.copy()
    vulnerable[situations.vulnerable()] = True
    reasons = situations.reasons([None] * len(texts) if months is None else months[here], model.norms)
    decision = _raised(model, decision, reasons)
    levels = decision.urgency.copy()
    told = np.fromiter(reasons, np.int64, len(reasons))
    said = np.array([rank(some[0].level) for some in reasons.values()], np.int64)
    levels[told] = np.maximum(levels[told], said)
    alarmed = decision.urgency >= ALARM
    alarmed[told[said >= decision.urgency[told]]] = False  # the rules name the words
    found = _model_words(model, chunk, words, decision.urgency, np.flatnonzero(alarmed))
    return Judged(model, texts, decision, levels, reasons, found, vulnerable, chunk.places(texts))


def _raised(model: Classifier, decision: Decision, reasons: Mapping[int, Sequence[Reason]]) -> Decision:
    """The decision of the model when it hears of the rules that fired."""
    rows = list(reasons)
    rules = [[RULE_NUMBERS[reason.rule] for reason in some] for some in reasons.values()]
    levels = decision.urgency.copy()
    levels[rows] = model._heads.context.raised(levels[rows], decision.level_scores[rows], rules)
    return replace(decision, urgency=levels)


def as_columns(judged: Judged, titles: Sequence[Any]) -> dict[str, list[Any]]:
    """One list for each of `COLUMNS`.

    :param titles: codes and titles of the topics, and codes and titles of their groups, as arrays.
    """
    decision, levels = judged.decision, judged.levels
    codes, topics, groups, group_titles = titles
    sentences, hours = _sentences(judged)
    columns: dict[str, list[Any]] = {
        "nlp_topic": codes[decision.topic].tolist(),
        "nlp_topic_title": topics[decision.topic].tolist(),
        "nlp_group": groups[decision.topic].tolist(),
        "nlp_group_title": group_titles[decision.topic].tolist(),
        "nlp_confidence": rounded(decision.confidence).tolist(),
        "nlp_alternatives": _alternatives(decision, codes),
        "nlp_urgency": _LEVELS[levels].tolist(),
        "nlp_urgency_title": _LEVEL_TITLES[levels].tolist(),
        "nlp_urgency_reason": sentences,
        "nlp_react_hours": hours,
        "nlp_kind": _KINDS[decision.kind].tolist(),
        "nlp_vulnerable": judged.vulnerable.astype(int).tolist(),
        "nlp_places": judged.places.joined(),
        "nlp_needs_review": decision.review.astype(int).tolist(),
        "nlp_error": [""] * len(judged.texts),
    }
    for row in filter(judged.is_empty, range(len(judged.texts))):
        for name in COLUMNS:
            columns[name][row] = None if name in _NUMBERS else ""
        columns["nlp_error"][row] = EMPTY
    return columns


def _sentences(judged: Judged) -> tuple[list[str], list[float | None]]:
    """Sentence and hours of every verdict; most are those of all messages with the same topic and level."""
    model, decision, texts = judged.model, judged.decision, judged.texts
    usual = decision.urgency, decision.topic
    sentences, hours = (of_all[usual].tolist() for of_all in model._usual)
    levels = decision.urgency.tolist()
    for row, spans in judged.words.items():
        text = texts[row]
        sentences[row] = with_words(sentences[row], LEVELS[levels[row]], [text[start:end] for start, end in spans])
    for row in judged.reasons:
        verdict = judged.verdict(row)
        sentences[row], hours[row] = verdict.sentence, verdict.react_hours
    return sentences, hours


def _alternatives(decision: Decision, codes: Any) -> list[str]:
    probabilities = decision.alternative_probabilities
    named = (probabilities >= WORTH_NAMING).sum(axis=1)
    written = _HUNDREDTHS[np.rint(probabilities.astype(np.float64) * 100).astype(np.int64)]
    found = (codes[decision.alternatives] + written).T
    # Added up as arrays of strings: a list for each message would cost more than the texts.
    both, one = named == 2, named == 1
    texts = np.full(len(named), "", dtype=object)
    texts[both] = found[0, both] + "; " + found[1, both]
    texts[one] = found[0, one]
    written_out: list[str] = texts.tolist()
    return written_out


def _model_words(
    model: Classifier, chunk: ChunkSums, words: ChunkWords, levels: npt.NDArray[np.int64], messages: Any
) -> dict[int, list[tuple[int, int]]]:
    """The fast twin of `Classifier._deciding_words`, for some messages."""
    outputs = np.array([model._level_outputs(level) for level in LEVELS])
    owner, numbers, added = chunk.outputs_of_words(messages, outputs[levels[messages]])
    high, low = outputs[levels[owner]].T
    best = _strongest(model._level_weights(added, high, low), owner)
    owner = owner[best]
    spans = words.spans(owner, numbers[best])
    bounds = [*np.searchsorted(owner, messages).tolist(), len(best)]
    rows = zip(messages.tolist(), bounds[:-1], bounds[1:], strict=True)
    return {message: spans[first:end] for message, first, end in rows}


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
