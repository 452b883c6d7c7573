"""Whether an export still looks like what a model was trained on: words, confidence and topics, without labels.

The topic mix is compared by the population stability index, sum of (now - before) ln(now / before), with the usual limits
0.1 (look) and 0.25 (act): N. Siddiqi, "Credit Risk Scorecards", 2006. Without any change it is about (k - 1)(1/n + 1/m)
for k classes and n and m messages (B. Yurdakul, "Statistical Properties of Population Stability Index", 2018), so that
much is taken off, and a change must be beyond chance. A calibrated confidence is the accuracy to expect, so its fall is
the accuracy that is lost (D. Guillory et al., "Predicting with Confidence on Unseen Distributions", 2021). The limits of
confidence, review and words are ours; each must also be passed by four standard errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..classifier import Classifier, load
from ..errors import InputError, ModelError
from ..messages import open_source
from ..scores import ChunkSums, Scorer
from .figures import as_json
from .held_out import Judged

__all__ = ["Drift", "Profile", "TopicShift", "compare", "drift", "profile", "profile_held_out"]

FEWEST = 50
"""Fewer messages do not tell."""
BEYOND_CHANCE = 4.0
"""Standard errors."""
SURE = 0.9999
RARE = 0.01
"""Topics with a smaller share of the training messages are compared as one."""
LIMITS = {"topics": (0.1, 0.25), "confidence": (0.025, 0.05), "review": (0.05, 0.1), "words": (0.02, 0.05)}
"""By how much each figure may change before one should look, and act; of words and review in shares of all."""
_SHOWN = 5
_ORDER = ("stable", "look", "retrain")

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """What some messages look like to a model.

    Shares are 0..1: mean and standard deviation over messages of the share of words whose lemma the model does not know
    (numbers do not count) and of the confidence; share of messages for review; messages of each decided topic.
    """

    messages: int
    unknown_words: float
    unknown_words_sd: float
    confidence: float
    confidence_sd: float
    review: float
    topics: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """For the manifest of a model."""
        found: dict[str, Any] = as_json(asdict(self))
        return found


@dataclass(frozen=True, slots=True)
class TopicShift:
    """Share of a topic among the training messages and now."""

    topic: str
    title: str
    before: float
    now: float


@dataclass(frozen=True)
class Drift:
    """How far an export is from the training messages.

    ``verdict``: ``stable``, ``look``, ``retrain``, or ``too few`` messages to tell; ``changed``: what made it so, of
    ``topics``, ``confidence``, ``review`` and ``words``, with the verdict of each; ``stability_index``: of the topics,
    without what chance adds; ``shifts``: the topics whose share changed most.
    """

    verdict: str
    changed: dict[str, str]
    before: Profile
    now: Profile
    stability_index: float
    shifts: tuple[TopicShift, ...]
    without_text: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        found: dict[str, Any] = as_json(asdict(self))
        return found

    def lines(self, language: str = "ru") -> list[str]:
        """The verdict in words, and why.

        :param language: ``ru`` or ``en``.
        """
        say = _WORDS[language]
        before, now = self.before, self.now
        lines = [say[self.verdict].format(now.messages, FEWEST)]
        rows = (
            ("words", before.unknown_words, now.unknown_words),
            ("confidence", before.confidence, now.confidence),
            ("review", before.review, now.review),
        )
        for name, old, new in rows:
            lines.append(f"  {say[name].format(old, new)}{say['mark'] if name in self.changed else ''}")
        mark = say["mark"] if "topics" in self.changed else ""
        lines.append(f"  {say['topics'].format(self.stability_index, *LIMITS['topics'])}{mark}")
        if "topics" in self.changed:
            lines += [f"    {one.title or one.topic}: {one.before:.1%} → {one.now:.1%}" for one in self.shifts]
        return lines


_WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "retrain": "Пора переобучать: {0:,} сообщений заметно отличаются от тех, на которых модель училась.",
        "look": "Переобучать рано, но присмотритесь: {0:,} сообщений несколько отличаются от тех, на которых модель училась.",
        "stable": "Переобучать не пора: {0:,} сообщений похожи на те, на которых модель училась.",
        "too few": "Сказать нельзя: {0:,} сообщений мало, нужно не меньше {1}.",
        "words": "незнакомые слова: было {0:.1%}, стало {1:.1%}",
        "confidence": "средняя уверенность (ожидаемая доля верных тем): была {0:.3f}, стала {1:.3f}",
        "review": "на проверку: было {0:.1%}, стало {1:.1%}",
        "topics": "состав тем: индекс стабильности {0:.2f} (до {1} — без перемен, от {2} — другой состав)",
        "mark": "  ← изменилось",
    },
    "en": {
        "retrain": "Time to retrain: {0:,} messages differ clearly from those the model learned from.",
        "look": "No need to retrain yet, but look: {0:,} messages differ a little from those the model learned from.",
        "stable": "No need to retrain: {0:,} messages are like those the model learned from.",
        "too few": "There is no telling: {0:,} messages are too few, at least {1} are needed.",
        "words": "unknown words: {0:.1%} before, {1:.1%} now",
        "confidence": "mean confidence (share of right topics to expect): {0:.3f} before, {1:.3f} now",
        "review": "for review: {0:.1%} before, {1:.1%} now",
        "topics": "topic mix: stability index {0:.2f} (below {1} unchanged, from {2} another mix)",
        "mark": "  <- changed",
    },
}


def drift(
    files: str | Path | Sequence[str | Path],
    *,
    reference: str | Path | Classifier | None = None,
    text_column: str | None = None,
) -> Drift:
    """Compare an export without labels with the training messages of a model.

    :param files: one or more files of any format that is read.
    :param reference: folder of the model or a loaded one; the default model if not given.
    :raises ModelError: the model does not say what its training messages looked like.
    :raises AppealError: a file or the model cannot be used.
    """
    model = reference if isinstance(reference, Classifier) else load(reference)
    entry = model.manifest.get("reference")
    if not isinstance(entry, dict) or set(entry) != {one.name for one in fields(Profile)}:
        what = "this model does not say what its training messages looked like; train it again with this version"
        raise ModelError(f"{model.path}: {what}")
    before = Profile(**entry)
    texts: list[str] = []
    without_text = 0
    for file in [files] if isinstance(files, (str, Path)) else files:
        with open_source(file, text_column=text_column) as source:
            for batch in source.batches():
                good = [
                    text for text, error in zip(batch.texts, batch.errors, strict=True) if not error and text.strip()
                ]
                without_text += len(batch) - len(good)
                texts += good
    if not texts:
        raise InputError(f"none of the {without_text:,} rows has a text")
    titles = {topic.code: topic.title for topic in model.taxonomy.topics}
    return compare(before, profile(model, texts), titles, without_text)


def profile(model: Classifier, texts: Sequence[str]) -> Profile:
    """What messages look like to a model that has not seen them."""
    decided = model.decide(texts)
    codes = [model.taxonomy.codes[number] for number in decided.topic.tolist()]
    return _profile(_unknown_words(model._scorer, texts), decided.confidence, decided.review, codes)


def profile_held_out(
    scorer: Scorer,
    texts: Sequence[str],
    judged: Judged,
    codes: Sequence[str],
    counted: npt.NDArray[np.bool_] | None = None,
) -> Profile:
    """What the training messages of a model look like to models that have not seen them.

    :param scorer: of the trained model.
    :param judged: held-out answers for the texts.
    :param codes: of the topics.
    :param counted: which messages count; all if not given.
    """
    rows = np.arange(len(texts)) if counted is None else np.flatnonzero(counted)
    decided = [codes[number] for number in judged.topic[rows].tolist()]
    unknown = _unknown_words(scorer, [texts[row] for row in rows.tolist()])
    return _profile(unknown, judged.confidence[rows], judged.review[rows], decided)


def _profile(unknown: F64, confidence: Any, review: Any, topics: Sequence[str]) -> Profile:
    names, counts = np.unique(np.array(topics, str), return_counts=True)
    unknown = unknown[~np.isnan(unknown)]
    return Profile(
        messages=len(topics),
        unknown_words=float(unknown.mean()) if len(unknown) else 0.0,
        unknown_words_sd=float(unknown.std()) if len(unknown) else 0.0,
        confidence=float(np.mean(confidence, dtype=np.float64)),
        confidence_sd=float(np.std(confidence, dtype=np.float64)),
        review=float(np.mean(review)),
        topics=dict(zip(names.tolist(), counts.tolist(), strict=True)),
    )


def _unknown_words(scorer: Scorer, texts: Sequence[str]) -> F64:
    """Share of the words of each message whose lemma is not in the lexicon; NaN for a message without words."""
    parts = [_unknown_in(chunk) for chunk in scorer.score_many(texts)]
    return np.concatenate([np.zeros(0), *parts])


def _unknown_in(chunk: ChunkSums) -> F64:
    words = ~chunk.tokens.is_number
    counts = [np.concatenate([[0], np.cumsum(flags)]) for flags in (words, words & (chunk.lemmas() < 0))]
    total, unknown = (np.diff(sums[chunk.tokens.bounds]) for sums in counts)
    return np.where(total > 0, unknown / np.maximum(total, 1), np.nan)


def compare(before: Profile, now: Profile, titles: Mapping[str, str], without_text: int = 0) -> Drift:
    """The change from one profile to another, and what it means.

    :param titles: of the topics, by code.
    """
    index, beyond_chance = _stability(before, now)
    rises = {
        "words": (now.unknown_words - before.unknown_words, before.unknown_words_sd, now.unknown_words_sd),
        "confidence": (before.confidence - now.confidence, before.confidence_sd, now.confidence_sd),
        "review": (now.review - before.review, _spread(before.review), _spread(now.review)),
    }
    changed = {}
    for name, (rise, *spreads) in rises.items():
        error = float(
            np.sqrt(sum(sd**2 / count for sd, count in zip(spreads, (before.messages, now.messages), strict=True)))
        )
        if rise > BEYOND_CHANCE * error:
            changed[name] = _verdict(rise, name)
    if beyond_chance:
        changed["topics"] = _verdict(index, "topics")
    changed = {name: verdict for name, verdict in changed.items() if verdict != "stable"}
    verdict = max(changed.values(), key=_ORDER.index, default="stable")
    if now.messages < FEWEST:
        verdict, changed = "too few", {}
    return Drift(verdict, changed, before, now, index, _shifts(before, now, titles), without_text)


def _verdict(change: float, name: str) -> str:
    look, act = LIMITS[name]
    return "retrain" if change >= act else "look" if change >= look else "stable"


def _spread(share: float) -> float:
    return float(np.sqrt(share * (1 - share)))


def _stability(before: Profile, now: Profile) -> tuple[float, bool]:
    """Population stability index of the topics without what chance adds, and whether there is more than chance."""
    from scipy.stats import chi2

    common = [topic for topic, count in before.topics.items() if count >= RARE * before.messages]
    mixes = []
    for one in (before, now):
        counts = np.array([one.topics.get(topic, 0) for topic in common], np.float64)
        counts = np.append(counts, one.messages - counts.sum()) + 0.5  # no class is empty
        mixes.append(counts / counts.sum())
    old, new = mixes
    index = float(((new - old) * np.log(new / old)).sum())
    chance = 1 / before.messages + 1 / now.messages
    freedom = len(common)
    return max(index - freedom * chance, 0.0), index > float(chi2.ppf(SURE, max(freedom, 1))) * chance


def _shifts(before: Profile, now: Profile, titles: Mapping[str, str]) -> tuple[TopicShift, ...]:
    shifts = [
        TopicShift(
            topic,
            titles.get(topic, topic),
            before.topics.get(topic, 0) / before.messages,
            now.topics.get(topic, 0) / now.messages,
        )
        for topic in sorted({*before.topics, *now.topics})
    ]
    return tuple(sorted(shifts, key=lambda one: -abs(one.now - one.before))[:_SHOWN])
