"""Data arrives late."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class Latency(TrafficFault):
    """Delay every chunk of data by `seconds`, give or take up to `jitter` seconds, order kept.

    It delays data, never the TCP handshake. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    seconds: float
    jitter: float = 0.0
    stream: str = "downstream"

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "seconds", self.seconds)
        validation.milliseconds(self, "jitter", self.jitter, least=0.0)
        validation.stream(self, self.stream)

    @property
    def form(self) -> Toxics:
        """Toxiproxy's `latency` toxic."""
        latency = validation.milliseconds(self, "seconds", self.seconds)
        jitter = validation.milliseconds(self, "jitter", self.jitter, least=0.0)
        attributes = (("latency", latency), ("jitter", jitter))
        return Toxics((Toxic("latency", attributes, self.stream),))
