"""A connection ends in the middle of its data."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class DataLimit(TrafficFault):
    """Close each connection once `limit_bytes` have passed.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    limit_bytes: int
    stream: str = "downstream"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.count(self, "limit_bytes", self.limit_bytes, least=0)
        validation.stream(self, self.stream)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `limit_data` toxic."""
        return Toxics((Toxic("limit_data", (("bytes", self.limit_bytes),), self.stream),))
