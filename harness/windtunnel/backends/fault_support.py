"""Refuses a fault that a stack cannot have, with one clear error."""

from windtunnel.configuration import Configuration
from windtunnel.errors import UnsupportedFault, suggestion
from windtunnel_faults import Capability, Fault


def check_fault(
    fault: Fault,
    configuration: Configuration,
    backend: str,
    capabilities: frozenset[Capability],
    *,
    outside: frozenset[str] | None = None,
) -> None:
    """Raise UnsupportedFault for an unknown dependency or a capability that is missing.

    `outside` are the dependencies that the harness did not start; if it is not given, those with
    an upstream.
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
    if fault.needs is Capability.HTTP and dependency.protocol != "http":
        raise UnsupportedFault(
            f"{fault!r}: {fault.dependency!r} speaks {dependency.protocol}, as configured;"
            " expected a dependency that speaks http"
        )
    tls = dependency.tls
    if fault.needs is Capability.TLS and (tls is None or not tls.terminates):
        raise UnsupportedFault(
            f"{fault!r}: the tap does not end the TLS to {fault.dependency!r};"
            f' expected tls = "terminate" under [dependencies.{fault.dependency}]'
        )
    if fault.needs in {Capability.PROCESS, Capability.NETWORK} and not started:
        raise UnsupportedFault(
            f"{fault!r}: {fault.dependency!r} runs already at {dependency.upstream};"
            " only one that the harness started can be struck"
        )
