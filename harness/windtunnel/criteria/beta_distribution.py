"""The incomplete beta function and its inverse, for exact intervals without a library of them."""

import math

_MOST_TERMS = 1_000_000
"""The continued fraction needs about sqrt(max(a, b)) terms."""
_ACCURACY = 1e-15
_TINY = 1e-300


def probability(a: float, b: float, x: float) -> float:
    """Return the probability that a Beta(a, b) variable is at most `x`, for `x` from 0 to 1."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    factor = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    # On this side of the mean the fraction converges fast; the other side mirrors it.
    if x < (a + 1) / (a + b + 2):
        return factor * _fraction(a, b, x) / a
    return 1.0 - factor * _fraction(b, a, 1.0 - x) / b


def quantile(a: float, b: float, share: float) -> float:
    """Return the value that a Beta(a, b) variable stays at or below with probability `share`."""
    low, high = 0.0, 1.0
    # The interval is halved until floating-point numbers cannot separate its ends.
    while True:
        middle = (low + high) / 2
        if not low < middle < high or high - low <= _ACCURACY * high:
            return middle
        if probability(a, b, middle) < share:
            low = middle
        else:
            high = middle


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function, by Lentz's method.

    Press et al., Numerical Recipes, 3rd ed., 6.4; DLMF 8.17.22.
    """
    c = 1.0
    d = 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            change = c * d
            value *= change
        if abs(change - 1.0) <= _ACCURACY:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
