"""The dashboard over HTTP: who is refused, what is sent, and what it costs."""

import asyncio
import http.client
import re
import time
import zlib
from contextlib import suppress

import msgspec
import psutil
import pytest

from tests.dashboard.running import Start, Up
from windtunnel.address import Address
from windtunnel.dashboard import witnesses
from windtunnel.dashboard.board import Board
from windtunnel.dashboard.traffic import Traffic
from windtunnel.dashboard.witnesses import Sampler
from windtunnel.load.closed_loop import Caller
from windtunnel.stack import Stack

OUTAGE = {"fault": "Outage", "dependency": "catalog"}


@pytest.fixture(scope="module")
def up(start: Start) -> Up:
    return start("--backend=embedded", "--env=CACHE_TTL=0")


def token(up: Up) -> str:
    _, body = up.ask("GET", "/")
    found = re.search(rb'name="windtunnel-token" content="([^"]+)"', body)
    assert found
    return found[1].decode()


def test_the_page_and_all_that_it_names_is_served_with_a_strict_policy(up: Up) -> None:
    _, page = up.ask("GET", "/")
    names = {"/", *re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())}
    assert len(names) >= 4
    for name in names:
        response, body = up.ask("GET", name)
        assert (response.status, bool(body)) == (200, True), name
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        for imported in re.findall(rb'from "\./([^"]+)"', body):
            assert up.ask("GET", f"/assets/{imported.decode()}")[0].status == 200


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(up: Up) -> None:
    _, page = up.ask("GET", "/")
    assert not re.search(rb"<script(?![^>]*src=)|<style|\son[a-z]+=|style=|(src|href)=\"http", page)


def test_a_compressed_body_is_not_unpacked(up: Up) -> None:
    """A thousand times its size may be in it."""
    body = zlib.compress(msgspec.json.encode(OUTAGE))
    headers = {"X-Windtunnel-Token": token(up), "Content-Encoding": "deflate"}
    connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=10)
    try:
        connection.request("POST", "/api/faults", body, headers)
        assert connection.getresponse().status == 400
    finally:
        connection.close()
    assert up.state()["faults"] == []


@pytest.mark.parametrize(
    "path", ["/assets/..%2fserver.py", "/assets/index.html", "/assets/none.js", "/server.py"]
)
def test_only_the_assets_are_served(up: Up, path: str) -> None:
    assert up.ask("GET", path)[0].status == 404


def test_a_page_on_the_web_cannot_inject_a_fault(up: Up) -> None:
    """CSRF and DNS rebinding, over real HTTP; the fault must not be there afterwards."""
    own = token(up)
    attempts = [
        {},
        {"Content_Type": "text/plain"},
        {"X_Windtunnel_Token": "guessed"},
        {"X_Windtunnel_Token": own, "Origin": "http://evil.example"},
        {"X_Windtunnel_Token": own, "Host": f"evil.example:{up.port}"},
        {"X_Windtunnel_Token": own, "Sec_Fetch_Site": "cross-site"},
    ]
    for headers in attempts:
        response, body = up.ask("POST", "/api/faults", OUTAGE, **headers)
        assert (response.status, b"refused" in body) == (403, True), headers
        assert "Access-Control-Allow-Origin" not in response.headers
    response, _ = up.ask("GET", "/api/state", Host=f"evil.example:{up.port}")
    assert response.status == 403
    assert up.state()["faults"] == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"fault": "Outage"}, "missing required field `dependency`"),
        ({**OUTAGE, "laese": 3}, "unknown field `laese`"),
        ({**OUTAGE, "lease": "long"}, "Expected `float`, got `str` - at `$.lease`"),
        ({**OUTAGE, "dependency": "catalgo"}, "did you mean 'catalog'?"),
        ([], "Expected `object`, got `array`"),
    ],
)
def test_a_wrong_request_is_one_clear_error(up: Up, body: object, message: str) -> None:
    response, answer = up.ask("POST", "/api/faults", body, X_Windtunnel_Token=token(up))
    assert (response.status, message in msgspec.json.decode(answer)["error"]) == (400, True), answer


