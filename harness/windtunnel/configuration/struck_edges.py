"""Which edges a fault strikes: those of one caller, or of all who call the dependency."""

from windtunnel.configuration import topology
from windtunnel.configuration.models import Configuration
from windtunnel.records.edge import Edge
from windtunnel_faults import Fault


def caller_of(fault: Fault) -> str:
    """Return the program whose calls a fault strikes, or "": not every fault has one to name."""
    return getattr(fault, "caller", "")


def struck_edges(configuration: Configuration, fault: Fault) -> tuple[Edge, ...]:
    """Return the edges that a fault strikes; none where nobody calls what it is about."""
    caller = caller_of(fault)
    if caller == configuration.target:
        wanted = {""}
    else:
        wanted = {caller} if caller else {"", *configuration.programs}
    return tuple(
        each
        for each in topology.edges(configuration)
        if each.dependency == fault.dependency and each.caller in wanted
    )
