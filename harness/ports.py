"""Free ports for servers that are told where to listen."""

import random
import socket
from pathlib import Path

EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The ports that Linux gives to connections, first and last (ip(7), ip_local_port_range)."""
LEAST = 20_000
"""Below are ports that services are used to have."""
ATTEMPTS = 100


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens now.

    Where the system tells which ports it gives to connections, it is none of these: until a server
    listens there, a connection to such a port can be given the very same port, connects to itself,
    is answered with what it sends, and keeps the server from listening.
    """
    # Not from the run's seed: what is free depends on the machine, so a replay is no use.
    draw = random.SystemRandom()
    choice = range(LEAST, _least_ephemeral())
    for _ in range(ATTEMPTS if choice else 0):
        port = draw.choice(choice)
        with socket.socket() as probe:
            # As servers do: a port whose last connections still linger is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _least_ephemeral() -> int:
    try:
        return int(EPHEMERAL.read_text().split()[0])
    except OSError:
        return 0
