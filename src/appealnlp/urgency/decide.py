"""Model and rules together: the level, its reasons, the hours and one Russian sentence for the clerk.

A rule may raise what the model says, never lower it. A norm is only ever quoted from the norms table; where none
applies the sentence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..result import Norm, Reason
from .norms import Norms
from .scale import TITLES_RU, at_least, rank

__all__ = ["MODEL_RULE", "Verdict", "decide", "hours_ru", "with_words"]

MODEL_RULE = "model"
"""Name of the reason that the model gives."""

_QUOTED_REASONS = 3
_LONGEST_QUOTE = 120


@dataclass(frozen=True, slots=True)
class Verdict:
    """How urgent a message is.

    :param level: ``emergency``, ``critical``, ``urgent``, ``routine`` or ``none``.
    :param reasons: why, the strongest first; never empty above ``routine``.
    :param react_hours: strictest of the norms of the winning reasons and of our limit for the level; ``None`` if there
        is neither.
    :param sentence: one Russian line with the deciding words, the norm and the hours; empty if there is nothing to say.
    """

    level: str
    reasons: tuple[Reason, ...]
    react_hours: float | None
    sentence: str


def decide(
    model_level: str,
    text: str,
    model_words: Sequence[tuple[int, int]],
    reasons: Sequence[Reason],
    topic: str,
    norms: Norms,
) -> Verdict:
    """Weigh the model's level against the rules that fired.

    :param model_level: what the model says.
    :param text: the message; only read to quote ``model_words``.
    :param model_words: spans of the words that moved the model, in order of the text.
    :param reasons: what `appealnlp.urgency.find.find` found, the strongest first.
    :param topic: code of the message's topic; its norm applies where no winning rule has one.
    :param norms: the norms table.
    """
    if reasons and rank(reasons[0].level) >= rank(model_level):
        level, all_reasons = reasons[0].level, tuple(reasons)
    else:
        level = model_level
        all_reasons = (
            (_model_reason(level, text, model_words), *reasons) if at_least(level, "urgent") else tuple(reasons)
        )
    winning = [reason for reason in all_reasons if reason.level == level]
    norm = _norm(winning, level, topic, norms)
    limit = norms.limit(level)
    hours = [each.hours for each in (norm, limit) if each is not None and each.hours is not None]
    return Verdict(level, all_reasons, min(hours, default=None), _sentence(level, winning, norm, limit))


def with_words(sentence: str, level: str, words: Sequence[str]) -> str:
    """The sentence that `decide` makes of the model's verdict with these words, from the one that it makes without any.

    The norm does not depend on the words, so that one sentence does for all messages of a topic and level.
    """
    quoted = [f"«{word}»" if len(word) <= _LONGEST_QUOTE and word.isalnum() else _guillemets(word) for word in words]
    head = _model_head(level, ())
    return f"{head}: {', '.join(quoted)}{sentence[len(head) :]}" if quoted else sentence


def _model_reason(level: str, text: str, words: Sequence[tuple[int, int]]) -> Reason:
    spans = tuple(words)
    return Reason(MODEL_RULE, level, "по словам сообщения", ", ".join(text[start:end] for start, end in spans), spans)


def _model_head(level: str, reasons: Sequence[Reason]) -> str:
    words = [word for reason in reasons for word in _pieces(reason)]
    return f"{TITLES_RU[level]} (по модели)" + (f": {', '.join(words)}" if words else "")


def _norm(winning: Sequence[Reason], level: str, topic: str, norms: Norms) -> Norm | None:
    """The strictest norm of the winning reasons; without one, that of the topic if it holds from this level on."""
    own = [reason.norm for reason in winning if reason.norm is not None]
    if own:
        return min(own, key=lambda norm: float("inf") if norm.hours is None else norm.hours)
    if any(reason.rule != MODEL_RULE for reason in winning):
        return None  # a rule named the situation exactly: the topic's norm may be about another one
    of_topic = norms.for_topic(topic)
    return of_topic[1] if of_topic is not None and level != "none" and at_least(level, of_topic[0]) else None


def _sentence(level: str, winning: Sequence[Reason], norm: Norm | None, limit: Norm | None) -> str:
    if not at_least(level, "urgent"):
        return "" if norm is None else f"{TITLES_RU[level]}; {_quoted(norm)}"
    by_rule = [reason for reason in winning if reason.rule != MODEL_RULE]
    if by_rule:
        head = f"{TITLES_RU[level]}: {', '.join(_guillemets(reason.quote) for reason in by_rule[:_QUOTED_REASONS])}"
    else:
        head = _model_head(level, winning)
    parts = [head]
    if level == "emergency":
        parts.append("немедленно передать в 112")
    if norm is not None:
        parts.append(_quoted(norm))
    else:
        parts.append("отдельный срок не установлен")
        if limit is not None and limit.hours:
            parts.append(f"{limit.title_ru} — до {hours_ru(limit.hours)}")
    return "; ".join(parts)


def _pieces(reason: Reason) -> list[str]:
    return [_guillemets(word) for word in reason.quote.split(", ") if word.strip()]


def _guillemets(words: str) -> str:
    """The words on one line between «ёлочки»; quotation marks inside become „лапки“."""
    words = " ".join(words.split()).replace("«", "„").replace("»", "“")
    if len(words) > _LONGEST_QUOTE:
        words = words[: _LONGEST_QUOTE - 1].rstrip() + "…"
    return f"«{words}»"


def _quoted(norm: Norm) -> str:
    if norm.hours is None:
        return norm.title_ru
    return f"{norm.title_ru} — {'немедленно' if norm.hours == 0 else 'до ' + hours_ru(norm.hours)}"


def hours_ru(hours: float) -> str:
    """A time as a clerk writes it: minutes below an hour, else hours.

    >>> hours_ru(0.5), hours_ru(4.0), hours_ru(72.0), hours_ru(1.5)
    ('30 мин', '4 ч', '72 ч', '1,5 ч')
    """
    if hours < 1:
        return f"{round(hours * 60)} мин"
    return f"{hours:g}".replace(".", ",") + " ч"
