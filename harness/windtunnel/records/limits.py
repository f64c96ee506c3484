"""What the criteria demand where a test does not say otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The configured limits; the defaults are those of the architecture score."""

    error_rate: float = 0.05
    """The share of requests below which those without a good answer must stay."""
    mean_response: float = 0.050
    """Seconds below which the mean response time must stay."""
    pooling_gain: float = 0.40
    """The share of the response time above which reusing connections must save."""
    breaker_threshold: int = 3
    """Failures within which a circuit breaker must open."""
    half_open_calls: int = 2
    """Calls that a half-open breaker may let through at a time."""
