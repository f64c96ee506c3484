"""The dependency shows a certificate that is not to be trusted."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault

CERTIFICATES = ("expired", "not_yet_valid", "wrong_name", "untrusted", "self_signed")


@dataclass(frozen=True, slots=True, repr=False)
class TlsCertificate(TrafficFault):
    """Show new connections a certificate that is expired, or another that no client should accept.

    `certificate` is expired, not_yet_valid, wrong_name, untrusted (by an unknown authority) or
    self_signed. A target that goes on all the same does not check certificates. Raises ValueError
    on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TLS

    dependency: str
    certificate: str = "expired"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.choice(self, "certificate", self.certificate, CERTIFICATES)

    @property
    def form(self) -> Toxics:
        """The `tls` toxic of our own proxy."""
        return Toxics((Toxic("tls", (("fault", self.certificate),)),))
