"""The rules, by subject."""

from __future__ import annotations

from ..rules import Rule
from . import animals, care, cold_and_dark, falling, fire_and_power, ground, services, slow, water

__all__ = ["RULES"]

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
