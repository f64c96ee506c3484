"""Which fault can strike which dependency, and on which hop it does; refuses the others."""

import zlib
from collections.abc import Callable, Mapping

from windtunnel.configuration import Configuration, Dependency, topology
from windtunnel.configuration.struck_edges import caller_of, struck_edges
from windtunnel.errors import UnsupportedFault, suggestion
from windtunnel.protocols.registry import protocols
from windtunnel_faults import Capability, Fault

TAP_ONLY = frozenset({Capability.HTTP, Capability.CONNECT, Capability.TLS})
"""What only our own proxy can do; with the real Toxiproxy, the tap in front of it does."""

OF_A_PROGRAM = frozenset({Capability.PROCESS, Capability.NETWORK})
"""What is done to a program itself rather than to its traffic."""

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
    name, callees = fault.dependency, topology.callees(configuration)
    programs = set(topology.names(configuration)) - set(configuration.dependencies)
    if name not in callees and name not in programs:
        raise UnsupportedFault(
            f"{fault!r}: no dependency is named {name!r}{suggestion(name, callees)}"
        )
    if fault.needs not in capabilities:
        able = ", ".join(sorted(capabilities))
        raise UnsupportedFault(
            f"{fault!r} needs the capability {fault.needs.value!r};"
            f" the backend {backend} has: {able}"
        )
    if name in programs and fault.needs in OF_A_PROGRAM:
        reason = f"it runs already at {configuration.address}" if configuration.address else ""
    else:
        reason = _unreachable(fault, configuration)
    if not reason and name in callees:
        dependency = callees[name]
        started = not dependency.upstream if outside is None else name not in outside
        reason = obstacle(fault.needs, name, dependency, started=started)
    if reason:
        raise UnsupportedFault(f"{fault!r}: {reason}")


def _unreachable(fault: Fault, configuration: Configuration) -> str:
    """Return why no call can be struck, or ""."""
    if struck_edges(configuration, fault):
        return ""
    name, caller = fault.dependency, caller_of(fault)
    callers = {
        e.caller or configuration.target
        for e in topology.edges(configuration)
        if e.dependency == name
    }
    if callers:
        return f"{caller!r} does not call {name!r}{suggestion(caller, callers)}"
    return f"no program calls {name!r}; expected a fault of its process, such as Kill({name!r})"


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
