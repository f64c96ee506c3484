"""A gRPC server is healthy where its health service says so."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection

from windtunnel.address import Address
from windtunnel.protocols.grpc_health import serves_grpc

Answer = Callable[[H2Connection, int], None]
HEAD = [(":status", "200"), ("content-type", "application/grpc")]


def message(body: bytes) -> bytes:
    return b"\0" + len(body).to_bytes(4, "big") + body


def serving(status: bytes = b"\x08\x01", grpc_status: str = "0") -> Answer:
    def answer(http2: H2Connection, stream: int) -> None:
        http2.send_headers(stream, HEAD)
        http2.send_data(stream, message(status))
        http2.send_headers(stream, [("grpc-status", grpc_status)], end_stream=True)

    return answer


def trailers_only(http2: H2Connection, stream: int) -> None:
    head = [*HEAD, ("grpc-status", "12"), ("grpc-message", "no such method")]
    http2.send_headers(stream, head, end_stream=True)


def reset(http2: H2Connection, stream: int) -> None:
    http2.reset_stream(stream, 7)


@contextlib.contextmanager
def server(answer: Answer | bytes) -> Iterator[tuple[Address, bytearray]]:
    """Serve one connection: by HTTP/2, or with bytes whatever comes."""
    asked = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)

        def serve() -> None:
            taken, _ = listening.accept()
            with taken, contextlib.suppress(OSError):
                taken.settimeout(30)
                if isinstance(answer, bytes):
                    taken.recv(65536)
                    taken.sendall(answer)
                    return
                http2 = H2Connection(H2Configuration(client_side=False))
                http2.initiate_connection()
                while came := taken.recv(65536):
                    for event in http2.receive_data(came):
                        if isinstance(event, events.DataReceived):
                            asked.extend(event.data or b"")
                        if isinstance(event, events.StreamEnded):
                            answer(http2, event.stream_id)
                    taken.sendall(http2.data_to_send())

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Address(*listening.getsockname()), asked
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("service", "request_"),
    [("", b""), ("shop.Cart", b"\x0a\x09shop.Cart"), ("s" * 200, b"\x0a\xc8\x01" + b"s" * 200)],
)
def test_one_that_serves_is_ready(service: str, request_: bytes) -> None:
    with server(serving()) as (address, asked):
        serves_grpc(service)(address)
    assert bytes(asked) == message(request_)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (serving(b"\x08\x02"), "answered NOT_SERVING, expected SERVING"),
        (serving(b""), "answered UNKNOWN"),
        (serving(b"\x08\x63"), "answered UNKNOWN"),
        (serving(grpc_status="14"), "grpc-status 14, expected 0"),
        (trailers_only, "grpc-status 12: no such method"),
        (reset, "reset Health/Check with code 7"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "ended the connection before"),
        (b"", "ended the connection before"),
    ],
)
def test_any_other_is_not(answer: Answer | bytes, said: str) -> None:
    with server(answer) as (address, _), pytest.raises(ConnectionError, match=said):
        serves_grpc("")(address)
