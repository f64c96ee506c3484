"""New connections are never made: nobody answers."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class ConnectBlackHole(TrafficFault):
    """Leave each new connection unanswered until the client gives up; open ones go on.

    As with a host that is gone, or a firewall that drops packets. The attempts stay in the client's
    kernel, which repeats them: one that has not given up is made once the fault is healed. Needs
    Linux, whose kernel drops what a full queue has no room for. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.CONNECT

    dependency: str

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)

    @property
    def form(self) -> Toxics:
        """The `connect_black_hole` toxic of our own proxy."""
        return Toxics((Toxic("connect_black_hole"),))
