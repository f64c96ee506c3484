"""Asks an HTTP server whether it is healthy."""

import http.client
import socket
from http import HTTPStatus

from windtunnel.address import Address
from windtunnel.protocols.wire_protocol import PROBE_TIMEOUT, Probe
from windtunnel.target_tls import TargetTls


def answers_http(path: str) -> Probe:
    """Return a probe: GET `path` answers 200."""

    def probe(address: Address) -> None:
        connection = _connection(address)
        try:
            connection.request("GET", path, headers={"Host": f"{address}"})
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != HTTPStatus.OK:
            raise ConnectionError(f"GET {path} answered {status}, expected 200")

    return probe


class _NamedConnection(http.client.HTTPSConnection):
    """Asks for the name that the target's certificate must have, wherever it is."""

    def __init__(self, address: Address, tls: TargetTls) -> None:
        self._asked = address, tls
        super().__init__(
            address.connect_to, address.port, timeout=PROBE_TIMEOUT, context=tls.context()
        )

    def connect(self) -> None:
        """Connect, with TLS."""
        address, tls = self._asked
        plain = socket.create_connection((address.connect_to, address.port), PROBE_TIMEOUT)
        self.sock = tls.context().wrap_socket(plain, server_hostname=tls.name(address.host))


def _connection(address: Address) -> http.client.HTTPConnection:
    if address.tls is not None:
        return _NamedConnection(address, address.tls)
    return http.client.HTTPConnection(address.connect_to, address.port, timeout=PROBE_TIMEOUT)
