"""Ports of this machine: free ones to listen on, and the usual one of a control port."""

import random
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

Bound = TypeVar("Bound")

CONTROL_PORT = 8474
"""Where a fault proxy is controlled, unless another port is asked for: Toxiproxy's own."""
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The ports that Linux gives to connections, first and last (ip(7), ip_local_port_range)."""
LEAST, BEYOND = 20_000, 65_536
"""Below are ports that services are used to have."""
ATTEMPTS = 100


def unguessable_host() -> str:
    """Return one of the 16 million addresses of the loopback network, at random.

    It is for a server that asks nobody who they are: with its port nobody finds it who was not told
    either. 127.0.0.1 where the system has no other, as macOS.
    """
    host = ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return "127.0.0.1"
    return host


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now; see `candidates`."""

    def bound(port: int) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])

    return first_free(bound)


def first_free(bind: Callable[[int], Bound]) -> Bound:
    """Return what `bind` gives for the first of the `candidates` that it can bind.

    OSError where it can bind none, not even one that the system chooses.
    """
    *chosen, systems = candidates()
    for port in chosen:
        with suppress(OSError):
            return bind(port)
    return bind(systems)


def candidates() -> Iterator[int]:
    """Yield ports to try to bind, at random, and at last 0, which leaves it to the system.

    The system also gives ports to connections. Those are not yielded, where the system reports
    which they are and leaves any other. While nobody listens at a port, a connection to it may be
    given that very port: it connects to itself, gets back what it sends, and keeps the server out.
    """
    # Not from the run's seed: what is free depends on the machine, so a replay is no use.
    draw = random.SystemRandom()
    others = _others()
    for _ in range(ATTEMPTS if others else 0):
        yield draw.choice(others)
    yield 0


def _others() -> list[int]:
    """Return the ports that no connection is given; none where the system does not report them."""
    try:
        first, last = map(int, EPHEMERAL.read_text().split())
    except (OSError, ValueError):
        return []
    return [*range(LEAST, first), *range(max(LEAST, last + 1), BEYOND)]
