"""New connections are refused, while open ones go on."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class ConnectRefused(TrafficFault):
    """Refuse each new connection (ECONNREFUSED); those that are open already go on.

    As with a dependency that is full, or that shuts down and finishes what it has begun. Raises
    ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.CONNECT

    dependency: str

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)

    @property
    def form(self) -> Toxics:
        """The `connect_refuse` toxic of our own proxy."""
        return Toxics((Toxic("connect_refuse"),))
