"""Creates the taps of programs that run as processes: one for each edge."""

from collections.abc import Mapping
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_tls import tls_field
from windtunnel.configuration import Configuration, topology
from windtunnel.records.edge import Edge


def create_taps(
    tap: Tap, configuration: Configuration, upstreams: Mapping[Edge, Address]
) -> dict[Edge, Address]:
    """Return where each caller reaches what it calls, once a tap listens there."""
    called = topology.callees(configuration)
    found: dict[Edge, Address] = {}
    for edge in topology.edges(configuration):
        name, settings = edge.dependency, called[edge.dependency]
        # A fixed port is its first caller's: the driven program's, where that calls it.
        taken = any(each.dependency == name for each in found)
        found[edge] = tap.create(
            edge,
            upstream=str(upstreams[edge]),
            protocol=settings.protocol,
            tls=tls_field(name, settings.tls, Path(configuration.directory)),
            listen=f"127.0.0.1:{0 if taken else settings.listen}",
        )
    return found
