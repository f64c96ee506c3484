"""The dependency refuses connections."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Disabled


@dataclass(frozen=True, slots=True)
class Outage:
    """Refuse every new connection (ECONNREFUSED) and cut the live ones.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)

    @property
    def form(self) -> Disabled:
        """A disabled proxy: its listener is closed."""
        return Disabled()
