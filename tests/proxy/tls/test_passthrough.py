"""Passthrough leads by the server name alone; certificates and offers stay the dependency's."""

import http.client
import json
import ssl
from collections.abc import Iterator

import pytest
import trustme

from tests.contracts.proxy.servers import Server, connect, echoed, ending, error, receive
from tests.proxy.tls.ends import greeting, handshake, secure_server, secured

AUTHORITY = trustme.CA()


@pytest.fixture(scope="module")
def upstreams() -> Iterator[tuple[int, int]]:
    with (
        secure_server(AUTHORITY, "a.example", b"this is a") as a,
        secure_server(AUTHORITY, "b.example", b"this is b") as b,
    ):
        yield a, b


@pytest.fixture
def theirs() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def led(server: Server, upstreams: tuple[int, int], listen_to: int | None = None) -> int:
    a, b = upstreams
    routes = {"a.example": f"127.0.0.1:{a}", "b.example": f"127.0.0.1:{b}"}
    field = {"mode": "passthrough", "routes": routes}
    return server.proxy(listen_to or a, tls=field)


def test_each_name_leads_to_its_upstream_whose_certificate_the_client_verifies(
    server: Server, upstreams: tuple[int, int], theirs: ssl.SSLContext
) -> None:
    port = led(server, upstreams)
    for name, says in (("a.example", b"this is a"), ("b.example", b"this is b")):
        theirs.set_alpn_protocols(["h2"])
        with secured(port, theirs, name) as client:
            assert receive(client, len(says)) == says
            assert client.selected_alpn_protocol() == "h2"
            assert echoed(client, bytes(100_000))
        shaken = handshake(server)
        assert (shaken["outcome"], shaken["server_name"]) == ("passed on", name)
        assert shaken["faults"] == []


def test_a_hello_in_pieces_is_led_as_a_whole_one(
    server: Server, upstreams: tuple[int, int], theirs: ssl.SSLContext
) -> None:
    port = led(server, upstreams)
    with connect(port) as client:
        hello = greeting("b.example", theirs)
        for start in range(0, len(hello), 100):
            client.sendall(hello[start : start + 100])
            # A control call's round trip: the piece has arrived alone.
            server.call("GET", "/version")
        assert receive(client, 1) == b"\x16", "nobody answered the hello"
    assert handshake(server)["server_name"] == "b.example"


def test_a_name_without_a_route_is_refused_by_an_alert_and_told(
    server: Server, upstreams: tuple[int, int], theirs: ssl.SSLContext
) -> None:
    port = led(server, upstreams)
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        secured(port, theirs, "c.example")
    shaken = handshake(server)
    assert (shaken["outcome"], shaken["reason"]) == ("failed", "no route leads to 'c.example'")
    assert server.call("GET", "/proxies/p/evidence").json["handshakes_failed"] == 1


def test_a_hello_that_names_nobody_leads_to_the_proxys_upstream(
    server: Server, upstreams: tuple[int, int], theirs: ssl.SSLContext
) -> None:
    port = led(server, upstreams, listen_to=upstreams[1])
    theirs.check_hostname = False
    with theirs.wrap_socket(connect(port)) as client:
        assert receive(client, 9) == b"this is b"
    assert handshake(server)["server_name"] == ""


def test_what_is_no_tls_ends_and_is_told(server: Server, upstreams: tuple[int, int]) -> None:
    port = led(server, upstreams)
    with connect(port) as client:
        client.sendall(b"PING\r\n")
        assert ending(client) in {"end", "reset"}
    assert handshake(server)["reason"] == "no ClientHello: it is not TLS"


def test_a_handshake_can_be_refused_without_being_ended_here(
    server: Server, upstreams: tuple[int, int], theirs: ssl.SSLContext
) -> None:
    port = led(server, upstreams)
    server.toxic("tls", fault="alert")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        secured(port, theirs, "a.example")
    server.call("POST", "/reset")
    with secured(port, theirs, "a.example") as client:
        assert receive(client, 9) == b"this is a"


@pytest.mark.parametrize(
    ("fields", "toxic", "mistake"),
    [
        ({"protocol": "http"}, None, "expected the protocol tcp, found http"),
        ({}, "http_status", "http_status strikes nothing where tls.mode is passthrough"),
    ],
)
def test_what_needs_to_see_inside_is_refused(
    server: Server, fields: dict[str, str], toxic: str | None, mistake: str
) -> None:
    body = {"name": "p", "upstream": "127.0.0.1:1", "tls": {"mode": "passthrough"}, **fields}
    answer = server.call("POST", "/proxies", body)
    if toxic is not None:
        assert answer.status == 201
        answer = server.call("POST", "/proxies/p/toxics", {"type": toxic})
    status, text = error(answer)
    assert status == 400
    assert mistake in text


def test_an_outcome_is_an_event(
    server: Server, upstreams: tuple[int, int], theirs: ssl.SSLContext
) -> None:
    port = led(server, upstreams)
    listener = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    listener.request("GET", "/events")
    response = listener.getresponse()
    try:
        with pytest.raises(ssl.SSLError):
            secured(port, theirs, "c.example")
        while response.readline() != b"event: handshake\n":
            pass
        told = json.loads(response.readline().removeprefix(b"data: "))["what"]
        assert (told["proxy"], told["handshake"]["outcome"]) == ("p", "failed")
        assert told["handshake"]["server_name"] == "c.example"
    finally:
        response.close()
        listener.close()
