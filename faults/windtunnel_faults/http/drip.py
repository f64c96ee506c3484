"""An answer comes in drops."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpDrip(HttpRequests):
    """Let each answer through at `bytes_per_second`, its head as well.

    It keeps a client busy whose deadline is for the next byte rather than for the whole answer.
    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    bytes_per_second: int

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)
        validation.count(self, "bytes_per_second", self.bytes_per_second, least=1)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_drip` toxic of our own proxy."""
        return self._as_toxics("http_drip", ("rate", self.bytes_per_second))
