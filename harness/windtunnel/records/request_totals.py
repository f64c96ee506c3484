"""Counts of all requests of a run that keeps only a part of its requests one by one."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windtunnel.records.histogram import Histogram
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.samples import Samples


@dataclass(slots=True, kw_only=True)
class RequestTotals:
    """The counts and latencies of all requests, kept or not."""

    kept_one_in: int = 1
    """The samples are one in so many requests, drawn at random over the whole run."""
    failures: Counter[RequestFailure]
    statuses: Counter[int]
    latencies: Histogram
    """The latencies of the requests with a good answer."""

    @property
    def requests(self) -> int:
        """The number of requests."""
        return self.failures.total()

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the latencies' quantiles, as `windtunnel.records.samples.Samples` does."""
        good = len(self.latencies)
        among = good + self.requests - self.statuses.total()
        found = self.latencies.quantiles([share * among / max(1, good) for share in shares])
        return tuple(
            math.inf if among > good and math.ceil(share * among - 1e-9) > good else value
            for share, value in zip(shares, found, strict=True)
        )

    @classmethod
    def none(cls) -> "RequestTotals":
        """Return the totals of no request."""
        return cls(failures=Counter(), statuses=Counter(), latencies=Histogram())

    @classmethod
    def of(cls, samples: Samples) -> "RequestTotals":
        """Return the totals of samples that hold every request."""
        totals = cls.none()
        took = samples.ended - samples.intended
        totals.count(samples.failure, samples.status, took)
        return totals

    def count(
        self,
        failure: NDArray[np.uint8],
        status: NDArray[np.uint16],
        took: NDArray[np.float64],
    ) -> None:
        """Count more requests, given as columns; `took` is in seconds."""
        for kind, count in enumerate(np.bincount(failure).tolist()):
            if count:
                self.failures[RequestFailure(kind)] += count
        answered = status != 0
        for value, count in zip(*np.unique(status[answered], return_counts=True), strict=True):
            self.statuses[int(value)] += int(count)
        self.latencies.record(took[failure == 0])

    @classmethod
    def merged(cls, parts: "Sequence[RequestTotals]") -> "RequestTotals":
        """Return the totals of several workers together."""
        totals = cls.none()
        totals.kept_one_in = max(part.kept_one_in for part in parts)
        for part in parts:
            totals.failures += part.failures
            totals.statuses += part.statuses
            totals.latencies.add(part.latencies)
        return totals


def thinned(count: int, one_in: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Return the indices of about one in `one_in` of `count` rows, each drawn by itself.

    Taking every n-th row instead would favour or miss callers that take turns.
    """
    return np.nonzero(random.random(count) * one_in < 1)[0]
