"""An answer ends in the middle of its body."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpTruncate(HttpRequests):
    """Let `keep_bytes` of each body through, then close the connection.

    An answer whose body is not longer than that stays whole. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    keep_bytes: int = 0

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.count(self, "keep_bytes", self.keep_bytes, least=0)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_truncate` toxic of our own proxy."""
        return self._as_toxics("http_truncate", ("bytes", self.keep_bytes))
