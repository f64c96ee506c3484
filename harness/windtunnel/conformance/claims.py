"""The settings that a breaker is claimed to have: what its properties are judged against."""

from dataclasses import dataclass
from enum import StrEnum

from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.errors import ConfigurationError, shown

DEADLINE = 60.0
"""Seconds of the longest wait for anything, where nobody asks for more or less."""
LONGEST = 1e9
"""Seconds of a claim, or its factor, at most."""
MOST = {
    "threshold": 100,
    "minimum": 1000,
    "window_calls": 1000,
    "probes": 100,
    "good_probes": 100,
    "bad_probes": 100,
    "workers": 256,
}
"""The most of each that can be asked for: a mistyped number is not a flood."""


class Counting(StrEnum):
    """What opens a breaker."""

    CONSECUTIVE = "consecutive"
    """So many failures in a row; a success sets the count back."""
    WINDOW = "window"
    """So many failures among the last calls, or of the last seconds, whatever is between them."""
    SHARE = "share"
    """A share of the calls of the window, once there are enough of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """A breaker's settings, as its owner knows them; None where they are not known. In seconds.

    What is claimed is judged, from both sides; what is not is measured and reported. Raises
    ConfigurationError on values that no breaker can have.
    """

    threshold: int | None = None
    """Failures that open it: neither more nor fewer."""
    counting: Counting | None = None
    """How they are counted; by default as the other claims say, and consecutive without them."""
    share: float | None = None
    """Of the calls in the window, from 0 to 1: at this share, or just above it, it opens."""
    minimum: int | None = None
    """Calls that there must be before the share counts."""
    window: float | None = None
    """How long a failure counts; a breaker may have no such limit."""
    window_calls: int | None = None
    """How many of the last calls count."""
    recovery: float | TimeBounds | None = None
    """How long it stays open; measured where it is not known."""
    backoff: float | None = None
    """By what its open time grows with each failed try to close."""
    probes: int | None = None
    """Calls that it admits while half-open."""
    good_probes: int | None = None
    """Successful probes that close it."""
    bad_probes: int | None = None
    """Failed probes that open it again; where it is not known no more than its probes."""
    health_checks: bool = False
    """Whether it is health checks that bring it back, not its callers' requests."""
    workers: int | None = None
    """Processes of the service, each with a breaker of its own."""

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            value = getattr(self, name)
            if value is not None and not 1 <= value <= most:
                raise ConfigurationError(
                    f"{name} = {shown(value)}: expected a whole number from 1 to {most}"
                )
        self._check_times()
        if self.share is not None and not 0 < self.share <= 1:
            raise ConfigurationError(
                f"share = {shown(self.share)}: expected a part of all calls, above 0 and up to 1"
            )
        if self.share is not None and self.counting not in {None, Counting.SHARE}:
            raise ConfigurationError(
                f"counting = {self.counting} and a share: expected one of them"
            )
        if self.counting is Counting.SHARE and self.share is None:
            raise ConfigurationError("counting = share: expected a share with it")
        if self.counting in {Counting.CONSECUTIVE, Counting.WINDOW} and self.threshold is None:
            raise ConfigurationError(f"counting = {self.counting}: expected a threshold with it")
        if self.share is not None and self.threshold is not None:
            raise ConfigurationError("a threshold and a share: expected one of them")
        if self.backoff is not None and not 1 <= self.backoff <= LONGEST:
            raise ConfigurationError(
                f"backoff = {shown(self.backoff)}: expected a factor of 1 or more"
            )

    def _check_times(self) -> None:
        bounds = self.open_time
        times = [("window", self.window)]
        if bounds is not None:
            times += [("recovery", bounds.least), ("recovery", bounds.most)]
        for name, value in times:
            if value is not None and not 0 < value <= LONGEST:
                raise ConfigurationError(f"{name} = {shown(value)}: expected seconds above 0")
        if bounds is not None and bounds.least > bounds.most:
            raise ConfigurationError(f"recovery = {bounds}: expected the shorter time first")

    @property
    def open_time(self) -> TimeBounds | None:
        """The claimed recovery time, as a range; None where none is claimed."""
        if self.recovery is None or isinstance(self.recovery, TimeBounds):
            return self.recovery
        return TimeBounds(self.recovery, self.recovery)

    @property
    def counts(self) -> Counting | None:
        """How failures are counted, as far as that is claimed."""
        if self.counting is not None:
            return self.counting
        if self.share is not None:
            return Counting.SHARE
        if self.threshold is None:
            return None
        return Counting.WINDOW if self.window_calls else Counting.CONSECUTIVE

    @property
    def least_calls(self) -> int:
        """Calls that there must be before a share counts; a window of fewer calls lowers it."""
        least = self.minimum or 1
        return min(least, self.window_calls) if self.window_calls else least

    @property
    def most_failed_probes(self) -> int | None:
        """Failed probes after which it must be open again, at the latest."""
        return self.bad_probes or self.probes
