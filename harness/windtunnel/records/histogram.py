"""Latencies of any number of requests in bounded memory: an HDR histogram, by hdrhistogram.

Source: Gil Tene, HdrHistogram: classes whose width grows with the value, so that each value is
known to the same number of significant digits.
"""

import math
from collections.abc import Sequence

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

DIGITS = 3
"""Significant digits to which every latency is known."""
PRECISION = 10.0**-DIGITS
"""The greatest error of a quantile, as a share of it."""
_NANOSECONDS = 1e9
_LONGEST = 2 * 3600 * 10**9
"""Nanoseconds: the longest run, and the longest deadline after it."""
_BITS = 11
"""A class holds values that agree in so many leading bits: 2,048 of them span three digits."""


class Histogram:
    """A count for each class of latencies. It can be handed to another process."""

    def __init__(self) -> None:
        self._counts = HdrHistogram(1, _LONGEST, DIGITS)
        self._longest = 0.0

    def __repr__(self) -> str:
        return f"<Histogram of {len(self)} latencies>"

    def __len__(self) -> int:
        return int(self._counts.get_total_count())

    def record(self, seconds: NDArray[np.float64]) -> None:
        """Count these latencies."""
        if not len(seconds):
            return
        self._longest = max(self._longest, float(np.max(seconds)))
        values = np.clip(np.rint(seconds * _NANOSECONDS).astype(np.int64), 1, _LONGEST)
        # Cut to the class's least value, so that the library is called once a class.
        shifts = np.maximum(0, np.frexp(values.astype(np.float64))[1] - _BITS)
        classes, counts = np.unique((values >> shifts) << shifts, return_counts=True)
        for value, count in zip(classes.tolist(), counts.tolist(), strict=True):
            self._counts.record_value(value, count)

    def add(self, other: "Histogram") -> None:
        """Count all that the other has counted."""
        self._counts.add(other._counts)  # noqa: SLF001 - of one class
        self._longest = max(self._longest, other._longest)  # noqa: SLF001 - the same

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the latencies' nearest-rank quantiles in seconds, to PRECISION; NaN of nothing.

        The longest latency is exact.
        """
        total = len(self)
        return tuple(self._quantile(share, total) if total else math.nan for share in shares)

    def _quantile(self, share: float, total: int) -> float:
        rank = min(total, max(1, math.ceil(share * total - 1e-9)))
        if rank == total:
            return self._longest
        # The library rounds the rank that a percentile stands for.
        value = float(self._counts.get_value_at_percentile((rank - 0.25) / total * 100))
        return min(value / _NANOSECONDS, self._longest)

    def __getstate__(self) -> tuple[bytes, float]:
        return self._counts.encode(), self._longest

    def __setstate__(self, state: tuple[bytes, float]) -> None:
        encoded, self._longest = state
        self._counts = HdrHistogram.decode(encoded)
