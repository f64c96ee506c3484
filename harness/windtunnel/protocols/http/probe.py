"""Asks an HTTP server whether it is healthy."""

import http.client
from http import HTTPStatus

from windtunnel.address import Address
from windtunnel.protocols.wire_protocol import PROBE_TIMEOUT, Probe


def answers_http(path: str) -> Probe:
    """Return a probe: GET `path` answers 200."""

    def probe(address: Address) -> None:
        connection = http.client.HTTPConnection(
            address.connect_to, address.port, timeout=PROBE_TIMEOUT
        )
        try:
            connection.request("GET", path, headers={"Host": f"{address}"})
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != HTTPStatus.OK:
            raise ConnectionError(f"GET {path} answered {status}, expected 200")

    return probe
