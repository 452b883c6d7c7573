"""What a classification says: frozen, slotted dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Alternative", "Norm", "Place", "Reason", "Result"]


@dataclass(frozen=True, slots=True)
class Norm:
    """A deadline with its source.

    :param code: key in the norms file.
    :param hours: the strictest hours to react, or ``None`` where the act names none («немедленно» is 0).
    :param title_ru: act, clause and figure as a clerk quotes them.
    :param verified: whether the clause was read in the act itself; otherwise it is second-hand.
    """

    code: str
    hours: float | None
    title_ru: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a level of urgency was given: a named rule or the model, the deciding words and where they stand.

    :param rule: name of the rule, or ``"model"``.
    :param level: ``emergency``, ``critical``, ``urgent``, ``routine`` or ``none``.
    :param title_ru: what the rule saw, in Russian («запах газа»).
    :param quote: the deciding words as written in the message.
    :param spans: their ``(start, end)`` positions in the message.
    :param norm: the norm that sets the hours, if one applies.
    """

    rule: str
    level: str
    title_ru: str
    quote: str
    spans: tuple[tuple[int, int], ...]
    norm: Norm | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a contiguous piece of the message (``text[start:end]``) and its kind (street, settlement, stop, object)."""

    text: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A topic that also fits, with its probability."""

    topic: str
    title: str
    probability: float


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on one message. Titles and reasons are Russian; codes are stable.

    ``confidence`` is the calibrated probability of ``topic``; ``needs_review`` says that a person should look.
    ``react_hours`` is ``None`` where no norm or class limit applies. A message that could not be judged has ``error``
    set and empty fields. ``topic_set``: topics that hold the right one as often as was asked for (see
    `Classifier.classify`). The names, prefixed with ``nlp_``, are the columns of `appealnlp classify`.
    """

    topic: str = ""
    topic_title: str = ""
    group: str = ""
    group_title: str = ""
    confidence: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    urgency: str = ""
    urgency_title: str = ""
    urgency_reason: str = ""
    react_hours: float | None = None
    kind: str = ""
    vulnerable: bool = False
    places: tuple[Place, ...] = ()
    needs_review: bool = False
    error: str = ""
    topic_set: tuple[Alternative, ...] = ()
    reasons: tuple[Reason, ...] = ()
