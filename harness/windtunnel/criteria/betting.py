"""Confidence sequences by betting: intervals that hold at every moment at once.

Who looks again and again, and stops when an interval says what was hoped for, is fooled by an
interval of a fixed number of values. These intervals may be read after every block.

A hypothesis such as "the difference of two shares is 1 % at most" is tested by a game: a stake of
the capital is put on each value in turn. If the hypothesis is true, no bet gains on average, and
the capital exceeds 1 / level with probability `level` at most, ever (Ville's inequality). An
interval holds every effect that the game does not refute (Waudby-Smith and Ramdas 2024, "Estimating
means of bounded random variables by betting", doi:10.1093/jrsssb/qkad009). For quantiles, bets are
on the share of values beyond one (Howard and Ramdas 2022, "Sequential estimation of quantiles",
doi:10.3150/21-BEJ1388).

Assumptions: each value is bounded, and its mean given all earlier values is the same for all. How
values spread plays no part, nor whether they are skewed or have several modes. Both arms are asked
in blocks whose order is drawn, so that what strikes both cancels. No interval of an unbounded mean
exists (Bahadur and Savage 1956, doi:10.1214/aoms/1177728077): hence the caps.
"""

import math
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from windtunnel.criteria.intervals import Interval

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

STAKES = (0.95, 0.7, 0.4, 0.2, 0.1, 0.05, 0.02)
"""The stakes played. The best one shrinks with the square root of the number of values."""
WEIGHTS = (0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05)
"""The share of the capital that each stake has. Certain effects need the largest stake."""
HALVINGS = 24
FAR = 1000.0
"""A ratio beyond this is not looked for."""


def prepare() -> None:
    """Import what the intervals need: a first call would take some tenths of a second more."""
    import_module("numpy")


def ratio_of_quantiles(
    base: "Array", head: "Array", share: float, confidence: float
) -> Interval | None:
    """Return the interval of head's quantile as a multiple of base's; None without evidence.

    `base` and `head` have one block a row. A multiple is refuted if head's values, divided by it,
    lie beyond base's quantile more often, or less often, than base's own.
    """
    import numpy as np  # noqa: PLC0415 - it takes longer to load than most sessions need

    if not base.size:
        return None
    at, of_head = (float(np.quantile(each, share, method="inverted_cdf")) for each in (base, head))
    if not at > 0 or not of_head > 0:
        return None
    refuted = math.log(2 / (1 - confidence))
    below, above = (base <= at).sum(axis=1), (base >= at).sum(axis=1)
    width = base.shape[1]

    def too_low(ratio: float) -> bool:
        return _counted(below - (head <= ratio * at).sum(axis=1), width) >= refuted

    def too_high(ratio: float) -> bool:
        return _counted(above - (head >= ratio * at).sum(axis=1), width) >= refuted

    least, most = float(head.min()) / at, float(head.max()) / at
    return _ends(of_head / at, too_low, too_high, (least * 0.999, most * 1.001))


def ratio_of_means(base: "Array", head: "Array", confidence: float) -> Interval | None:
    """Return the interval of head's mean as a multiple of base's; None without evidence.

    Every value is from 0 to 1: a share of the cap. One row is a block.
    """
    if not base.size or not base.any() or not head.any():
        return None
    refuted = math.log(2 / (1 - confidence))
    of_base, of_head = base.mean(axis=1), head.mean(axis=1)

    def too_low(ratio: float) -> bool:
        return _capital(of_head / ratio - of_base) >= refuted

    def too_high(ratio: float) -> bool:
        return _capital(ratio * of_base - of_head) >= refuted

    seen = float(of_head.mean() / of_base.mean())
    return _ends(seen, too_low, too_high, (seen / FAR, seen * FAR))


def difference_of_shares(base: "Array", head: "Array", confidence: float) -> Interval | None:
    """Return the interval of head's share less base's; None without evidence.

    Every value is from 0 to 1, such as whether a request was slow. One row is a block.
    """
    if not base.size:
        return None
    refuted = math.log(2 / (1 - confidence))
    gaps = head.mean(axis=1) - base.mean(axis=1)

    def too_low(gap: float) -> bool:
        return _capital((gaps - gap) / (1 + gap)) >= refuted

    def too_high(gap: float) -> bool:
        return _capital((gap - gaps) / (1 - gap)) >= refuted

    edge = 1 - 1e-9
    return _ends(float(gaps.mean()), too_low, too_high, (-edge, edge), nothing=-1.0)


def median_of_differences(values: "Array", confidence: float) -> Interval | None:
    """Return the interval of the median of values that arose in this order; None without one."""
    import numpy as np  # noqa: PLC0415 - see above

    refuted = math.log(2 / (1 - confidence))
    count = len(values)
    needed = next(
        (k for k in range(count // 2, count + 1) if _coins(k, count) >= refuted), count + 1
    )
    if needed > count:
        return None
    ordered = np.sort(values)
    return Interval(
        float(np.median(values)), float(ordered[count - needed]), float(ordered[needed - 1])
    )


def _ends(
    seen: float,
    too_low: Callable[[float], bool],
    too_high: Callable[[float], bool],
    range_: tuple[float, float],
    *,
    nothing: float = 0.0,
) -> Interval | None:
    """Return the interval between what is refuted as too low, and as too high.

    `nothing` is the least effect that there can be: the lower end where none is refuted.
    """
    least, most = range_
    lower = _edge(too_low, least, seen) if too_low(least) else nothing
    upper = _edge(too_high, most, seen) if too_high(most) else math.inf
    if lower == nothing and upper == math.inf:
        return None
    return Interval(min(max(seen, lower), upper), lower, upper)


def _edge(refutes: Callable[[float], bool], refuted: float, held: float) -> float:
    """Return the end of what is refuted between a refuted effect and one that is not."""
    if refutes(held):
        return held
    for _ in range(HALVINGS):
        middle = (refuted + held) / 2
        if refutes(middle):
            refuted = middle
        else:
            held = middle
    return refuted


def _capital(values: "Array") -> float:
    """Return the logarithm of the capital after bets on values that are -1 at least."""
    import numpy as np  # noqa: PLC0415 - see above

    stakes = np.asarray(STAKES)[:, None]
    won = np.log1p(stakes * np.maximum(values, -1.0)).sum(axis=1) + np.log(WEIGHTS)
    return float(np.logaddexp.reduce(won))


def _counted(values: "Array", width: int) -> float:
    """Return the same for values that are whole numbers from -width to width, as shares of it."""
    import numpy as np  # noqa: PLC0415 - see above

    counts = np.bincount(values + width, minlength=2 * width + 1)
    shares = np.arange(-width, width + 1) / width
    stakes = np.asarray(STAKES)[:, None]
    won = (counts * np.log1p(stakes * shares)).sum(axis=1) + np.log(WEIGHTS)
    return float(np.logaddexp.reduce(won))


def _coins(heads: int, tosses: int) -> float:
    """Return the same for so many values of 1 among others of -1."""
    won = [
        math.log(weight) + heads * math.log1p(stake) + (tosses - heads) * math.log1p(-stake)
        for stake, weight in zip(STAKES, WEIGHTS, strict=True)
    ]
    most = max(won)
    return most + math.log(sum(math.exp(each - most) for each in won))
