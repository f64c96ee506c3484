"""All requests of a run of which only a part is kept one by one: counted, so that none is lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windtunnel.records.histogram import Histogram
from windtunnel.records.samples import Failure, Samples


@dataclass(slots=True, kw_only=True)
class Whole:
    """What is known of all requests, kept or not."""

    kept_one_in: int = 1
    """The samples are one request of so many, drawn at random, over the whole run."""
    failures: Counter[Failure]
    statuses: Counter[int]
    latencies: Histogram
    """Of the answered requests."""

    @property
    def requests(self) -> int:
        """How many there were."""
        return self.failures.total()

    @classmethod
    def none(cls) -> "Whole":
        """Return that of no request yet."""
        return cls(failures=Counter(), statuses=Counter(), latencies=Histogram())

    @classmethod
    def of(cls, samples: Samples) -> "Whole":
        """Return that of samples which are all there were."""
        whole = cls.none()
        took = samples.ended - samples.intended
        whole.count(samples.failure, samples.status, took)
        return whole

    def count(
        self,
        failure: NDArray[np.uint8],
        status: NDArray[np.uint16],
        took: NDArray[np.float64],
    ) -> None:
        """Count more requests, given as columns; `took` is in seconds."""
        for kind, count in enumerate(np.bincount(failure).tolist()):
            if count:
                self.failures[Failure(kind)] += count
        answered = status != 0
        for value, count in zip(*np.unique(status[answered], return_counts=True), strict=True):
            self.statuses[int(value)] += int(count)
        self.latencies.record(took[answered])

    @classmethod
    def merged(cls, parts: "Sequence[Whole]") -> "Whole":
        """Return that of several workers' requests together."""
        whole = cls.none()
        whole.kept_one_in = max(part.kept_one_in for part in parts)
        for part in parts:
            whole.failures += part.failures
            whole.statuses += part.statuses
            whole.latencies.add(part.latencies)
        return whole


def thinned(count: int, one_in: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Return the places of about one in `one_in` of so many, each drawn by itself.

    Not each second, third or fourth: callers that take turns would be left out or stand for all.
    """
    return np.nonzero(random.random(count) * one_in < 1)[0]
