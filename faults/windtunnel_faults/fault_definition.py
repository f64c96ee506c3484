"""What every fault is: a dependency, a needed capability, and the form it takes on a backend."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias


class Capability(StrEnum):
    """What a backend must be able to do to inject a fault."""

    TCP = "tcp"
    """Alter or cut the traffic on its way."""
    HTTP = "http"
    """Answer or alter single HTTP exchanges."""
    CONNECT = "connect"
    """Delay or refuse new connections only, leave them unanswered, or reset idle ones."""
    TLS = "tls"
    """Show other certificates and strike handshakes: the tap ends the target's TLS."""
    PROCESS = "process"
    """Stop, continue, end and start again a process or container."""
    NETWORK = "network"
    """Detach the dependency from its network."""


Value: TypeAlias = int | float | str
"""What a toxic's attribute can be; Toxiproxy's own are all integers."""


@dataclass(frozen=True, slots=True)
class Toxic:
    """One toxic, in Toxiproxy's terms."""

    type: str
    attributes: tuple[tuple[str, Value], ...] = ()
    stream: str = "downstream"


@dataclass(frozen=True, slots=True)
class Toxics:
    """Toxics to add to the dependency's proxy, in this order."""

    toxics: tuple[Toxic, ...]


@dataclass(frozen=True, slots=True)
class Disabled:
    """The dependency's proxy refuses connections and cuts the live ones."""


class ProcessAction(StrEnum):
    """What is done to a process or a container, of a dependency or of a program."""

    PAUSE = "pause"
    KILL = "kill"
    STOP = "stop"
    RESTART = "restart"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Processing:
    """Something done to the dependency itself rather than to its traffic."""

    action: ProcessAction = field()


Form: TypeAlias = Toxics | Disabled | Processing


class Fault(Protocol):
    """One thing that can go wrong with one dependency."""

    needs: ClassVar[Capability]

    @property
    def dependency(self) -> str:
        """The name of the dependency that it strikes."""
        ...

    @property
    def form(self) -> Form:
        """What a backend does to bring it about."""
        ...
