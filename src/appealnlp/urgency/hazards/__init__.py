"""The rules, by subject."""

from __future__ import annotations

from ..rules import Rule
from . import animals, care, cold_and_dark, falling, fire_and_power, ground, services, slow, water

__all__ = ["RULES", "RULE_NUMBERS"]

RULES: tuple[Rule, ...] = (
    *fire_and_power.RULES,
    *care.RULES,
    *falling.RULES,
    *ground.RULES,
    *water.RULES,
    *services.RULES,
    *cold_and_dark.RULES,
    *animals.RULES,
    *slow.RULES,
)
"""All rules. Their order means nothing: the level decides."""

RULE_NUMBERS: dict[str, int] = {rule.name: number for number, rule in enumerate(RULES)}
"""Place of each rule in `RULES` by its name."""
