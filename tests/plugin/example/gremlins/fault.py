"""A fault: made of Toxiproxy's toxics, it can strike on every backend."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import Capability, Toxic, Toxics
from windtunnel_faults.validation import count, dependency_name


@dataclass(frozen=True, slots=True)
class Gremlin:
    """Delay data and chop it into small pieces, `bites` bytes at a time.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    bites: int = 16

    def __post_init__(self) -> None:
        dependency_name(self, self.dependency)
        count(self, "bites", self.bites, least=1)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `latency` and `slicer` toxics."""
        slicer = (("average_size", self.bites), ("size_variation", 0), ("delay", 1000))
        return Toxics((Toxic("latency", (("latency", 20),)), Toxic("slicer", slicer)))
