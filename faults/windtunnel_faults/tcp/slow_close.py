"""A connection takes long to close."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class SlowClose(TrafficFault):
    """Delay the close of a connection by `seconds` after its last data.

    Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    seconds: float
    stream: str = "downstream"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds)
        validation.stream(self, self.stream)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `slow_close` toxic."""
        delay = validation.milliseconds(self, "seconds", self.seconds)
        return Toxics((Toxic("slow_close", (("delay", delay),), self.stream),))
