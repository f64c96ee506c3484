"""Data vanishes: a black hole."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class Timeout(TrafficFault):
    """Swallow all data; close a connection after `seconds` of silence, or never with 0.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    seconds: float = 0.0
    stream: str = "downstream"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds, least=0.0)
        validation.stream(self, self.stream)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `timeout` toxic."""
        attributes = (
            ("timeout", validation.milliseconds(self, "seconds", self.seconds, least=0.0)),
        )
        return Toxics((Toxic("timeout", attributes, self.stream),))
