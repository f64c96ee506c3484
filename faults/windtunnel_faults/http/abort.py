"""The connection is reset where an answer was expected."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpAbort(HttpRequests):
    """Reset the connection (RST) instead of answering.

    With `forwarded` the dependency gets the request, and the reset comes in place of its answer's
    first byte; `HttpLostAnswer` waits until it has answered wholly, and evidence says what. Raises
    ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    forwarded: bool = False

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.flag(self, "forwarded", self.forwarded)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_abort` toxic of our own proxy."""
        return self._as_toxics("http_abort", ("forwarded", int(self.forwarded)))
