"""Which proxies a fault strikes: one for each program whose calls it is about."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from windtunnel_faults import Fault

StruckProxies: TypeAlias = Callable[[Fault], Sequence[str]]
"""Returns the names of the proxies of a fault's edges."""


def dependency_alone(fault: Fault) -> Sequence[str]:
    """Return the proxy of a dependency that one program calls."""
    return (fault.dependency,)
