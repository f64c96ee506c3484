"""Calls that a target makes of itself: health checks, pings of a pool, warm-ups, telemetry."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaskedCalls:
    """Calls of one kind that the target makes without being asked."""

    request: str
    """"GET /ping" without a query, or "PING". Empty for connections that could not be made."""
    left_out: int
    """The number of calls that were left out of the evidence."""
    rate: float = 0.0
    """Calls a second that may still be among the evidence, at most. 0 where all were left out."""
    moments: tuple[float, ...] = ()
    """When each began that was left out because such calls come without requests, too. Chance may
    put a request's own call among them. None where a rule of the configuration names them."""
    reason: str = ""
    """How they are known, such as "4 in 2.2 s without requests"."""

    def most(self, seconds: float) -> int:
        """Return how many of them may still be among the evidence of so many seconds."""
        return math.ceil(self.rate * seconds) + 1 if self.rate else 0

    def __str__(self) -> str:
        what = self.request or "connecting"
        if self.rate:
            return f"{what} happens without requests too ({self.reason})"
        return f"{self.left_out} calls left out: {what} ({self.reason})"
