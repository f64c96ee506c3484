"""An answer arrives slowly, byte by byte."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpDrip(HttpRequests):
    """Let each answer through at `bytes_per_second`, its head as well.

    A client whose deadline is for the next byte, not for the whole answer, waits all that time.
    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    bytes_per_second: int

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.count(self, "bytes_per_second", self.bytes_per_second, least=1)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_drip` toxic of our own proxy."""
        return self._as_toxics("http_drip", ("rate", self.bytes_per_second))
