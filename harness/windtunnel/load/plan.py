"""The plan of one load: everything that a worker needs to know."""

from dataclasses import dataclass, replace

from windtunnel.errors import ConfigurationError
from windtunnel.load.arrivals import MOST, Arrivals
from windtunnel.load.destination import Destination
from windtunnel.load.mix import Mix
from windtunnel.load.recorder import KEEP

MOST_CONNECTIONS = 10_000
MOST_STREAMS = 1000
LEAST_KEPT = 1000
"""The fewest requests that allow a statement about the 99th percentile."""
LONGEST = 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """A load within bounds of time, requests and connections; else ConfigurationError."""

    destination: Destination
    mix: Mix
    connections: int = 32
    seconds: float = 10.0
    """How long requests are sent. Those under way then end by their own deadline."""
    arrivals: Arrivals | None = None
    """When requests are due (open loop). None: a closed loop sends when a connection is free."""
    most: int = MOST
    """Requests at which a closed loop ends before its time."""
    keep: int = KEEP
    """Requests that are kept as rows. Above it, quantiles come from an HDR histogram of all."""
    seed: int = 0
    keep_alive: bool = True
    """Whether connections are reused; else each request opens its own."""
    streams: int = 1
    """Concurrent requests on one connection; above one for HTTP/2 only."""
    fallback_header: str = ""
    """By which answers name a fallback as their source. Empty: no answer's headers are read; else
    those of answers that are not good are kept too, over HTTP/1.1."""
    part: int = 0
    parts: int = 1
    """This is part `part` (from 0) of `parts` parts of a plan."""

    def __post_init__(self) -> None:
        for name, value, most in (
            ("connections", self.connections, MOST_CONNECTIONS),
            ("requests", self.most, MOST),
            ("streams", self.streams, MOST_STREAMS),
            ("connections x streams", self.connections * self.streams, MOST_CONNECTIONS),
        ):
            if not 1 <= value <= most:
                raise ConfigurationError(f"{name} = {value}: expected 1 to {most}")
        if not LEAST_KEPT <= self.keep <= KEEP:
            raise ConfigurationError(f"keep = {self.keep}: expected {LEAST_KEPT} to {KEEP}")
        if not 0 < self.seconds <= LONGEST:
            raise ConfigurationError(f"duration = {self.seconds:g} s: expected up to {LONGEST:g} s")

        self.mix.check()
        if self.destination.http2 and not self.keep_alive:
            raise ConfigurationError(
                "a new connection for each request: expected HTTP/1.1, found HTTP/2"
            )
        if self.streams > 1 and not self.destination.http2:
            raise ConfigurationError(
                f"streams = {self.streams}: expected HTTP/2, as HTTP/1.1 has one request at a time"
            )

    @property
    def protocol(self) -> str:
        """What is spoken, as a person reads it."""
        if not self.destination.http2:
            return "HTTP/1.1"
        return f"HTTP/2, {self.streams} stream{'s' * (self.streams > 1)} a connection"

    @property
    def stretch(self) -> float:
        """Seconds in which requests are sent."""
        return self.arrivals.seconds if self.arrivals else self.seconds

    def split(self, parts: int) -> "list[LoadPlan]":
        """Return `parts` parts, one for each process. They take arrivals in turn."""
        if not 1 <= parts <= self.connections:
            raise ConfigurationError(
                f"processes = {parts}: expected 1 to {self.connections}, one connection for each"
            )
        if self.most < parts:
            raise ConfigurationError(
                f"requests = {self.most}: expected one for each of {parts} processes"
            )
        return [
            replace(
                self,
                connections=_share(self.connections, part, parts),
                most=_share(self.most, part, parts),
                keep=max(LEAST_KEPT, self.keep // parts),
                part=part,
                parts=parts,
            )
            for part in range(parts)
        ]


def _share(whole: int, part: int, parts: int) -> int:
    return whole // parts + (part < whole % parts)
