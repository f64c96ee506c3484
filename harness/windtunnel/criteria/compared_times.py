"""The timed requests of a comparison in blocks, and the thresholds drawn from base's first ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from windtunnel.records import Round

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

BLOCK = 2
"""Pairs of an ABBA block: their order is drawn as a whole, so they are judged as a whole."""
FIRST = 60
"""Base's first good answers, from which thresholds are drawn before anything is judged by them."""
ABOVE = 1.5
"""A request is slow beyond so many times the 95th percentile of those."""
FAR_ABOVE = (4.0, 20.0, 100.0)
"""What slow requests add to the mean is counted up to so many times the median of those: a low
limit shows much of little, a high one little of much."""

BY_CHANCE = 0.3
"""Above it, more events of head's are taken for chance: two against none are not."""
COUNTABLE = 500
"""Above so many events the binomial distribution is as good as normal, and much quicker so."""
WIDER = 4.0
"""The wider of two caps of a mean is so many times the other."""
MANY = 0.1
"""The share of values beyond the narrower cap from which the wider one is used."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a comparison of one endpoint holds its requests against."""

    slow: float
    """Seconds beyond which a request is slow."""
    cap: float
    """Seconds up to which the capped mean counts a request: as many, or WIDER times as many."""
    high_caps: tuple[float, ...]
    """Seconds up to which the time of a slow request is counted."""
    blocks: int
    """The first blocks, from which these were drawn."""

    @classmethod
    def drawn(cls, rounds: Sequence[Round]) -> "Thresholds | None":
        """Draw them from base's first requests; None where those are too few."""
        times = Times.of(rounds)
        first = sorted(times.base[: FIRST // BLOCK].ravel().tolist())
        if len(first) < FIRST:
            return None
        middle = first[len(first) // 2]
        slow = rounded_up(ABOVE * first[int(0.95 * (len(first) - 1))])
        high = tuple(max(2 * slow, rounded_up(times * middle)) for times in FAR_ABOVE)
        return cls(slow, wide_enough(slow, times.base, times.head), high, FIRST // BLOCK)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the timed requests with a good answer in both arms; a block is a row."""

    base: "Array"
    head: "Array"

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> "Times":
        """Return the times of these rounds."""
        base: list[float] = []
        head: list[float] = []
        for round_ in rounds:
            # A round's last pair without another makes no block.
            whole = len(round_.base.durations) // BLOCK * BLOCK or len(round_.base.durations)
            base += round_.base.durations[:whole]
            head += round_.head.durations[:whole]
        return cls(*as_rows(base, head, width=BLOCK))

    def after(self, thresholds: Thresholds) -> "Times":
        """Return those that no threshold was drawn from."""
        return Times(self.base[thresholds.blocks :], self.head[thresholds.blocks :])

    def capped(self, cap: float) -> "tuple[Array, Array]":
        """Return both arms' times, capped, as shares of the cap."""
        import numpy as np  # noqa: PLC0415 - it takes longer to load than most sessions need

        return np.minimum(self.base / cap, 1.0), np.minimum(self.head / cap, 1.0)


def as_rows(base: Sequence[float], head: Sequence[float], *, width: int) -> "tuple[Array, Array]":
    """Return two arms' values in rows of `width`, without rows that lack one (NaN)."""
    import numpy as np  # noqa: PLC0415 - see Times.capped

    whole = len(base) // width * width
    rows = [np.asarray(arm[:whole], dtype=float).reshape(-1, width) for arm in (base, head)]
    known = ~np.isnan(rows[0]).any(axis=1) & ~np.isnan(rows[1]).any(axis=1)
    return rows[0][known], rows[1][known]


def wide_enough(cap: float, base: "Array", head: "Array") -> float:
    """Return a cap, or the wider one where many values are beyond it.

    Both are settled before, and each has an interval of its own: which one is shown is free.
    """
    beyond = max(float((arm > cap).mean()) if arm.size else 0.0 for arm in (base, head))
    return rounded_up(WIDER * cap) if beyond > MANY else cap


def rounded_up(value: float) -> float:
    """Return a figure rounded up to two digits, so that what is printed is what was used."""
    if value <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / step - 1e-9) * step:.2g}")


def more_than_chance(base: int, head: int) -> bool:
    """Return whether head has more of some events than chance gives one of two alike arms."""
    total = base + head
    # Each event is as likely head's as base's.
    if total > COUNTABLE:
        return math.erfc((head - base - 1) / math.sqrt(2 * total)) / 2 < BY_CHANCE
    ways = sum(math.comb(total, k) for k in range(head, total + 1))
    return bool(ways / 2**total < BY_CHANCE)
