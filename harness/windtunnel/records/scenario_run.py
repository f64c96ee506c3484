"""One stretch of closed-loop load in a scenario, or of journeys."""

from dataclasses import dataclass

from windtunnel.records.evidence import Evidence
from windtunnel.records.observed_run import ObservedRun
from windtunnel.records.response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(ObservedRun):
    """What one stretch of load produced: the caller's view, and each dependency's."""

    responses: tuple[Response, ...]
    concurrency: int
    """How many requests were under way at once, at most."""

    @property
    def at_once(self) -> int:
        """How many requests may be under way at once."""
        return self.concurrency

    @property
    def pace(self) -> str:
        """How requests were sent, as a person reads it."""
        return f"{self.concurrency} at a time" if self.concurrency > 1 else "one at a time"

    @property
    def single_requests(self) -> tuple[Response, ...]:
        """The requests one by one, in order of their start: a journey's steps for the journey.

        A journey without steps stands for itself.
        """
        if all(response.steps is None for response in self.responses):
            return self.responses
        return tuple(step for each in self.responses for step in each.steps or (each,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Interleaved pairs: request n of `a` and request n of `b` were made side by side."""

    a: Run
    b: Run

    def evidence_at(self, dependency: str) -> Evidence:
        """Return the dependency's evidence over both arms."""
        return self.a.at(dependency)
