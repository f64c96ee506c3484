"""TLS handshakes are refused."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault

ALERTS = (
    "handshake_failure",
    "access_denied",
    "protocol_version",
    "insufficient_security",
    "internal_error",
    "unrecognized_name",
)
"""The alerts by which servers refuse a ClientHello (RFC 8446, 6.2)."""


@dataclass(frozen=True, slots=True, repr=False)
class TlsAlert(TrafficFault):
    """Refuse each new connection's handshake by a fatal alert.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TLS

    dependency: str
    alert: str = "handshake_failure"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.choice(self, "alert", self.alert, ALERTS)

    @property
    def form(self) -> Toxics:
        """The `tls` toxic of our own proxy."""
        return Toxics((Toxic("tls", (("fault", "alert"), ("alert", self.alert))),))
