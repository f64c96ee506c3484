"""A dependency or a program freezes."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, ProcessAction, Processing


@dataclass(frozen=True, slots=True)
class Pause:
    """Suspend a dependency or a program (SIGSTOP; docker pause); healing lets it go on.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.PROCESS

    dependency: str

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)

    @property
    def form(self) -> Processing:
        """What is done to the dependency itself."""
        return Processing(ProcessAction.PAUSE)