@pytest.mark.parametrize(
    "body", [b'{"fault": "\xff"}', b'{"parameters": ' + b"[" * 8000, b"{", b"[]", b"\0"]
)
def test_a_body_that_is_no_json_is_one_clear_error(up: Up, body: bytes) -> None:
    """One that was no UTF-8, or too deep, was an exception that nobody expected."""
    connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=10)
    try:
        connection.request("POST", "/api/faults", body, {"X-Windtunnel-Token": token(up)})
        response = connection.getresponse()
        answer = response.read()
        assert (response.status, len(answer) < 2000) == (400, True), answer
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.busy
def test_the_traffic_is_paused_and_goes_on(up: Up) -> None:
    headers = {"X_Windtunnel_Token": token(up)}
    sent = up.client

    def rates() -> list[float]:
        figures = sent.state()["state"]["figures"]["callers"].values()
        return [each["per_second"] for each in figures]

    up.until(lambda: sum(rates()) > 10, "the first traffic")
    assert up.ask("PUT", "/api/traffic", {"rate": 0}, **headers)[0].status == 200
    up.until(lambda: sum(rates()) == 0, "the pause")
    assert up.ask("PUT", "/api/traffic", {"rate": 40}, **headers)[0].status == 200
    up.until(lambda: sum(rates()) > 20, "twice the traffic")
    response, answer = up.ask("PUT", "/api/traffic", {"rate": 1e6}, **headers)
    assert (response.status, b"expected 0 to 50" in answer) == (400, True)
    up.ask("PUT", "/api/traffic", {"rate": 20}, **headers)


def test_looking_adds_no_request_to_the_dependencies(stack: Stack) -> None:
    """From the wire: twenty looks, and the tap has seen neither a request nor a connection."""

    async def look() -> None:
        target = stack.default_target
        board = Board(stack.endpoints)
        quiet = Traffic(lambda: target.caller(1.0), stack.endpoints, rate=0, order=stack.random)
        sampler = Sampler(
            stack,
            quiet,
            board,
            connect=lambda: target.caller(5.0),
        )
        for _ in range(20):
            await sampler.look()
        sampler.close()
        assert len(board.points(0)) == 19

    stack.load(requests=40, connections=4)
    began = time.monotonic()
    asyncio.run(look())
    for dependency in stack.dependencies:
        evidence = stack.evidence(dependency, began)
        assert [each for each in evidence.exchanges if each.started >= began] == []
        assert [each for each in evidence.connections if each.opened >= began] == []
    # The control: the same reading does see a request.
    stack.get(stack.endpoint_of("redis"))
    stack.load(requests=40, connections=4)
    assert [each for each in stack.evidence("redis", began).exchanges if each.started >= began]


def test_metrics_without_an_end_are_read_up_to_a_limit(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them were held in memory until the time-out, and then counted."""
    monkeypatch.setattr(witnesses, "MOST", 100_000)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"# nothing yet\n" * 1000)
                await writer.drain()

    async def look() -> str:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = Address("127.0.0.1", server.sockets[0].getsockname()[1])

            def connect() -> Caller:
                return Caller(address, fallback_header="X-F", timeout=60.0)

            sampler = Sampler(
                stack,
                Traffic(connect, [], rate=0, order=stack.random),
                board := Board([]),
                connect=connect,
            )
            await asyncio.wait_for(sampler.look(), 30)
            sampler.close()
            return board.figures.silence

    said = "GET /metrics got no answer (malformed answer: a body of over 100000 bytes)"
    assert asyncio.run(look()) == said


@pytest.mark.slow
def test_it_stays_under_five_percent_of_a_core(start: Start) -> None:
    """With its page open and its background traffic on, by the kernel's own count."""
    up = start("--backend=embedded")
    page = up.stream()
    try:
        time.sleep(2)
        process = psutil.Process(up.process.pid)
        before, began = process.cpu_times(), time.monotonic()
        time.sleep(20)
        after, seconds = process.cpu_times(), time.monotonic() - began
        used = after.user + after.system - before.user - before.system
        assert used / seconds < 0.05
        assert up.state()["cost"]["cpu_share"] < 0.05
    finally:
        page.close()
