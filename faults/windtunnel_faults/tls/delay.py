"""TLS handshakes take long."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class TlsDelay(TrafficFault):
    """Answer each new connection's ClientHello `seconds` late.

    The connection is accepted at once, so that only a timeout of the handshake helps. Raises
    ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TLS

    dependency: str
    seconds: float

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds)

    @property
    def form(self) -> Toxics:
        """The `tls` toxic of our own proxy."""
        delay = validation.milliseconds(self, "seconds", self.seconds)
        return Toxics((Toxic("tls", (("fault", "slow"), ("delay", delay))),))
