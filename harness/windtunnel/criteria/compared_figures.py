"""A comparison's figures: each one's value in both arms, and how its own interval is made."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from windtunnel.criteria import betting
from windtunnel.criteria.compared_times import (
    Thresholds,
    Times,
    as_rows,
    more_than_chance,
)
from windtunnel.criteria.intervals import Interval
from windtunnel.records import ArmRound, Round

if TYPE_CHECKING:
    import numpy as np

SPELL = 5
"""Rounds over which the growth of memory is read: allocators take it in large pieces."""
CPU_BLOCKS = 2
"""ABBA blocks of one reading of CPU time: what the kernel books late evens out within it."""


class Scale(StrEnum):
    """How the arms are compared."""

    RATIO = "head / base - 1"
    DIFFERENCE = "head - base"


Estimate = Callable[[float], Interval | None]
"""Takes a confidence; gives the interval of the effect, None where there is too little evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFigure:
    """One figure of one endpoint."""

    name: str
    tolerance: str
    """Its name among the tolerances."""
    scale: Scale
    base: float
    """The figure itself, of each arm."""
    head: float
    unit: str
    interval: Estimate
    of: str = ""
    """What it is about, where the name alone does not say: "times capped at 3.3 ms"."""
    more_is_worse: bool = True
    missing: int = 0
    """Rounds in which it could not be counted. With any, nothing is decided."""
    missing_why: str = ""
    plain: float | None = None
    """The effect on the plain total, which no interval can hold: rare large values may hide in it.
    None where the figure hides none."""

    @property
    def effect(self) -> float:
        """The effect without an interval, as a share or in `unit`."""
        if self.scale is Scale.DIFFERENCE:
            return self.head - self.base
        return self.head / self.base - 1 if self.base else math.nan


def compared_figures(
    rounds: Sequence[Round], dependencies: Sequence[str], thresholds: Thresholds | None
) -> tuple[ComparedFigure, ...]:
    """Return every figure of one endpoint that its rounds hold, but for its slow requests.

    The thresholds are drawn from base's first requests, which capped figures leave out.
    """
    times = Times.of(rounds)
    found = [
        _capped_mean(rounds, thresholds),
        _quantile(times, "p50", 0.50),
        _quantile(times, "p99", 0.99),
        _throughput(rounds),
    ]
    if any(round_.base.cpu or round_.head.cpu for round_ in rounds):
        found.append(_cpu(rounds))
    if any(round_.base.resident or round_.head.resident for round_ in rounds):
        found.append(_growth(rounds))
    found += [_calls(rounds, place, name) for place, name in enumerate(dependencies)]
    return tuple(found)


def _as_change(found: Interval | None) -> Interval | None:
    """Return a multiple of base as a change."""
    if found is None:
        return None
    return Interval(found.value - 1, found.lower - 1, found.upper - 1)


def _capped_mean(rounds: Sequence[Round], thresholds: Thresholds | None) -> ComparedFigure:
    if thresholds is None:
        return ComparedFigure(
            name="capped mean",
            tolerance="mean",
            scale=Scale.RATIO,
            base=math.nan,
            head=math.nan,
            unit="s",
            interval=lambda sure: None,
        )
    times = Times.of(rounds).after(thresholds)
    base, head = times.capped(thresholds.cap)
    return ComparedFigure(
        name="capped mean",
        tolerance="mean",
        scale=Scale.RATIO,
        base=float(base.mean()) * thresholds.cap if base.size else math.nan,
        head=float(head.mean()) * thresholds.cap if head.size else math.nan,
        unit="s",
        interval=lambda sure: _as_change(betting.ratio_of_means(base, head, sure)),
        of=f"times capped at {thresholds.cap * 1000:g} ms",
    )


def _quantile(times: Times, name: str, share: float) -> ComparedFigure:
    base, head = times.base, times.head
    return ComparedFigure(
        name=name,
        tolerance=name,
        scale=Scale.RATIO,
        base=_of(base, share),
        head=_of(head, share),
        unit="s",
        interval=lambda sure: _as_change(betting.ratio_of_quantiles(base, head, share, sure)),
    )


def _of(values: "np.ndarray[Any, Any]", share: float) -> float:
    import numpy as np  # noqa: PLC0415 - it takes longer to load than most sessions need

    return float(np.quantile(values, share, method="inverted_cdf")) if values.size else math.nan


def _throughput(rounds: Sequence[Round]) -> ComparedFigure:
    """Return the median burst's throughput; the plain one is that of all bursts together."""
    import numpy as np  # noqa: PLC0415 - see _of

    pairs = [(r.base.rate, r.head.rate) for r in rounds if r.base.rate > 0 and r.head.rate > 0]
    took = 1 / np.asarray(pairs, dtype=float).reshape(-1, 2)
    base, head = took[:, :1], took[:, 1:]

    def interval(sure: float) -> Interval | None:
        found = betting.ratio_of_quantiles(base, head, 0.5, sure)
        if found is None:
            return None
        ends = (found.value, found.upper, found.lower)  # of times: the slower, the fewer a second
        return Interval(*(1 / end - 1 if end else math.inf for end in ends))

    return ComparedFigure(
        name="throughput",
        tolerance="throughput",
        scale=Scale.RATIO,
        base=1 / _of(base, 0.5) if base.size else math.nan,
        head=1 / _of(head, 0.5) if head.size else math.nan,
        unit="requests/s",
        interval=interval,
        of="the median burst",
        more_is_worse=False,
        plain=_plain_throughput(base, head),
    )


