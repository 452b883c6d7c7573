"""How far people agree about topics: two readers, the recorded labels and a model on the same messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares of messages with the same group and the same topic, by whom is compared.

    :param messages: how many were read.
    :param pairs: in words who is compared -> shares of the same group and of the same topic.
    """

    messages: int
    pairs: Mapping[str, tuple[float, float]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"messages": self.messages, "pairs": {name: list(shares) for name, shares in self.pairs.items()}}


def agreement(
    groups: Mapping[str, str],
    recorded: Sequence[str],
    readers: tuple[Sequence[str], Sequence[str]],
    model: Sequence[str],
) -> Agreement:
    """Compare topics that a recorder, two readers and a model gave the same messages.

    :param groups: code of each topic -> its group.
    :param recorded: recorded topic of each message; ``readers`` and ``model`` likewise.
    """
    first, second = readers

    def same(one: Sequence[str], other: Sequence[str]) -> tuple[float, float]:
        both = list(zip(one, other, strict=True))
        group = sum(groups[left] == groups[right] for left, right in both)
        return group / len(both), sum(left == right for left, right in both) / len(both)

    def mean(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
        return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2

    pairs = {
        "two readers": same(first, second),
        "a reader and the recorded label": mean(same(first, recorded), same(second, recorded)),
        "the model and a reader": mean(same(first, model), same(second, model)),
        "the model and the recorded label": same(model, recorded),
    }
    return Agreement(len(recorded), pairs)
