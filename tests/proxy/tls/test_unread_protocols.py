"""HTTP/2 where HTTP is read as HTTP/1: neither silence nor the target's fault."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import trustme

from tests.contracts.proxy.servers import DEADLINE, Server, listening
from tests.proxy.tls.ends import TERMINATE, handshake, secured, wire_ending

AUTHORITY = trustme.CA()
ONWARD = {"mode": "terminate", "upstream": "tls", "trust": "any"}
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
REQUEST = b"GET /agents HTTP/1.1\r\nHost: a\r\n\r\n"


def records(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.call("GET", "/proxies/p/evidence/records").json
    return found


@contextmanager
def refusing() -> Iterator[int]:
    """Give the port of a server that refuses whoever does not offer h2, as Go's does."""

    def serve(client: socket.socket) -> None:
        with suppress(OSError):
            client.recv(65536)
            client.sendall(b"\x15\x03\x03\x00\x02\x02\x78")  # fatal: no_application_protocol
            client.recv(65536)

    with listening(serve) as port:
        yield port


@contextmanager
def insisting() -> Iterator[int]:
    """Give the port of a server that speaks HTTP/2 whatever was agreed on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("catalog").configure_cert(context)

    def serve(client: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(client, server_side=True) as inside:
            inside.sendall(SETTINGS)
            inside.recv(65536)
            inside.sendall(b"\x00\x00\x08\x07\x00\x00\x00\x00\x00" + bytes(8))  # GOAWAY
            inside.recv(65536)

    with listening(serve) as port:
        yield port


def test_a_dependency_that_wants_h2_alone_is_a_blind_spot(
    server: Server, trust: ssl.SSLContext
) -> None:
    with refusing() as upstream:
        port = server.proxy(upstream, protocol="http", tls=ONWARD)
        with secured(port, trust) as client:
            assert wire_ending(client) == "reset"
    why = handshake(server, "failed")["reason"]
    assert why == "with the dependency: tlsv1 alert no application protocol"
    (spot,) = records(server)["blind_spots"]
    assert (
        spot["what"] == "the dependency does not speak http/1.1 by ALPN: expected the protocol tcp"
    )
    assert spot["hides"] == "calls"


def test_answers_in_http_2_are_unseen_and_not_failed(server: Server, trust: ssl.SSLContext) -> None:
    with insisting() as upstream:
        port = server.proxy(upstream, protocol="http", tls=ONWARD)
        with secured(port, trust) as client:
            client.sendall(REQUEST)
            client.settimeout(DEADLINE)
            assert client.recv(65536)
    found = records(server)
    assert [each["outcome"] for each in found["exchanges"]] == ["unseen"]
    assert found["blind_spots"]


@pytest.mark.parametrize("speaks_all_the_same", [True, False])
def test_a_target_that_offers_h2_alone_is_a_blind_spot(
    server: Server, echo: int, trust: ssl.SSLContext, *, speaks_all_the_same: bool
) -> None:
    port = server.proxy(echo, protocol="http", tls=TERMINATE)
    trust.set_alpn_protocols(["h2"])
    with secured(port, trust) as client:
        if speaks_all_the_same:
            client.sendall(PREFACE)
            client.settimeout(DEADLINE)
            client.recv(65536)
    handshake(server, "completed")
    spots = [each["what"] for each in records(server)["blind_spots"]]
    assert any("the target offers h2 by ALPN, of which nothing is read here" in s for s in spots)
    assert not [each for each in records(server)["exchanges"] if each["outcome"] == "failed"]


def test_a_target_that_offers_both_is_read(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, protocol="http", tls=TERMINATE)
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with secured(port, trust):
        pass
    assert records(server)["blind_spots"] == []
