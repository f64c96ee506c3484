"""A fault: made of Toxiproxy's toxics, it can strike on every backend."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel.extensions import Capability, Toxic, Toxics


@dataclass(frozen=True, slots=True)
class Gremlin:
    """Delay data and chop it into small pieces, `bites` bytes at a time.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    bites: int = 16

    def __post_init__(self) -> None:
        if self.bites < 1:
            raise ValueError(f"Gremlin(bites={self.bites!r}): expected 1 byte or more")

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `latency` and `slicer` toxics."""
        slicer = (("average_size", self.bites), ("size_variation", 0), ("delay", 1000))
        return Toxics((Toxic("latency", (("latency", 20),)), Toxic("slicer", slicer)))
