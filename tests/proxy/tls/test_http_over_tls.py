"""HTTP faults strike what is inside TLS, and the exchanges in it are recorded like plain ones."""

import asyncio
import ssl
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import aiohttp
import pytest

from tests.contracts.proxy.servers import DEADLINE, Server
from tests.proxy.tls.ends import TERMINATE, handshake, secured

BODY = bytes(range(256)) * 4


class Answering(BaseHTTPRequestHandler):
    """Answers every request with BODY."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *arguments: object) -> None: ...


class Serving(ThreadingHTTPServer):
    """Takes it quietly that a fault resets its connections."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    server = Serving(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(DEADLINE)
        server.server_close()


def fetched(port: int, context: ssl.SSLContext, times: int = 1) -> list[tuple[int, bytes]]:
    """Return the answers to as many requests on one connection."""

    async def fetch() -> list[tuple[int, bytes]]:
        found = []
        connector = aiohttp.TCPConnector(ssl=context, limit=1)
        timeout = aiohttp.ClientTimeout(total=DEADLINE)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            for _ in range(times):
                async with session.get(f"https://127.0.0.1:{port}/agents") as answer:
                    found.append((answer.status, await answer.read()))
        return found

    return asyncio.run(fetch())


def exchanges(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.call("GET", "/proxies/p/evidence/records").json[
        "exchanges"
    ]
    return found


def test_the_exchanges_are_recorded_as_if_they_were_plain(
    server: Server, upstream: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(upstream, protocol="http", tls=TERMINATE)
    assert fetched(port, trust, times=3) == [(200, BODY)] * 3
    found = exchanges(server)
    assert [each["request"] for each in found] == ["GET /agents"] * 3
    assert [each["index"] for each in found] == [0, 1, 2]
    assert {each["status"] for each in found} == {"200"}
    shaken = handshake(server)
    assert (shaken["outcome"], shaken["version"]) == ("completed", "TLSv1.3")


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("http_status", {"status": 503, "body": "broken"}),
        ("http_delay", {"latency": 150}),
        ("http_drip", {"rate": 5000}),
    ],
)
def test_an_answer_is_replaced_or_delayed(
    server: Server,
    upstream: int,
    trust: ssl.SSLContext,
    kind: str,
    attributes: dict[str, Any],
) -> None:
    port = server.proxy(upstream, protocol="http", tls=TERMINATE)
    server.toxic(kind, first=1, **attributes)
    begun = time.monotonic()
    struck, spared = fetched(port, trust, times=2)
    assert spared == (200, BODY)
    if kind == "http_status":
        assert struck == (503, b"broken")
    else:
        assert struck == (200, BODY)
        assert time.monotonic() - begun >= 0.15
    assert [each["faults"] for each in exchanges(server)] == [[f"{kind}_downstream"], []]


def test_a_body_is_corrupted_under_an_encryption_that_holds(
    server: Server, upstream: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(upstream, protocol="http", tls=TERMINATE)
    server.toxic("http_corrupt", spacing=16)
    ((status, body),) = fetched(port, trust)
    assert (status, len(body)) == (200, len(BODY))
    assert body != BODY


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("http_abort", aiohttp.ClientConnectionError),
        ("http_truncate", aiohttp.ClientPayloadError),
    ],
)
def test_an_answer_that_breaks_off_is_seen_as_such(
    server: Server,
    upstream: int,
    trust: ssl.SSLContext,
    kind: str,
    seen: type[Exception],
) -> None:
    port = server.proxy(upstream, protocol="http", tls=TERMINATE)
    server.toxic(kind)
    with pytest.raises(seen):
        fetched(port, trust)
    assert exchanges(server)[0]["faults"] == [f"{kind}_downstream"]


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [(["h2", "http/1.1"], "http/1.1"), (["h2"], None), (["http/1.1"], "http/1.1")],
)
def test_only_http_1_is_chosen_of_what_the_target_offers(
    server: Server, upstream: int, trust: ssl.SSLContext, offers: list[str], chosen: str | None
) -> None:
    port = server.proxy(upstream, protocol="http", tls=TERMINATE)
    trust.set_alpn_protocols(offers)
    with secured(port, trust) as client:
        assert client.selected_alpn_protocol() == chosen
    assert handshake(server)["protocol"] == (chosen or "")
