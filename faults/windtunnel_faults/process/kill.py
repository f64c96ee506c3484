"""A dependency or a program dies."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, ProcessAction, Processing


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill a dependency or a program (SIGKILL; docker kill); healing starts it again.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.PROCESS

    dependency: str

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)

    @property
    def form(self) -> Processing:
        """What is done to the dependency itself."""
        return Processing(ProcessAction.KILL)
