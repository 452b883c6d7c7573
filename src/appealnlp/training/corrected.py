"""Learn with corrected rows, and tell what they changed: the same held-out messages before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .examples import Examples

if TYPE_CHECKING:
    from .build import Model
    from .own import Learned

__all__ = ["Change", "learn_corrected"]


@dataclass(frozen=True, slots=True)
class Change:
    """Shares of right topics among some held-out messages, by a model without the corrections and by one with them."""

    what: str
    messages: int
    before: float
    after: float

    def __str__(self) -> str:
        return (
            f"{self.what} ({self.messages:,}): topic right {self.before:.1%} before, {self.after:.1%} after correcting"
        )


def learn_corrected(others: Examples, corrected: Examples, learn: Callable[[Examples], Learned]) -> Learned:
    """Learn without and with the corrected rows, and add to the notes what changed.

    Both times each message is judged by a model that has not seen it or a near-duplicate of it.

    :param others: rows of the export without the texts that were corrected.
    :param learn: trains on some rows.
    """
    before = learn(others)
    examples = others.joined(corrected)
    after = learn(examples)
    changes = _changes(before, after, examples, len(others))
    evaluation = after.evaluation
    figures = replace(evaluation.figures, notes=(*evaluation.figures.notes, *map(str, changes)))
    return replace(after, evaluation=replace(evaluation, figures=figures))


def _changes(before: Learned, after: Learned, examples: Examples, first_corrected: int) -> list[Change]:
    positions = after.choice.positions
    truth = np.array([examples.topics[at] for at in positions.tolist()], object)
    old = np.full(len(examples), None, object)
    old[before.choice.positions] = _codes(before.model)[before.judged.topic]
    unseen = np.array([at for at in positions.tolist() if old[at] is None], np.int64)
    texts, columns = [examples.texts[at] for at in unseen.tolist()], examples.context_of(unseen.tolist())
    old[unseen] = _codes(before.model)[before.model.decide(texts, columns).topic]
    right_before, right_after = old[positions] == truth, _codes(after.model)[after.judged.topic] == truth
    corrected = positions >= first_corrected
    return [
        Change(what, int(inside.sum()), float(right_before[inside].mean()), float(right_after[inside].mean()))
        for what, inside in (("corrected messages", corrected), ("all other messages", ~corrected))
        if inside.any()
    ]


def _codes(model: Model) -> npt.NDArray[np.object_]:
    return np.array(model.taxonomy.codes, object)
