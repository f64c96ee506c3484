"""One request of the load engine, or one journey with its steps, as the caller saw it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windtunnel.records.request_failure import RequestFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One request of the load engine, as the caller saw it."""

    number: int
    """1 for the run's first request."""
    endpoint: str
    """The request's name, or the path that was asked for, such as "/api/agents"."""
    started: float
    """When it was sent; where it never was, when it was due."""
    ended: float
    due: float | None = None
    """When it was due, in an open loop; None in a closed one."""
    status: int | None = None
    """None where no answer came."""
    failure: RequestFailure = RequestFailure.NONE
    """Why no answer came, or why a journey failed; NONE where neither is so."""
    detail: str = ""
    """The system's, the parser's or a journey's own words for a failure, where there are any."""
    fallback: str = ""
    """The dependencies, separated by commas, whose fallbacks this answer names as its source.

    Empty on a real one."""
    expected: tuple[int, ...] = ()
    """The statuses of good answers. Empty: all below 400."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """The answer's, by lower-case name; several values of one are joined by ", ", those of
    set-cookie by line feeds. Of good answers after a run's first 10,000 requests they are not kept.
    Shown in no report."""
    renewed: bool = False
    """Whether it was refused, and sent again after a new login: its time has all of that."""
    body: bytes = field(default=b"", repr=False)
    """The answer's body, where it was asked for. Shown in no report."""
    steps: "tuple[JourneyStep, ...] | None" = field(default=None, repr=False)
    """The requests of a journey, in order of their start; None for a single request. A journey's
    time is from its first step's start to its last one's end; without any, that of its function.
    Its `status` is the error that its last step was answered with, where it failed by one."""

    @property
    def answer(self) -> str:
        """What the caller got, as a person reads it: the status, or the failure."""
        failed = f"{self.failure.text}: {self.detail}" if self.detail else self.failure.text
        if self.steps is not None:
            told = [] if self.status is None else [str(self.status)]
            return ", ".join([*told, failed or "done"])
        return str(self.status) if self.status is not None else failed

    @property
    def duration(self) -> float:
        """Seconds from the first byte sent to the last byte received.

        In an open loop from when it was due: what it waited for a free connection counts.
        """
        return self.ended - (self.started if self.due is None else self.due)

    @property
    def on_its_way(self) -> float:
        """Seconds from when it was sent to its end."""
        return self.ended - self.started

    @property
    def succeeded(self) -> bool:
        """Whether the caller got an answer that it expects (a marked fallback is an answer).

        A journey succeeded where its function returned.
        """
        if self.steps is not None:
            return self.failure is RequestFailure.NONE
        if self.status is None:
            return False
        return self.status in self.expected if self.expected else 200 <= self.status < 400

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the body as JSON. Raises ValueError where it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStep(Response):
    """One request of a journey. Of a journey that succeeded, answers below 500 are expected."""

    method: str = ""
    path: str = ""
    """With its query, as it was sent."""
