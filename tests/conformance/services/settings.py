"""What every tiny service is set to, from its environment. Times in seconds."""

import os
from dataclasses import dataclass, field


def _number(name: str, otherwise: float) -> float:
    return float(os.environ.get(name, otherwise))


@dataclass(frozen=True, slots=True)
class Settings:
    """A breaker's settings, and the client's timeout."""

    threshold: int = field(default_factory=lambda: int(_number("THRESHOLD", 3)))
    recovery: float = field(default_factory=lambda: _number("RECOVERY", 0.4))
    probes: int = field(default_factory=lambda: int(_number("PROBES", 2)))
    window: float = field(default_factory=lambda: _number("WINDOW", 2.0))
    call_timeout: float = field(default_factory=lambda: _number("CALL_TIMEOUT", 0.8))
