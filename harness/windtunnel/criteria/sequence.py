"""Confidence sequences: intervals that hold at every moment at once, however often one looks.

The interval of a fixed number of pairs holds only if that number was fixed before: who stops as
soon as it excludes zero is fooled far more often than it says. This one may be read after every
batch, and the run stopped by what it says.

It rests on symmetry alone. Where two arms are alike, exchanging them changes nothing, so each
batch's log ratio is as likely above zero as below by the same amount, given all that went before:
whatever its spread, its tails, and any drift that strikes both. Then the product of 1 + stake *
score(value) is a fair game for every stake below 1 and every odd score between -1 and 1 that were
chosen beforehand, and by Ville's inequality it exceeds 1 / level only with probability `level`,
ever (Ramdas, Ruf, Larsson and Koolen 2020, arXiv:2009.03167, on testing symmetry; Vovk and Wang
2024, "Nonparametric e-tests of symmetry", arXiv:2208.08925). The score here is tanh(value /
spread), which is the logistic distribution's: an outlier counts, but only as one value. An effect
is one that the game cannot refute once it is taken off every value; these make an interval,
because the score only grows.
"""

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from statistics import fmean
from typing import TYPE_CHECKING, Any

from windtunnel.criteria.intervals import Interval

if TYPE_CHECKING:
    import numpy as np

STAKES = (0.9, 0.6, 0.35, 0.2, 0.1, 0.05)
"""The stakes played, each with the same share of the capital. The best one shrinks with the square
root of the number of values: these serve from twenty to ten thousand."""

FIRST = 4
"""Values that only give the first spread: a score must be settled before its value."""


def prepare() -> None:
    """Import what `centre` needs: its first call would take some tenths of a second more."""
    import_module("numpy")


def centre(values: Sequence[float], confidence: float) -> Interval | None:
    """Return the interval of the centre of symmetry of values that arose in this order.

    It holds at all moments at once with probability `confidence` at least. None as long as there
    are too few values to refute anything.
    """
    # Imported here, as all of numpy: it takes longer to load than most sessions need.
    import numpy as np  # noqa: PLC0415 - for the reason above

    level = (1 - confidence) / 2
    played = np.asarray(values, dtype=float)[FIRST:]
    # The most that can be won is the largest stake on every value.
    if len(played) * math.log1p(STAKES[0]) <= math.log(len(STAKES) / level):
        return None
    spreads = _spreads(values)
    lower = _lower(played, spreads, level)
    upper = -_lower(-played, spreads, level)
    return Interval(float(np.clip(np.median(values), lower, upper)), lower, upper)


def _spreads(values: Sequence[float]) -> "np.ndarray[Any, Any]":
    """Return the spread for each value after the first ones, from earlier values only."""
    import numpy as np  # noqa: PLC0415 - see centre

    array = np.asarray(values, dtype=float)
    spreads = np.empty(len(array) - FIRST)
    known = FIRST
    while known < len(array):
        # Reckoned anew whenever there are twice as many.
        spreads[known - FIRST : 2 * known - FIRST] = _spread(array[:known])
        known *= 2
    return spreads


def _spread(values: "np.ndarray[Any, Any]") -> float:
    """Return the median deviation in units of a normal distribution's standard deviation."""
    import numpy as np  # noqa: PLC0415 - see centre

    deviations = np.abs(values - np.median(values))
    # Where more than half are equal, as counts are, the mean one; where all are, next to nothing.
    spread = 1.4826 * float(np.median(deviations)) or float(np.mean(deviations))
    return spread or 1e-9 * max(1.0, abs(float(values[0])))


def _lower(played: "np.ndarray[Any, Any]", spreads: "np.ndarray[Any, Any]", level: float) -> float:
    """Return the largest effect that is refuted from below."""
    import numpy as np  # noqa: PLC0415 - see centre

    stakes = np.asarray(STAKES)[:, None]

    def refuted(effect: float) -> float:
        wealth = np.log1p(stakes * np.tanh((played - effect) / spreads)).sum(axis=1)
        return float(np.logaddexp.reduce(wealth)) + math.log(level / len(STAKES))

    # At the largest value every play loses or draws; far below the smallest, every one wins.
    high, step = float(played.max()), float(spreads.max())
    low = float(played.min()) - step
    while refuted(low) < 0:
        step *= 2
        low -= step
    # The score only grows: one zero lies between. 60 halvings leave no gap that a float can show.
    for _ in range(60):
        middle = (low + high) / 2
        if high - low <= 1e-12:
            break
        if refuted(middle) < 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def log_ratios(
    numerators: Sequence[float],
    denominators: Sequence[float],
    size: int,
    summary: Callable[[Sequence[float]], float] = fmean,
) -> list[float]:
    """Return the logarithm of summary(numerators) / summary(denominators) for each whole batch.

    Batches of `size` values in the order in which they arose: what strikes both arms for longer
    than a batch cancels in it.
    """
    whole = min(len(numerators), len(denominators)) // size
    batches = [slice(place * size, (place + 1) * size) for place in range(whole)]
    return [
        math.log(summary(numerators[batch]) / summary(denominators[batch])) for batch in batches
    ]
