"""One request of the load engine, as the caller saw it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One request of the load engine, as the caller saw it."""

    number: int
    """1 for the run's first request."""
    endpoint: str
    """The path that was asked for, such as "/api/agents"."""
    started: float
    ended: float
    status: int | None = None
    """None where no answer came."""
    failure: str = ""
    """Why no usable answer came ("refused", "reset", "timed out", …); empty on an answer."""
    fallback: str = ""
    """The dependencies, separated by commas, whose fallbacks this answer names as its source.

    Empty on a real one."""

    @property
    def duration(self) -> float:
        """Seconds from the first byte sent to the last byte received."""
        return self.ended - self.started

    @property
    def succeeded(self) -> bool:
        """Whether the caller got an answer below 400 (a marked fallback is an answer)."""
        return self.status is not None and self.status < 400
