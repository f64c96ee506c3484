"""Confidence intervals, each with its source."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from windtunnel.criteria import beta_distribution

CONFIDENCE = 0.99
"""How surely an interval holds the truth, where nobody asks for more or less."""
BATCHES = 20
"""Batches of an interval: 10 to 30 are advised (Schmeiser 1982, doi:10.1287/opre.30.3.556)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the ends between which the evidence puts it."""

    value: float
    lower: float
    upper: float


def proportion(events: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact interval of a proportion (Clopper and Pearson 1934, doi:10.2307/2331986).

    It holds the true share at least as often as `confidence` says, however few the trials: Wilson's
    shorter one would call a service failed on its first error. `trials` is at least 1.
    """
    tail = (1 - confidence) / 2
    missed = trials - events
    lower = 0.0 if events == 0 else beta_distribution.quantile(events, missed + 1, tail)
    upper = 1.0 if missed == 0 else beta_distribution.quantile(events + 1, missed, 1 - tail)
    return Interval(events / trials, lower, upper)


def mean(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Return the interval of a mean by batch means: values in the order in which they arose.

    Response times under load depend on their neighbours, so an interval from single values would
    be too narrow; means of successive batches are nearly independent (Law, Simulation Modeling and
    Analysis, 5th ed., 9.5.3). None with fewer than two values a batch.
    """
    size = len(values) // BATCHES
    if size < 2:
        return None
    batches = [fmean(values[place * size : (place + 1) * size]) for place in range(BATCHES)]
    centre = fmean(values)
    half = _student(BATCHES - 1, confidence) * stdev(batches) / math.sqrt(BATCHES)
    return Interval(centre, centre - half, centre + half)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile of values in ascending order."""
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def trials_for_none(limit: float, confidence: float = CONFIDENCE) -> int:
    """Return how many trials without an event put the proportion's upper end below `limit`."""
    return math.floor(math.log((1 - confidence) / 2) / math.log(1 - limit)) + 1


def _student(freedom: int, confidence: float) -> float:
    """Return the value that Student's t exceeds in size with probability 1 - confidence.

    freedom / (freedom + t²) is distributed as Beta(freedom / 2, 1 / 2).
    """
    share = beta_distribution.quantile(freedom / 2, 0.5, 1 - confidence)
    return math.sqrt(freedom * (1 / share - 1))
