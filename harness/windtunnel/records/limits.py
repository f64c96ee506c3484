"""The limits of the criteria, where a test gives none: the one place that holds them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The configured limits; the defaults are those of the architecture score."""

    error_rate: float = 0.05
    """The share of requests without a good answer must stay below this."""
    mean_response: float = 0.050
    """The mean response time must stay below this, in seconds."""
    pooling_gain: float = 0.40
    """Reusing connections must save more than this share of the response time."""
    breaker_threshold: int = 3
    """A circuit breaker must open within this number of failures."""
    half_open_calls: int = 2
    """A half-open breaker may let through this number of calls at a time."""