def _plain_throughput(base: "np.ndarray[Any, Any]", head: "np.ndarray[Any, Any]") -> float | None:
    """Return head's throughput over all bursts, as a change; None where slow ones are chance's."""
    if not base.size:
        return None
    limit = 1.5 * _of(base, 0.95)
    slow = int((base > limit).sum()), int((head > limit).sum())
    return float(base.sum() / head.sum() - 1) if more_than_chance(*slow) else None


def _cpu(rounds: Sequence[Round]) -> ComparedFigure:
    known = [r for r in rounds if r.base.cpu and len(r.base.cpu) == len(r.head.cpu)]
    pairs = [pair for r in known for pair in zip(r.base.cpu, r.head.cpu, strict=True)]
    base, head = as_rows([pair[0] for pair in pairs], [pair[1] for pair in pairs], width=CPU_BLOCKS)
    of_base, of_head = base.mean(axis=1, keepdims=True), head.mean(axis=1, keepdims=True)
    return ComparedFigure(
        name="CPU a request",
        tolerance="cpu",
        scale=Scale.RATIO,
        base=_of(of_base, 0.5),
        head=_of(of_head, 0.5),
        unit="s",
        interval=lambda sure: _as_change(betting.ratio_of_quantiles(of_base, of_head, 0.5, sure)),
        of="the median reading",
        missing=len(rounds) - len(known),
        missing_why="the CPU time of a process could not be read",
        plain=float(head.sum() / base.sum() - 1) if base.size and base.sum() else None,
    )


def _growth(rounds: Sequence[Round]) -> ComparedFigure:
    known = [round_ for round_ in rounds if round_.base.resident and round_.head.resident]
    return _difference(
        "memory growth",
        "growth",
        "bytes a request",
        _grown([round_.base for round_ in known]),
        _grown([round_.head for round_ in known]),
        missing=len(rounds) - len(known),
        missing_why="the memory of a process could not be read",
    )


def _grown(arm: Sequence[ArmRound]) -> list[float]:
    grown = []
    for place in range(0, len(arm) - SPELL + 1, SPELL):
        spell = arm[place : place + SPELL]
        grown.append(sum(b.grown for b in spell) / sum(b.requests for b in spell))
    return grown


def _calls(rounds: Sequence[Round], place: int, dependency: str) -> ComparedFigure:
    # The time was over before the burst of some: those have no calls to count.
    rounds = [b for b in rounds if b.base.counted and b.head.counted]
    pairs = [(_a_request(b.base, place), _a_request(b.head, place)) for b in rounds]
    counted = [(base, head) for base, head in pairs if base is not None and head is not None]
    found = _difference(
        f"calls to {dependency}",
        "calls",
        "a request",
        [pair[0] for pair in counted],
        [pair[1] for pair in counted],
        missing=len(rounds) - len(counted),
        missing_why="the tap missed some of it",
    )
    if found.plain is None:
        return found
    return replace(found, plain=found.plain + _hidden_calls(rounds, place))


def _hidden_calls(rounds: Sequence[Round], place: int) -> float:
    """Return the calls a request that head made beyond base's among those left out as unasked.

    What no request causes comes in both arms' turns alike.
    """
    counts = [
        sum(arm.left_out[place] for arm in arms if arm.left_out)
        for arms in ([r.base for r in rounds], [r.head for r in rounds])
    ]
    if not more_than_chance(counts[0], counts[1]):
        return 0.0
    return (counts[1] - counts[0]) / sum(r.head.counted for r in rounds)


def _a_request(arm: ArmRound, place: int) -> float | None:
    calls = arm.calls[place]
    return None if calls is None else calls / arm.counted


def _difference(
    name: str,
    tolerance: str,
    unit: str,
    base: Sequence[float],
    head: Sequence[float],
    *,
    missing: int = 0,
    missing_why: str = "",
) -> ComparedFigure:
    """Return a figure by the median of its differences, with the plain mean beside it."""
    import numpy as np  # noqa: PLC0415 - see _of

    gaps = [h - b for h, b in zip(head, base, strict=True)]
    between = median(gaps) if gaps else math.nan
    of_base = fmean(base) if base else math.nan
    return ComparedFigure(
        name=name,
        tolerance=tolerance,
        scale=Scale.DIFFERENCE,
        base=of_base,
        head=of_base + between,
        unit=unit,
        interval=lambda sure: (
            betting.median_of_differences(np.asarray(gaps, dtype=float), sure) if gaps else None
        ),
        of="the median difference",
        missing=missing,
        missing_why=missing_why,
        plain=fmean(gaps) if gaps else None,
    )
