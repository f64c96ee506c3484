"""The dependency refuses connections."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Disabled
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class Outage(TrafficFault):
    """Refuse every new connection (ECONNREFUSED) and cut the live ones.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)

    @property
    def form(self) -> Disabled:
        """A disabled proxy: its listener is closed."""
        return Disabled()
