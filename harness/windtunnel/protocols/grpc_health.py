"""Asks a gRPC server whether it is healthy, by the standard health service (grpc.health.v1).

https://github.com/grpc/grpc/blob/master/doc/health-checking.md
"""

import socket
import time
from dataclasses import dataclass, field
from enum import IntEnum

from windtunnel.address import Address
from windtunnel.protocols.wire_protocol import PROBE_TIMEOUT, Probe

_OK = "0"
_PREFIX = 5
"""Bytes before a message: whether it is compressed, and its length."""


class ServingStatus(IntEnum):
    """What the health service answers."""

    UNKNOWN = 0
    SERVING = 1
    NOT_SERVING = 2
    SERVICE_UNKNOWN = 3


@dataclass(slots=True)
class _Answer:
    """What came on the stream so far."""

    body: bytearray = field(default_factory=bytearray)
    status: str = ""
    """The call's grpc-status; empty until it came."""
    message: str = ""
    ended: bool = False


def serves_grpc(service: str) -> Probe:
    """Return a probe: Health/Check of a service answers SERVING; of "", the server as a whole."""

    def probe(address: Address) -> None:
        until = time.monotonic() + PROBE_TIMEOUT
        where = (address.connect_to, address.port)
        with socket.create_connection(where, timeout=PROBE_TIMEOUT) as connection:
            answer = _checked(connection, service, f"{address}", until)
        if answer.status != _OK:
            said = f": {answer.message}" if answer.message else ""
            raise ConnectionError(
                f"Health/Check answered grpc-status {answer.status or 'none'}{said}, expected 0"
            )
        if (found := _serving(bytes(answer.body))) is not ServingStatus.SERVING:
            raise ConnectionError(f"Health/Check answered {found.name}, expected SERVING")

    return probe


def _checked(connection: socket.socket, service: str, authority: str, until: float) -> _Answer:
    """Call Health/Check and return the answer; ConnectionError where none comes."""
    # Only who probes by gRPC needs HTTP/2.
    from h2.config import H2Configuration  # noqa: PLC0415 - the reason above
    from h2.connection import H2Connection  # noqa: PLC0415 - the same
    from h2.exceptions import ProtocolError  # noqa: PLC0415 - the same

    http2 = H2Connection(H2Configuration(client_side=True))
    http2.initiate_connection()
    stream = http2.get_next_available_stream_id()
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/grpc.health.v1.Health/Check",
        ":authority": authority,
        "te": "trailers",
        "content-type": "application/grpc",
    }
    http2.send_headers(stream, list(headers.items()))
    message = _request(service)
    http2.send_data(stream, b"\0" + len(message).to_bytes(4, "big") + message, end_stream=True)
    answer = _Answer()
    try:
        while not answer.ended:
            connection.sendall(http2.data_to_send())
            connection.settimeout(max(until - time.monotonic(), 0.001))
            if not (came := connection.recv(65536)):
                raise ConnectionError("it ended the connection before Health/Check was answered")
            for event in http2.receive_data(came):
                _take(answer, event)
    except ProtocolError as error:
        raise ConnectionError(f"it speaks no HTTP/2: {error or type(error).__name__}") from None
    return answer


def _take(answer: _Answer, event: object) -> None:
    from h2 import events  # noqa: PLC0415 - as above

    match event:
        case events.ResponseReceived() | events.TrailersReceived():
            known = dict(event.headers or ())
            answer.status = _text(known, "grpc-status") or answer.status
            answer.message = _text(known, "grpc-message") or answer.message
        case events.DataReceived():
            answer.body += event.data or b""
        case events.StreamReset():
            raise ConnectionError(f"it reset Health/Check with code {event.error_code}")
        case events.StreamEnded():
            answer.ended = True


def _text(headers: dict[bytes, bytes], name: str) -> str:
    return headers.get(name.encode(), b"").decode("ascii", "replace")


def _request(service: str) -> bytes:
    """Return HealthCheckRequest in Protocol Buffers: the field 1 is the service's name."""
    name = service.encode()
    if not name:
        return b""
    length, size = bytearray(), len(name)
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    length.append(size)
    return b"\x0a" + bytes(length) + name


def _serving(body: bytes) -> ServingStatus:
    """Return the status in HealthCheckResponse, whose field 1 it is; the default is not sent."""
    message = body[_PREFIX:]
    if message[:1] == b"\x08" and message[1:2] and message[1] in set(ServingStatus):
        return ServingStatus(message[1])
    return ServingStatus.UNKNOWN
