"""A dependency or a program is started anew, as by a deployment."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, ProcessAction, Processing


@dataclass(frozen=True, slots=True)
class Restart:
    """End it in order (SIGTERM; docker stop), by force after 10 seconds, and start it again.

    It is back when the fault is in force; healing does nothing more. Raises ValueError on bad
    arguments.
    """

    needs: ClassVar[Capability] = Capability.PROCESS

    dependency: str

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)

    @property
    def form(self) -> Processing:
        """What is done to it."""
        return Processing(ProcessAction.RESTART)
