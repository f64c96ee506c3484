"""A comparison's figures as series: for each one the values from which its interval is made."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median

from windtunnel.criteria.intervals import quantile
from windtunnel.criteria.sequence import log_ratios
from windtunnel.records import ArmRound, Round

ABBA_BLOCK = 2
"""Timed pairs a batch for the median: those that were asked together, in an order drawn as a whole.
Small batches make many values, and so a short run certain."""
ABBA_BLOCKS = 2
"""ABBA blocks a batch for CPU time: what the kernel books to the next evens out within it."""
PAIRS = 10
"""Timed pairs a batch for the mean: in smaller ones the rare long requests would count as outliers
instead of raising it."""
TAIL = 100
"""Timed pairs a batch for the 99th percentile: fewer have none."""
SPELL = 5
"""Rounds over which the growth of memory is read: allocators take it in large pieces."""


class Scale(StrEnum):
    """What a series' values are."""

    RATIO = "logarithms of head / base"
    DIFFERENCE = "head - base"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSeries:
    """One figure of one endpoint, as batch by batch differences between the arms."""

    name: str
    tolerance: str
    """Its name among the tolerances."""
    scale: Scale
    values: tuple[float, ...]
    base: float
    """The figure itself, of each arm, over all batches."""
    head: float
    unit: str
    more_is_worse: bool = True
    missing: int = 0
    """Rounds in which it could not be counted. With any, the values decide nothing."""

    @property
    def effect(self) -> float:
        """The effect as a share, or in `unit`, without an interval."""
        if self.scale is Scale.RATIO:
            return math.expm1(median(self.values))
        return self.head - self.base


def series(rounds: Sequence[Round], dependencies: Sequence[str]) -> tuple[FigureSeries, ...]:
    """Return every figure of one endpoint that its rounds hold."""
    # Rounds of slow requests have fewer pairs, and no time for larger batches.
    most = len(rounds[0].base.durations) if rounds else PAIRS
    found = [
        _durations(rounds, "mean", min(PAIRS, most), fmean),
        _durations(rounds, "p50", min(ABBA_BLOCK, most), median),
        _durations(rounds, "p99", TAIL, _p99),
        _of_rounds(rounds, "throughput", "requests/s", lambda arm: arm.rate, more_is_worse=False),
    ]
    if all(round_.base.cpu and round_.head.cpu for round_ in rounds):
        found.append(_cpu(rounds))
    if all(round_.base.resident and round_.head.resident for round_ in rounds):
        found.append(_growth(rounds))
    found += [_calls(rounds, place, name) for place, name in enumerate(dependencies)]
    return tuple(found)


def _durations(
    rounds: Sequence[Round], name: str, size: int, summary: Callable[[Sequence[float]], float]
) -> FigureSeries:
    base = [duration for round_ in rounds for duration in round_.base.durations]
    head = [duration for round_ in rounds for duration in round_.head.durations]
    return FigureSeries(
        name=name,
        tolerance=name,
        scale=Scale.RATIO,
        values=tuple(log_ratios(head, base, size, summary)),
        base=summary(base) if base else math.nan,
        head=summary(head) if head else math.nan,
        unit="s",
    )


def _p99(values: Sequence[float]) -> float:
    return quantile(sorted(values), 0.99)


def _of_rounds(
    rounds: Sequence[Round],
    name: str,
    unit: str,
    figure: Callable[[ArmRound], float],
    *,
    more_is_worse: bool = True,
) -> FigureSeries:
    base = [figure(round_.base) for round_ in rounds]
    head = [figure(round_.head) for round_ in rounds]
    return FigureSeries(
        name=name,
        tolerance=name,
        scale=Scale.RATIO,
        values=tuple(log_ratios(head, base, 1)),
        base=median(base) if base else math.nan,
        head=median(head) if head else math.nan,
        unit=unit,
        more_is_worse=more_is_worse,
    )


def _cpu(rounds: Sequence[Round]) -> FigureSeries:
    base = [used for round_ in rounds for used in round_.base.cpu]
    head = [used for round_ in rounds for used in round_.head.cpu]
    return FigureSeries(
        name="CPU a request",
        tolerance="cpu",
        scale=Scale.RATIO,
        values=tuple(_ratios_of_counted(head, base)),
        base=median(base),
        head=median(head),
        unit="s",
    )


def _ratios_of_counted(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """Return the log ratios of a few ABBA blocks together, of more where a clock counted none."""
    ratios = []
    above = below = 0.0
    abba_blocks = 0
    for numerator, denominator in zip(numerators, denominators, strict=True):
        above += numerator
        below += denominator
        abba_blocks += 1
        if abba_blocks >= ABBA_BLOCKS and above > 0 and below > 0:
            ratios.append(math.log(above / below))
            above = below = 0.0
            abba_blocks = 0
    return ratios


def _growth(rounds: Sequence[Round]) -> FigureSeries:
    base = _grown([round_.base for round_ in rounds])
    head = _grown([round_.head for round_ in rounds])
    return FigureSeries(
        name="memory growth",
        tolerance="growth",
        scale=Scale.DIFFERENCE,
        values=tuple(h - b for h, b in zip(head, base, strict=True)),
        base=fmean(base) if base else math.nan,
        head=fmean(head) if head else math.nan,
        unit="bytes a request",
    )


def _grown(arm: Sequence[ArmRound]) -> list[float]:
    grown = []
    for place in range(0, len(arm) - SPELL + 1, SPELL):
        spell = arm[place : place + SPELL]
        grown.append(sum(b.grown for b in spell) / sum(b.requests for b in spell))
    return grown


def _calls(rounds: Sequence[Round], place: int, dependency: str) -> FigureSeries:
    pairs = [(_a_request(b.base, place), _a_request(b.head, place)) for b in rounds]
    counted = [(base, head) for base, head in pairs if base is not None and head is not None]
    base, head = [pair[0] for pair in counted], [pair[1] for pair in counted]
    return FigureSeries(
        name=f"calls to {dependency}",
        tolerance="calls",
        scale=Scale.DIFFERENCE,
        values=tuple(h - b for h, b in zip(head, base, strict=True)),
        base=fmean(base) if base else math.nan,
        head=fmean(head) if head else math.nan,
        unit="a request",
        missing=len(rounds) - len(counted),
    )


def _a_request(arm: ArmRound, place: int) -> float | None:
    calls = arm.calls[place]
    return None if calls is None else calls / arm.counted
