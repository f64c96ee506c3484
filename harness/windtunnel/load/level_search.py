"""Finds the level at which something stops holding, in bounded steps, as a pure decision.

Levels are rates, delays or shares: the higher, the harder. Doubles from the lowest until one fails,
then halves the gap between the highest that held and the lowest that failed, on a log scale.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LevelOutcome:
    """One level, and whether it was shown to hold."""

    level: float
    held: bool


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where the limit lies."""

    held: float | None
    """The highest level that held; None where not even the lowest did."""
    failed: float | None
    """The lowest level above it that did not hold; None where even the highest did."""


def bracket(tried: Sequence[LevelOutcome]) -> Bracket:
    """Return where the limit lies: below the lowest failure, whatever held above that."""
    failed = min((each.level for each in tried if not each.held), default=None)
    held = max(
        (each.level for each in tried if each.held and (failed is None or each.level < failed)),
        default=None,
    )
    return Bracket(held, failed)


def next_level(
    tried: Sequence[LevelOutcome], lowest: float, highest: float, resolution: float = 0.05
) -> float | None:
    """Return the next level to try; None once the limit is known to a share of `resolution`."""
    if not tried:
        return lowest
    known = bracket(tried)
    if known.held is None:
        return None
    if known.failed is None:
        return None if known.held >= highest else min(highest, known.held * 2)
    if known.failed <= known.held * (1 + resolution):
        return None
    return math.sqrt(known.held * known.failed)


def steps_at_most(lowest: float, highest: float, resolution: float = 0.05) -> int:
    """Return how many levels a search tries at most: what its confidence is shared among."""
    doublings = max(0, math.ceil(math.log2(highest / lowest)))
    halvings = math.ceil(math.log2(max(1.0, math.log(2) / math.log1p(resolution))))
    return 1 + doublings + halvings
