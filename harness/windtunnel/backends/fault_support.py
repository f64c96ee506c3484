"""Which fault can strike which dependency, and on which hop it does; refuses the others."""

import zlib
from collections.abc import Callable, Mapping

from windtunnel.configuration import Configuration, Dependency
from windtunnel.errors import UnsupportedFault, suggestion
from windtunnel.protocols.registry import protocols
from windtunnel_faults import Capability, Fault

TAP_ONLY = frozenset({Capability.HTTP, Capability.CONNECT, Capability.TLS})
"""What only our own proxy can do; with the real Toxiproxy, the tap in front of it does."""

Obstacle = Callable[[str, Dependency, bool], str]
"""Takes a dependency's name, its settings, and whether the harness starts it.

Returns why a fault cannot strike it, or "".
"""


def obstacle(needs: Capability, name: str, dependency: Dependency, *, started: bool) -> str:
    """Return why no backend can strike this dependency with a fault of this need, or ""."""
    able = [each.name for each in protocols().values() if needs in each.capabilities]
    if able and dependency.protocol not in able:
        return (
            f"{name!r} speaks {dependency.protocol}, as configured;"
            f" expected a dependency that speaks {' or '.join(able)}"
        )
    find = _OBSTACLES.get(needs)
    return "" if find is None else find(name, dependency, started)


def check_fault(
    fault: Fault,
    configuration: Configuration,
    backend: str,
    capabilities: frozenset[Capability],
    *,
    outside: frozenset[str] | None = None,
) -> None:
    """Raise UnsupportedFault for an unknown dependency or a capability that is missing.

    `outside` are the dependencies that the harness did not start. Without it, those are the ones
    with an upstream.
    """
    dependencies = configuration.dependencies
    if fault.dependency not in dependencies:
        raise UnsupportedFault(
            f"{fault!r}: no dependency is named {fault.dependency!r}"
            f"{suggestion(fault.dependency, dependencies)}"
        )
    if fault.needs not in capabilities:
        able = ", ".join(sorted(capabilities))
        raise UnsupportedFault(
            f"{fault!r} needs the capability {fault.needs.value!r};"
            f" the backend {backend} has: {able}"
        )
    dependency = dependencies[fault.dependency]
    started = not dependency.upstream if outside is None else fault.dependency not in outside
    if reason := obstacle(fault.needs, fault.dependency, dependency, started=started):
        raise UnsupportedFault(f"{fault!r}: {reason}")


def toxic_prefix(fault: Fault) -> str:
    """Return what the names of a fault's toxics begin with: equal faults share it, others do not.

    The evidence of our own proxy names by it the fault that touched an exchange.
    """
    return f"{type(fault).__name__.lower()}-{zlib.crc32(repr(fault).encode()):08x}"


def _keeps_its_tls(name: str, dependency: Dependency, started: bool) -> str:  # noqa: FBT001 - an Obstacle
    if dependency.tls is not None and dependency.tls.terminates:
        return ""
    return (
        f"the tap does not end the TLS to {name!r};"
        f' expected tls = "terminate" under [dependencies.{name}]'
    )


def _runs_already(name: str, dependency: Dependency, started: bool) -> str:  # noqa: FBT001 - an Obstacle
    if started:
        return ""
    return (
        f"{name!r} runs already at {dependency.upstream};"
        " only one that the harness started can be struck"
    )


_OBSTACLES: Mapping[Capability, Obstacle] = {
    Capability.TLS: _keeps_its_tls,
    Capability.PROCESS: _runs_already,
    Capability.NETWORK: _runs_already,
}
