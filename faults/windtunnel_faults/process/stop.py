"""A dependency or a program is stopped in order, as by a deployment."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, ProcessAction, Processing


@dataclass(frozen=True, slots=True)
class Stop:
    """End it in order (SIGTERM; docker stop), by force after 10 seconds; healing starts it again.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.PROCESS

    dependency: str

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)

    @property
    def form(self) -> Processing:
        """What is done to it."""
        return Processing(ProcessAction.STOP)
