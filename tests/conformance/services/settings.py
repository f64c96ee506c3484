"""What every tiny service is set to, from its environment. Times in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Settings:
    """A breaker's settings, and the client's timeout."""

    threshold: int
    recovery: float
    probes: int
    window: float
    call_timeout: float

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings that an environment holds."""
        return cls(
            threshold=int(environment["THRESHOLD"]),
            recovery=float(environment["RECOVERY"]),
            probes=int(environment["PROBES"]),
            window=float(environment["WINDOW"]),
            call_timeout=float(environment["CALL_TIMEOUT"]),
        )
