"""What a user says of a program of theirs: how it starts, when it is ready, and what it calls."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from windtunnel.configuration.setting_types import (
    CallPattern,
    FileName,
    Name,
    Port,
    Strict,
    UrlPath,
    Variable,
)
from windtunnel.protocols.registry import protocols
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP

if TYPE_CHECKING:
    ProtocolName = str
else:
    ProtocolName = Literal[tuple(protocols())]


class WrittenFile(Strict):
    """A file that is written for a program before it starts: exactly one of text and template."""

    text: str = ""
    """What it holds, with {NAME.address}, {NAME.host} and {NAME.port} for what it calls."""
    template: str = ""
    """A file with such a text, relative to the folder of the configuration."""


class Readiness(Strict):
    """When a program has started: exactly one of these."""

    http: UrlPath | Literal[""] = ""
    """A path that answers 200."""
    tcp: bool = False
    """Whether it is ready once its port accepts connections."""
    log: str = ""
    """Words that it prints once it is ready."""
    command: tuple[str, ...] = ()
    """A command that ends with exit status 0 once it is ready, with {python}, {host} and {port}.
    On docker it runs in the program's container."""
    grpc: str | None = None
    """A service of a gRPC server that its health service (grpc.health.v1) says is serving; "" asks
    of the server as a whole. Without TLS."""

    @property
    def ways(self) -> int:
        """How many of these it has."""
        named = bool(self.http) + self.tcp + bool(self.log) + bool(self.command)
        return named + (self.grpc is not None)


class ProgramSettings(Strict):
    """One program of the system under test. Each scenario gets fresh ones."""

    command: tuple[str, ...] = ()
    """How to start it, with {python}, {host}, {port}, {files}, and {NAME.address}, {NAME.host} and
    {NAME.port} of what it calls."""
    service: str = ""
    """Its service in the compose file (docker); may stand beside `command`."""
    directory: str = ""
    """Where it starts, relative to the folder of the configuration. Empty: as all do."""
    port: Port = 0
    """Its port. 0: one that is free, or on docker the only one that the compose file exposes."""
    environment: Mapping[Variable, str] = Field(default_factory=dict)
    """Its variables, with what `command` may have as well."""
    files: Mapping[FileName, WrittenFile] = Field(default_factory=dict)
    """Files that are written for it, by name, into a folder of which {files} is the path."""
    ready: Readiness | None = None
    """When it has started. Without it: once its port accepts connections, where it has one."""
    calls: tuple[Name, ...] | None = None
    """The dependencies and programs that it calls. Without it: those that its command, variables
    and files name, and dependencies that have an `environment`; of a compose service alone, each
    dependency."""
    protocol: ProtocolName | None = None
    """What it speaks to programs that call it. Without it: http where it is ready by http, else
    tcp."""
    endpoint: str = ""
    """An endpoint of the driven program, or a request's name, that calls it. Empty: the first."""
    ignore: tuple[CallPattern, ...] = ()
    """Calls that programs make to it of themselves, which no criterion counts."""

    @property
    def is_asked_where_it_listens(self) -> bool:
        """Whether its port tells when it is ready, and not its log or a command."""
        return self.ready is None or not (self.ready.log or self.ready.command)

    @property
    def speaks(self) -> str:
        """The protocol's name."""
        ready_by_http = self.ready is not None and bool(self.ready.http)
        return self.protocol or ("http" if ready_by_http else TCP.name)
