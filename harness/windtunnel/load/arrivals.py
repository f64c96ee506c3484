"""When requests are due in an open loop: schedules that are known before the run.

A schedule is a rate over time, cut into segments in which it changes linearly. Arrivals are spaced
evenly in the expected count, or by a Poisson process: unit-rate exponential gaps in the expected
count, mapped back to time (time rescaling: Cinlar, Introduction to Stochastic Processes, 4.7).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windtunnel.errors import ConfigurationError, shown, suggestion

HIGHEST_RATE = 1_000_000.0
"""The highest rate in requests a second. One machine sends less, so more is a typing error."""
LONGEST = 1e9
"""Seconds, at most."""
MOST = 1_000_000_000
"""The most requests of one run."""
BLOCK = 8192
"""Requests whose times are computed at once, so that a long schedule takes little memory."""


@dataclass(frozen=True, slots=True)
class RateSegment:
    """A time in which the rate changes linearly from `first` to `last` requests a second."""

    seconds: float
    first: float
    last: float

    @property
    def expected(self) -> float:
        """How many requests are expected in it."""
        return self.seconds * (self.first + self.last) / 2


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A rate over time. Raises ConfigurationError on rates that cannot be."""

    text: str
    segments: tuple[RateSegment, ...]
    poisson: bool = False

    def __post_init__(self) -> None:
        for segment in self.segments:
            for rate in (segment.first, segment.last):
                if not 0 <= rate <= HIGHEST_RATE:
                    raise ConfigurationError(
                        f"rate {shown(rate)}: expected 0 to {HIGHEST_RATE:g} requests a second"
                    )
            if not 0 < segment.seconds <= LONGEST:
                raise ConfigurationError(
                    f"a rate for {shown(segment.seconds)} s: expected a time above zero"
                )
        if not 1 <= self.expected <= MOST:
            raise ConfigurationError(
                f"rate {self.text} over {self.seconds:g} s makes {self.expected:g} requests:"
                f" expected 1 to {MOST}"
            )

    def __str__(self) -> str:
        return f"{self.text} requests/s{', Poisson' if self.poisson else ''}"

    @property
    def seconds(self) -> float:
        """The length of the schedule."""
        return sum(segment.seconds for segment in self.segments)

    @property
    def expected(self) -> float:
        """How many requests are expected in all."""
        return sum(segment.expected for segment in self.segments)

    def times(self, seed: int) -> NDArray[np.float64]:
        """Return each request's due time, in seconds after the start, ascending.

        Only a Poisson schedule depends on `seed`.
        """
        return np.concatenate([np.empty(0), *self.blocks(seed)])

    def blocks(self, seed: int, part: int = 0, parts: int = 1) -> Iterator[NDArray[np.float64]]:
        """Yield the times of part `part`: one in `parts` requests, in blocks."""
        before = 0
        for counts in self._counts(seed):
            yield self._when(counts[(part - before) % parts :: parts])
            before += len(counts)

    def _counts(self, seed: int) -> Iterator[NDArray[np.float64]]:
        """Yield the expected count at which each request is due."""
        if not self.poisson:
            whole = math.ceil(self.expected - 1e-9)
            for start in range(0, whole, BLOCK):
                yield np.arange(start, min(start + BLOCK, whole), dtype=np.float64)
            return
        random = np.random.default_rng(seed)
        last = 0.0
        while last < self.expected:
            counts = last + np.cumsum(random.exponential(size=BLOCK))
            last = float(counts[-1])
            yield counts[counts < self.expected]

    def _when(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the times at which the expected count reaches each of `counts`."""
        parts = []
        start = before = 0.0
        for segment in self.segments:
            after = before + segment.expected
            inside = counts[(counts >= before) & (counts < after)] - before
            slope = (segment.last - segment.first) / segment.seconds
            if slope == 0:
                parts.append(start + inside / segment.first if len(inside) else inside)
            else:
                # Of count = first * t + slope * t² / 2 the root that is no difference of equals.
                root = np.sqrt(np.maximum(0.0, segment.first**2 + 2 * slope * inside))
                parts.append(start + 2 * inside / np.maximum(segment.first + root, 1e-300))
            start += segment.seconds
            before = after
        return np.concatenate(parts)


def constant(rate: float, seconds: float, *, poisson: bool = False) -> Arrivals:
    """Return `rate` requests a second for `seconds`."""
    return Arrivals(
        shown(rate) if isinstance(rate, int) else f"{rate:g}",
        (RateSegment(seconds, rate, rate),),
        poisson,
    )


def parse(text: str, seconds: float, *, poisson: bool = False) -> Arrivals:
    """Return the arrivals in `text`; ConfigurationError where it is none of the forms.

    "500", "ramp:100-1000", "steps:100,200,400" (equal times), or "spike:100-1000" (the middle
    fifth at the second rate).
    """
    shape, colon, rest = text.strip().partition(":")
    if not colon:
        shape, rest = "constant", shape
    shapes = {
        "constant": (",", 1),
        "ramp": ("-", 2),
        "steps": (",", 0),
        "spike": ("-", 2),
    }
    if shape not in shapes:
        raise ConfigurationError(
            f"rate {text!r}: no schedule is named {shape!r}{suggestion(shape, shapes)}"
        )
    separator, count = shapes[shape]
    rates = [_rate(each, text) for each in rest.split(separator)]
    if count not in (0, len(rates)):
        raise ConfigurationError(
            f"rate {text!r}: expected {count} rate{'s' * (count > 1)} joined by {separator!r},"
            f" found {len(rates)}"
        )
    if shape == "ramp":
        segments = [RateSegment(seconds, rates[0], rates[1])]
    elif shape == "spike":
        base, peak = rates
        segments = [
            RateSegment(seconds * 0.4, base, base),
            RateSegment(seconds * 0.2, peak, peak),
            RateSegment(seconds * 0.4, base, base),
        ]
    else:
        segments = [RateSegment(seconds / len(rates), rate, rate) for rate in rates]
    return Arrivals(text.strip(), tuple(segments), poisson)


def _rate(text: str, whole: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not math.isfinite(rate):
        raise ConfigurationError(
            f"rate {whole!r}: expected a number of requests a second, found {text!r}; forms:"
            " 500, ramp:100-1000, steps:100,200,400, spike:100-1000"
        )
    return rate
