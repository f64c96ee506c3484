"""Connections are reset (RST) after they were accepted."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class ConnectionReset(TrafficFault):
    """Accept a connection, wait for its first data, then reset it after `seconds`.

    Connections that were open before the fault may end by an orderly close where the real
    Toxiproxy injects it. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    seconds: float = 0.0

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds, least=0.0)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `reset_peer` toxic on the requests, so that no answer is produced."""
        timeout = validation.milliseconds(self, "seconds", self.seconds, least=0.0)
        return Toxics((Toxic("reset_peer", (("timeout", timeout),), "upstream"),))
