"""New connections take long to be made."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault import Capability, Toxic, Toxics


@dataclass(frozen=True, slots=True)
class ConnectDelay:
    """Make each new connection pay `seconds` before its first data gets anywhere.

    The kernel answers the handshake itself, so a client sees its connection made in time, and its
    first request late by a handshake's delay; a connection that was idle for longer has paid.
    Connections that are open already go on. Raises ValueError on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.CONNECT

    dependency: str
    seconds: float

    def __post_init__(self) -> None:
        validation.dependency_name(self, self.dependency)
        validation.milliseconds(self, "seconds", self.seconds)

    @property
    def form(self) -> Toxics:
        """The `connect` toxic of our own proxy."""
        latency = validation.milliseconds(self, "seconds", self.seconds)
        return Toxics((Toxic("connect", (("latency", latency),), "upstream"),))
