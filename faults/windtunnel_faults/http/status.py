"""The dependency answers with an error."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpStatus(HttpRequests):
    """Answer requests with `status` and `body`; the dependency does not get them.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    status: int = 503
    body: str = "a fault that was injected on purpose\n"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.count(self, "status", self.status, least=200, most=599)
        validation.text(self, "body", self.body)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_status` toxic of our own proxy."""
        return self._as_toxics("http_status", ("status", self.status), ("body", self.body))
