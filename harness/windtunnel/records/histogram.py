"""Latencies of any number of requests in bounded memory: an HDR histogram.

Source: Gil Tene, HdrHistogram: classes whose width grows with the value, so that each value is
known to the same number of significant digits.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

DIGITS = 3
"""Significant digits to which every latency is known."""
PRECISION = 10.0**-DIGITS
"""The greatest relative error of a quantile."""
_NANOSECONDS = 1e9
_LONGEST = 2 * 3600 * 10**9
"""Nanoseconds: the longest run, and the longest deadline after it."""
_BITS = 11
"""A class holds values that agree in so many leading bits: 2,048 of them span three digits."""


class Histogram:
    """Counts latencies by class. It can be sent to another process."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        """By the least value of a class, in nanoseconds."""
        self._longest = 0.0

    def __repr__(self) -> str:
        return f"<Histogram of {len(self)} latencies>"

    def __len__(self) -> int:
        return self._counts.total()

    def record(self, seconds: NDArray[np.float64]) -> None:
        """Count these latencies."""
        if not len(seconds):
            return
        self._longest = max(self._longest, float(np.max(seconds)))
        values = np.clip(np.rint(seconds * _NANOSECONDS).astype(np.int64), 1, _LONGEST)
        shifts = np.maximum(0, np.frexp(values.astype(np.float64))[1] - _BITS)
        classes, counts = np.unique((values >> shifts) << shifts, return_counts=True)
        for value, count in zip(classes.tolist(), counts.tolist(), strict=True):
            self._counts[value] += count

    def add(self, other: "Histogram") -> None:
        """Add the counts of another histogram."""
        self._counts.update(other._counts)  # noqa: SLF001 - of one class
        self._longest = max(self._longest, other._longest)  # noqa: SLF001 - the same

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the latencies' nearest-rank quantiles in seconds, to PRECISION; NaN of nothing.

        The longest latency is exact.
        """
        total = len(self)
        if not total:
            return tuple(math.nan for _ in shares)
        classes = sorted(self._counts)
        up_to = list(accumulate(self._counts[value] for value in classes))
        found = []
        for share in shares:
            rank = min(total, max(1, math.ceil(share * total - 1e-9)))
            least = classes[bisect_left(up_to, rank)]
            found.append(self._longest if rank == total else self._seconds(least))
        return tuple(found)

    def _seconds(self, least: int) -> float:
        """Return the longest latency that a class can hold."""
        width: int = 1 << max(0, least.bit_length() - _BITS)
        return min((least + width - 1) / _NANOSECONDS, self._longest)
