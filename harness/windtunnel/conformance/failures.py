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
    delayed: Callable[[str, float], tuple[Fault, ...]] | None = None
    """The faults that bring it about after so many seconds; None where it takes the client's
    time-out, or can't take any time."""
    alone: bool = False
    """Whether nothing may be refused or reset on this machine beside it: where no packets can be
    seen, the kernel's counters for the whole machine bound how often a call was refused."""

    def faults(self, dependency: str, seconds: float = 0.0) -> tuple[Fault, ...]:
        """Return what brings it about, after so many seconds where it can be delayed."""
        if seconds and self.delayed is not None:
            return self.delayed(dependency, seconds)
        return (self.fault(dependency),)


def _of_answers(name: str, fault: Callable[[str], Fault]) -> DependencyFailure:
    """Return a kind of failure that strikes answers, which can be late as well."""
    return DependencyFailure(
        name,
        fault,
        Capability.HTTP,
        delayed=lambda at, seconds: (Latency(at, seconds), fault(at)),
    )


FAILURES = {
    failure.name: failure
    for failure in (
        DependencyFailure(
            "reset", ConnectionReset, delayed=lambda at, seconds: (ConnectionReset(at, seconds),)
        ),
        DependencyFailure("refused", Outage, alone=True),
        DependencyFailure("timeout", lambda name: Latency(name, FOREVER)),
        DependencyFailure("black-hole", Timeout),
        _of_answers("http-500", lambda name: HttpStatus(name, 500)),
        _of_answers("http-503", lambda name: HttpStatus(name, 503)),
        _of_answers("malformed", HttpCorrupt),
        _of_answers("half-answer", lambda name: HttpTruncate(name, 1)),
        DependencyFailure("slow-drip", lambda name: HttpDrip(name, 1), Capability.HTTP),
    )
}
"""By name; the first is the one that every other property is tested with."""
