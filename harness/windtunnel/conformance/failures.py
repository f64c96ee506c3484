"""The ways in which a dependency fails a call, each as a fault that every client must notice."""

from collections.abc import Callable
from dataclasses import dataclass

from windtunnel_faults import (
    Capability,
    ConnectionReset,
    Fault,
    HttpCorrupt,
    HttpDrip,
    HttpStatus,
    HttpTruncate,
    Latency,
    Outage,
    Timeout,
)

FOREVER = 60.0
"""Seconds beyond any sensible timeout of a client."""


@dataclass(frozen=True, slots=True)
class DependencyFailure:
    """One kind of failure."""

    name: str
    fault: Callable[[str], Fault]
    """The fault that brings it about at a dependency."""
    needs: Capability = Capability.TCP
    alone: bool = False
    """Whether nothing may be refused or reset on this machine beside it: where no packets can be
    seen, the kernel's counters for the whole machine bound how often a call was refused."""


FAILURES = {
    failure.name: failure
    for failure in (
        DependencyFailure("reset", ConnectionReset),
        DependencyFailure("refused", Outage, alone=True),
        DependencyFailure("timeout", lambda name: Latency(name, FOREVER)),
        DependencyFailure("black-hole", Timeout),
        DependencyFailure("http-500", lambda name: HttpStatus(name, 500), Capability.HTTP),
        DependencyFailure("http-503", lambda name: HttpStatus(name, 503), Capability.HTTP),
        DependencyFailure("malformed", HttpCorrupt, Capability.HTTP),
        DependencyFailure("half-answer", lambda name: HttpTruncate(name, 1), Capability.HTTP),
        DependencyFailure("slow-drip", lambda name: HttpDrip(name, 1), Capability.HTTP),
    )
}
"""By name; the first is the one that every other property is tested with."""
