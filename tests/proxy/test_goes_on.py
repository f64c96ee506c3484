"""Where Toxiproxy crashes, hangs or blocks, ours goes on."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contracts.proxy.servers import Server, connect, ending, listening, receive

SOON = 5.0
"""Seconds for a call to the control port, where it must not hang."""


@contextmanager
def black_hole() -> Iterator[int]:
    """Give a port whose queue is full: it answers no SYN, and a dial hangs."""
    with socket.socket() as full, socket.socket() as filler:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        filler.connect(full.getsockname())
        yield full.getsockname()[1]


def test_a_hanging_dial_holds_up_neither_the_next_client_nor_the_control_port(
    server: Server, echo: int
) -> None:
    with black_hole() as hanging:
        port = server.proxy(hanging)
        with connect(port) as first, connect(port) as second:
            assert server.call("POST", "/proxies/p/toxics", {"type": "noop"}).status == 200
            change = {"upstream": f"127.0.0.1:{echo}"}
            assert server.call("POST", "/proxies/p", change, timeout=SOON).status == 200
            assert ending(first) == ending(second) == "end"
        with connect(port) as third:
            third.sendall(b"a")
            assert receive(third, 1) == b"a"


def test_a_toxic_whose_receiver_is_dead_is_removed_at_once(server: Server) -> None:
    def flood(client: socket.socket) -> None:
        try:
            while True:
                client.sendall(bytes(65536))
        except OSError:
            client.close()

    with listening(flood) as port, connect(server.proxy(port)) as dead:
        name = server.toxic("latency", latency=200)
        dead.sendall(b"begin")
        assert receive(dead, 1) == b"\0"  # and then it reads no more
        answer = server.call("DELETE", f"/proxies/p/toxics/{name}", timeout=SOON)
        assert answer.status == 204
        assert server.call("GET", "/proxies", timeout=SOON).status == 200
        assert server.call("POST", "/reset", timeout=SOON).status == 204


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("bandwidth", {"rate": -1}),
        ("latency", {"latency": -1}),
        ("slicer", {}),
    ],
)
def test_attributes_that_end_toxiproxys_process_are_refused(
    server: Server, kind: str, attributes: dict[str, int]
) -> None:
    server.proxy(1)
    body = {"type": kind, "attributes": attributes}
    answer = server.call("POST", "/proxies/p/toxics", body)
    assert answer.status == 400
    assert answer.json["error"].startswith(f"invalid attributes of {kind}: ")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"toxicity":1e999}',
        b'{"attributes":{"latency":' + b"9" * 5000 + b"}}",
        b'{"attributes":{"latency":9223372036854775808}}',
        b'{"attributes":{"latency":NaN}}',
        b'{"stream":"\\ud800"}',
        b"\xff\xfe",
        b"\0",
    ],
)
def test_an_absurd_body_is_a_bad_request(server: Server, body: bytes) -> None:
    server.proxy(1)
    assert server.call("POST", "/proxies/p/toxics", body).status == 400


@pytest.mark.parametrize(
    "listen", ["\0:1", "a\nb:1", "ä:1", "x" * 300 + ":1", "a..b:1", ":99999", "::::"]
)
def test_an_absurd_address_is_an_error(server: Server, listen: str) -> None:
    body = {"name": "a", "listen": listen, "upstream": "127.0.0.1:1"}
    answer = server.call("POST", "/proxies", body)
    assert answer.status in {400, 500}
    assert answer.json["error"]
    assert server.call("GET", "/proxies").json == {}


@pytest.mark.parametrize(("later", "ends"), [("timeout", True), ("bandwidth", False)])
def test_a_timeout_before_a_toxic_that_lets_nothing_through_holds_up_nothing(
    server: Server, echo: int, later: str, *, ends: bool
) -> None:
    port = server.proxy(echo)
    server.toxic("timeout", timeout=300)
    body = {"type": later, "name": "later"}
    assert server.call("POST", "/proxies/p/toxics", body).status == 200
    with connect(port) as client:
        if ends:
            assert ending(client) == "end"
        else:
            client.settimeout(0.6)
            with pytest.raises(TimeoutError):
                client.recv(1)
        assert server.call("GET", "/proxies", timeout=SOON).status == 200


def test_a_reset_heals_every_proxy_that_it_can(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.call("PATCH", "/proxies/p", {"enabled": False})
    server.proxy(echo, name="thief", listen=f"127.0.0.1:{port}")
    other = server.proxy(echo, name="other")
    server.call("PATCH", "/proxies/other", {"enabled": False})
    server.call("POST", "/proxies/other/toxics", {"type": "timeout"})
    assert server.call("POST", "/reset").status == 500
    with connect(other) as client:
        client.sendall(b"a")
        assert receive(client, 1) == b"a"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/proxies", b'{"name": "#", "upstream": "127.0.0.1:1", "further": @}'),
        ("/proxies", b"@"),
        ("/populate", b"@"),
        ("/populate", b'[{"name": "#", "upstream": "127.0.0.1:1", "further": @}]'),
    ],
)
def test_what_is_nested_too_deep_is_refused_at_every_depth(
    server: Server, path: str, body: bytes
) -> None:
    """Some depths can be read, and not be looked through or written."""
    found = set()
    for depth in range(940, 1010):
        nested = body.replace(b"@", b"[" * depth + b"]" * depth).replace(b"#", b"%d" % depth)
        found.add(server.call("POST", path, nested).status)
    assert 400 in found
    assert found <= {201, 400}
