"""An answer's body is damaged on its way."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpCorrupt(HttpRequests):
    """Change the first byte of each body, and from there one in `spacing` on the average.

    Lengths and heads stay. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    spacing: int = 16

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.count(self, "spacing", self.spacing, least=1)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_corrupt` toxic of our own proxy."""
        return self._as_toxics("http_corrupt", ("spacing", self.spacing))
