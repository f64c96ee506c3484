"""New connections take long to be made."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class ConnectDelay(TrafficFault):
    """Hold each new connection's first data until `seconds` after the connection was made.

    The kernel answers the TCP handshake, so the client's connect itself is not late. Its first
    request is, unless the connection was idle for `seconds` before. Open connections go on as
    they are. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.CONNECT

    dependency: str
    seconds: float

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds)

    @property
    def form(self) -> Toxics:
        """The `connect` toxic of our own proxy."""
        latency = validation.milliseconds(self, "seconds", self.seconds)
        return Toxics((Toxic("connect", (("latency", latency),), "upstream"),))
