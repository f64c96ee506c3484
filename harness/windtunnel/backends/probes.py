"""Probes: each asks a program once whether it serves."""

import http.client
import socket
from collections.abc import Callable
from http import HTTPStatus

from windtunnel.address import Address

Probe = Callable[[Address], None]
"""Returns once the program serves; raises OSError or HTTPException while it does not yet."""


def accepts_tcp(address: Address) -> None:
    """Probe: it accepts connections."""
    socket.create_connection((address.host, address.port), timeout=1).close()


def answers_http(path: str) -> Probe:
    """Return a probe: GET `path` answers 200."""

    def probe(address: Address) -> None:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=1)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != HTTPStatus.OK:
            raise ConnectionError(f"GET {path} answered {status}, expected 200")

    return probe


def answers_redis(address: Address) -> None:
    """Probe: it answers PING."""
    with socket.create_connection((address.host, address.port), timeout=1) as connection:
        connection.sendall(b"*1\r\n$4\r\nPING\r\n")
        answer = connection.recv(64)
    if not answer.startswith(b"+PONG"):
        raise ConnectionError(f"PING was answered with {answer!r}")
