"""One request of the load engine, as the caller saw it."""

from dataclasses import dataclass

from windtunnel.records.request_failure import RequestFailure


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
    failure: RequestFailure = RequestFailure.NONE
    """Why no answer came; NONE where one did."""
    detail: str = ""
    """The system's or the parser's own words for a failure, where there are any."""
    fallback: str = ""
    """The dependencies, separated by commas, whose fallbacks this answer names as its source.

    Empty on a real one."""

    @property
    def answer(self) -> str:
        """What the caller got, as a person reads it: the status, or the failure."""
        if self.status is not None:
            return str(self.status)
        return f"{self.failure.text}: {self.detail}" if self.detail else self.failure.text

    @property
    def duration(self) -> float:
        """Seconds from the first byte sent to the last byte received."""
        return self.ended - self.started

    @property
    def succeeded(self) -> bool:
        """Whether the caller got an answer below 400 (a marked fallback is an answer)."""
        return self.status is not None and self.status < 400
