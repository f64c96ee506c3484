"""The settings that a breaker is claimed to have: what its properties are judged against."""

import math
from dataclasses import dataclass

from windtunnel.errors import ConfigurationError
from windtunnel.records import Limits

THRESHOLD = Limits().breaker_threshold
PROBES = Limits().half_open_calls
DEADLINE = 60.0
"""Seconds of the longest wait for anything, where nobody asks for more or less."""
LIMITS = {"threshold": 100, "probes": 100, "workers": 256}
"""The most of each that can be asked for: a mistyped number is not a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """A breaker's settings, as its owner knows them; None where they are not known. In seconds.

    Raises ConfigurationError on values that no breaker can have.
    """

    threshold: int = THRESHOLD
    """Consecutive failures that open it."""
    recovery: float | None = None
    """How long it stays open; measured where it is not known."""
    probes: int = PROBES
    """Calls that it admits while half-open."""
    window: float | None = None
    """How long a failure counts; a breaker may have no such limit."""
    workers: int | None = None
    """Processes of the service, each with a breaker of its own."""

    def __post_init__(self) -> None:
        for name, most in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not 1 <= value <= most:
                raise ConfigurationError(
                    f"{name} = {value!r}: expected a whole number from 1 to {most}"
                )
        for name in ("recovery", "window"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ConfigurationError(f"{name} = {value!r}: expected seconds above 0")
