"""Data arrives slowly."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class Bandwidth(TrafficFault):
    """Let at most `bytes_per_second` through on each connection, in steps of 1,000.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    bytes_per_second: int
    stream: str = "downstream"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.count(self, "bytes_per_second", self.bytes_per_second, least=1000)
        validation.stream(self, self.stream)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `bandwidth` toxic, whose unit is 1,000 bytes a second."""
        attributes = (("rate", self.bytes_per_second // 1000),)
        return Toxics((Toxic("bandwidth", attributes, self.stream),))
