"""When a program's container is ready, beside an answer by HTTP: its port, its log, a command."""

import socket
from collections.abc import Sequence
from functools import partial

from windtunnel.address import Address
from windtunnel.backends.docker.container_readiness import Probe
from windtunnel.backends.docker.container_state import ContainerState
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.configuration import ProgramSettings
from windtunnel.configuration.placeholders import fill
from windtunnel.protocols.grpc_health import serves_grpc
from windtunnel.protocols.wire_protocol import PROBE_TIMEOUT
from windtunnel.protocols.wire_protocol import Probe as AddressProbe

MANY = 100_000
"""Lines of a log in which the words are looked for: all, of any program that has just started.

What it printed before it ended last is not among them: then it would be ready at once."""
PATIENCE = 0.3
"""Seconds after which a connection that is still open leads to a program: the engine's own proxy
accepts all, and closes those that lead nowhere."""


def readiness_of(settings: ProgramSettings, engine: DockerEngine, service: str, port: int) -> Probe:
    """Return the probe of a container. Without a port, it is ready as soon as it runs."""
    ready = settings.ready
    if ready is not None and ready.log:
        return partial(_prints, engine, service, ready.log)
    if ready is not None and ready.grpc is not None:
        return partial(_asked, port, serves_grpc(ready.grpc))
    if ready is not None and ready.command:
        known = {"python": "python3", "host": "127.0.0.1", "port": str(port)}
        return partial(_succeeds, engine, service, [fill(part, known) for part in ready.command])
    return partial(_listens, port) if port else _runs


def _runs(state: ContainerState) -> None:
    """Return: what waits for a container sees by itself whether it runs."""


def _prints(engine: DockerEngine, service: str, words: str, state: ContainerState) -> None:
    if words not in engine.printed(service, MANY):
        raise ConnectionError(f"it has not printed {words!r}")


def _succeeds(
    engine: DockerEngine, service: str, command: Sequence[str], state: ContainerState
) -> None:
    status, output = engine.execute(service, command)
    if status:
        last = output.strip().splitlines()[-1:]
        said = f": {last[0]}" if last else ""
        raise ConnectionError(f"its readiness command ended with exit status {status}{said}")


def _asked(port: int, probe: AddressProbe, state: ContainerState) -> None:
    probe(_published(port, state))


def _published(port: int, state: ContainerState) -> Address:
    address = state.address_of(port)
    if address is None:
        raise ConnectionError(f"its port {port} is not published yet")
    return address


def _listens(port: int, state: ContainerState) -> None:
    address = _published(port, state)
    with socket.create_connection((address.host, address.port), PROBE_TIMEOUT) as connection:
        connection.settimeout(PATIENCE)
        try:
            if not connection.recv(1):
                raise ConnectionError(f"its port {port} does not accept connections")
        except TimeoutError:
            return
