"""What chance decides depends on the seed and on the place alone, so that a run can be replayed."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.contracts.proxy.servers import OURS, Server, connect, echo_server, receive


@contextmanager
def running(seed: int) -> Iterator[Server]:
    server = Server(OURS, "--seed", str(seed))
    try:
        yield server
    finally:
        server.close()


def fates(seed: int, port: int, connections: int, *, name: str = "t") -> list[bool]:
    """Return which of so many connections a toxicity of one half spared."""
    with running(seed) as server:
        listen = server.proxy(port)
        body = {"type": "limit_data", "name": name, "toxicity": 0.5, "attributes": {"bytes": 0}}
        assert server.call("POST", "/proxies/p/toxics", body).status == 200
        found = []
        for _ in range(connections):
            with connect(listen) as client:
                client.sendall(b"a")
                found.append(receive(client, 1) == b"a")
        return found


def test_the_same_seed_strikes_the_same_connections() -> None:
    with echo_server() as port:
        first = fates(7, port, 40)
        assert fates(7, port, 40) == first
        assert fates(8, port, 40) != first
        assert 0 < sum(first) < 40


def test_a_connections_fate_does_not_depend_on_what_happened_to_others() -> None:
    with echo_server() as port:
        assert fates(7, port, 20) == fates(7, port, 40)[:20]


def test_toxics_of_different_names_strike_different_connections() -> None:
    with echo_server() as port:
        assert fates(7, port, 40, name="one") != fates(7, port, 40, name="other")


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Be silent."""


def statuses(seed: int, port: int, requests: int) -> list[int]:
    """Return the statuses on one connection where a probability of one half strikes."""
    with running(seed) as server:
        listen = server.proxy(port, protocol="http")
        server.toxic("http_status", probability=0.5)
        client = http.client.HTTPConnection("127.0.0.1", listen, timeout=10)
        found = []
        for _ in range(requests):
            client.request("GET", "/")
            response = client.getresponse()
            response.read()
            found.append(response.status)
        client.close()
        return found


def test_the_same_seed_strikes_the_same_requests() -> None:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=upstream.serve_forever)
    thread.start()
    try:
        port = upstream.server_address[1]
        first = statuses(3, port, 40)
        assert statuses(3, port, 40) == first
        assert statuses(4, port, 40) != first
        assert set(first) == {200, 503}
    finally:
        upstream.shutdown()
        upstream.server_close()
        thread.join(10)
