"""Finds where a series of runs changed its level."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, heappushpop
from itertools import pairwise
from statistics import median

from windtunnel.history.entry import Entry, Figure

SHORTEST = 3
"""The fewest runs of a new level: a single odd run is not a change."""
PENALTY = 3.0
"""The penalty of a change, in noise scales times log(number of runs). At 30 runs of heavy-tailed
noise (Student's t, 3 degrees) without any change, 1 series in 300 showed one."""


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """One run's figure in a series."""

    entry: Entry
    figure: Figure


@dataclass(frozen=True, slots=True)
class Series:
    """One figure of one endpoint over the runs of one machine under one set of conditions."""

    endpoint: str
    name: str
    unit: str
    fingerprint: str
    machine: str
    under: str
    runs: tuple[SeriesRun, ...]
    changes: tuple[int, ...]
    """The index of each run at which a new level begins."""

    @property
    def values(self) -> tuple[float, ...]:
        """Head's figure of each run."""
        return tuple(run.figure.head for run in self.runs)

    def level(self, change: int) -> tuple[float, float]:
        """Return the medians before and after a change, each as far as the next change."""
        place = self.changes.index(change)
        before = ((0, *self.changes)[place], change)
        after = (change, (*self.changes, len(self.runs))[place + 1])
        return median(self.values[slice(*before)]), median(self.values[slice(*after)])


def series_of(entries: Sequence[Entry]) -> tuple[Series, ...]:
    """Return the series of a history; figures of different machines or conditions never mix."""
    gathered: dict[tuple[str, str, str, str], list[SeriesRun]] = {}
    for entry in entries:
        for figure in entry.figures:
            key = (entry.fingerprint, entry.under, figure.endpoint, figure.name)
            gathered.setdefault(key, []).append(SeriesRun(entry, figure))
    return tuple(
        Series(
            endpoint=endpoint,
            name=name,
            unit=runs[0].figure.unit,
            fingerprint=fingerprint,
            machine=runs[0].entry.machine,
            under=under,
            runs=tuple(runs),
            changes=changes([run.figure.head for run in runs]),
        )
        for (fingerprint, under, endpoint, name), runs in gathered.items()
    )


def changes(values: Sequence[float]) -> tuple[int, ...]:
    """Return the indices at which a new level begins.

    Of all ways to cut the values into levels of SHORTEST at least, the cheapest is taken: the sum
    of absolute deviations from each level's median, and a penalty for each change (optimal
    partitioning, Jackson et al. 2005, doi:10.1109/LSP.2001.838216). The noise is taken from the
    differences of neighbours, which a change hardly alters.
    """
    if len(values) < 2 * SHORTEST:
        return ()
    steps = [later - earlier for earlier, later in pairwise(values)]
    noise = 1.4826 * _deviation(steps) / math.sqrt(2)
    # Counts are often all equal: then any difference is a change.
    noise = noise or 1e-3 * median([abs(value) for value in values]) or 1e-9
    penalty = noise * PENALTY * math.log(len(values))
    # For each number of first values: the least cost, and where the last level begins.
    best: list[tuple[float, int]] = [(-penalty, 0)] + [(math.inf, 0)] * len(values)
    for start in range(len(values) - SHORTEST + 1):
        if start and not math.isfinite(best[start][0]):
            continue
        before = best[start][0] + penalty
        for length, cost in _costs(values[start:]):
            if length >= SHORTEST and before + cost < best[start + length][0]:
                best[start + length] = (before + cost, start)
    found: list[int] = []
    end = len(values)
    while end:
        end = best[end][1]
        found.append(end)
    return tuple(sorted(found)[1:])


def _deviation(values: Sequence[float]) -> float:
    """Return the median absolute deviation."""
    middle = median(values)
    return median([abs(value - middle) for value in values])


def _costs(values: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Yield for each number of first values the sum of their deviations from their median."""
    # The lower half negated, so that both heaps begin with what is next to the median.
    lower: list[float] = []
    upper: list[float] = []
    below = above = 0.0
    for length, value in enumerate(values, start=1):
        moved = -heappushpop(lower, -value)
        below += value - moved
        heappush(upper, moved)
        above += moved
        if len(upper) > len(lower):
            moved = heappop(upper)
            above -= moved
            heappush(lower, -moved)
            below += moved
        middle = -lower[0]
        yield length, (middle * len(lower) - below) + (above - middle * len(upper))
