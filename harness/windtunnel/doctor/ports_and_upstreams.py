"""Whether the fixed ports are free, and what should run already accepts connections."""

import socket
from collections.abc import Iterator

from windtunnel.address import Address
from windtunnel.configuration import Configuration
from windtunnel.doctor.check import Check, fail, ok
from windtunnel.errors import ConfigurationError
from windtunnel.owned_hosts import owned_address


def ports(configuration: Configuration) -> Iterator[Check]:
    """Check that the ports which are not left to the system are free."""
    driven = configuration.target in configuration.programs
    wanted = {} if configuration.address or driven else {"port": configuration.port}
    wanted |= {f"programs.{name}.port": each.port for name, each in configuration.programs.items()}
    for name, dependency in configuration.dependencies.items():
        wanted[f"dependencies.{name}.listen"] = dependency.listen
    for key, port in wanted.items():
        if not port:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                yield fail(
                    f"port {port}",
                    f"{key} = {port}: {error.strerror}",
                    "stop what listens there, or configure another port",
                )
            else:
                yield ok(f"port {port}", f"{key} = {port} is free")


def upstreams(configuration: Configuration) -> Iterator[Check]:
    """Check that the dependencies which should run already accept connections."""
    for name, dependency in configuration.dependencies.items():
        if not dependency.upstream:
            if not dependency.command and not dependency.speaks.has_own_server:
                yield fail(
                    f"upstream of {name}",
                    "neither upstream nor command says where it is",
                    f"configure dependencies.{name}.upstream, or .command, which starts it",
                )
            continue
        address = Address.parse(dependency.upstream)
        try:
            place = f"dependencies.{name}.upstream = {dependency.upstream!r}"
            address = owned_address(address, configuration.owned_hosts, place)
        except ConfigurationError as error:
            yield fail(f"upstream of {name}", str(error), "name it under owned_hosts")
            continue
        try:
            socket.create_connection((address.connect_to, address.port), timeout=3).close()
        except OSError as error:
            yield fail(
                f"upstream of {name}",
                f"{address} does not accept connections: {error}",
                f"start it, or configure dependencies.{name}.command so that it is started",
            )
        else:
            yield ok(f"upstream of {name}", f"{address} accepts connections")
