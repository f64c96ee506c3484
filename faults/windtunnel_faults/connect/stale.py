"""Connections of a pool turn out to be gone when they are used again."""

from dataclasses import dataclass
from typing import ClassVar

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Capability, Toxic, Toxics
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, repr=False)
class ConnectStale(TrafficFault):
    """Reset each connection that is used again after `idle` seconds without data, or more.

    This is the race of keep-alive: the server closes a connection that was idle while the client
    takes it from its pool. A new connection's first request passes whole, and before it what sets a
    connection to Redis or PostgreSQL up (HELLO, AUTH, its start and its password, …). Of a protocol
    that is not read (`tcp`) a pause may be one of its handshake: there `idle` is a second unless it
    is given, and one that is given has to be longer than the handshake's pauses. Raises ValueError
    on bad arguments.
    """

    needs: ClassVar[Capability] = Capability.CONNECT

    dependency: str
    idle: float = 0.0

    def __post_init__(self) -> None:
        validation.struck(self, self.dependency, self.caller)
        validation.milliseconds(self, "idle", self.idle, least=0.0)

    @property
    def form(self) -> Toxics:
        """The `stale` toxic of our own proxy."""
        idle = validation.milliseconds(self, "idle", self.idle, least=0.0)
        return Toxics((Toxic("stale", (("idle", idle),), "upstream"),))
