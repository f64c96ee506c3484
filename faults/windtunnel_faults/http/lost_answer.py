"""The dependency did its work, and its answer is lost on the way."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests

ENDINGS = ("reset", "close")


@dataclass(frozen=True, slots=True, repr=False)
class HttpLostAnswer(HttpRequests):
    """Let the dependency carry the request out and answer, and lose its whole answer.

    Once the answer is complete at the tap, the caller's connection is ended without a byte of it:
    by `ending="reset"` (RST) or `ending="close"` (an orderly end). The caller can't know whether
    the work was done; whoever tries again without an idempotency key does it twice. Evidence has
    the exchange as failed, with what the dependency answered (`Exchange.dependency_status`). Raises
    ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    ending: str = "reset"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.choice(self, "ending", self.ending, ENDINGS)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_lost_answer` toxic of our own proxy."""
        return self._as_toxics("http_lost_answer", ("ending", self.ending))
