"""The dependency answers late."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxics
from windtunnel_faults.http.requests import HttpRequests


@dataclass(frozen=True, slots=True, repr=False)
class HttpDelay(HttpRequests):
    """Hold each answer back by `seconds`, give or take up to `jitter` seconds.

    The dependency gets the request without a delay. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.HTTP

    dependency: str
    seconds: float
    jitter: float = 0.0

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds)
        validation.milliseconds(self, "jitter", self.jitter, least=0.0)
        self._check_requests()

    @property
    def form(self) -> Toxics:
        """The `http_delay` toxic of our own proxy."""
        return self._as_toxics(
            "http_delay",
            ("latency", validation.milliseconds(self, "seconds", self.seconds)),
            ("jitter", validation.milliseconds(self, "jitter", self.jitter, least=0.0)),
        )
