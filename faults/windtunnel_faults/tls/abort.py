"""TLS handshakes break off."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class TlsAbort(TrafficFault):
    """Reset each new connection once its ClientHello has come.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TLS

    dependency: str

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)

    @property
    def form(self) -> Toxics:
        """The `tls` toxic of our own proxy."""
        return Toxics((Toxic("tls", (("fault", "abort"),)),))
