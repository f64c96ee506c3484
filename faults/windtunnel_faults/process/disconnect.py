"""The dependency is cut off from its network."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, ProcessAction, Processing


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Detach the dependency from its network (docker network disconnect); healing attaches it.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.NETWORK

    dependency: str

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)

    @property
    def form(self) -> Processing:
        """What is done to the dependency itself."""
        return Processing(ProcessAction.DISCONNECT)
