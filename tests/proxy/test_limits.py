"""Connections and memory are bounded, whatever the clients do."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import psutil
import pytest

from tests.contracts.proxy.servers import (
    DEADLINE,
    OURS,
    Server,
    connect,
    ending,
    listening,
    receive,
)

MORE_MEMORY = 64 * 2**20


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE} s for {what}"
        time.sleep(0.01)


def test_a_connection_beyond_the_limit_is_turned_away_and_said(echo: int) -> None:
    server = Server(OURS, "--max-connections", "3")
    try:
        port = server.proxy(echo)
        with ExitStack() as held:
            clients = [held.enter_context(connect(port)) for _ in range(3)]
            for client in clients:
                client.sendall(b"a")
                assert receive(client, 1) == b"a"
            with suppress(ConnectionResetError), connect(port) as beyond:
                assert ending(beyond) == "reset"
            (spot,) = server.call("GET", "/proxies/p/evidence/records").json["blind_spots"]
            assert spot["what"] == "connections were turned away: 3 are open, which is the limit"
        until(lambda: _passes(port), "room for another connection")
    finally:
        server.close()


def _passes(port: int) -> bool:
    try:
        with connect(port) as client:
            client.sendall(b"a")
            return receive(client, 1) == b"a"
    except ConnectionResetError:
        return False


def pushed(client: socket.socket, seconds: float) -> int:
    """Send as much as the proxy takes in so many seconds, and return how much it was."""
    client.settimeout(0.2)
    sent, chunk, ends = 0, bytes(2**20), time.monotonic() + seconds
    while time.monotonic() < ends:
        with suppress(TimeoutError):
            sent += client.send(chunk)
    return sent


def swallow(client: socket.socket) -> None:
    with client, suppress(OSError):
        while client.recv(65536):
            pass


def ignore(client: socket.socket) -> None:
    """Read nothing until the test ends."""
    gone.wait(60)
    client.close()


gone = threading.Event()


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("bandwidth", {"rate": 1000}),
        ("bandwidth", {"rate": 0}),
        ("latency", {"latency": 60_000}),
        ("slicer", {"average_size": 1, "delay": 1000}),
    ],
)
def test_a_toxic_that_holds_data_back_never_fills_the_memory(
    server: Server, kind: str, attributes: dict[str, int]
) -> None:
    """A sender that would push 1 GB is held back once 4 MB wait."""
    with listening(swallow) as port:
        listen = server.proxy(port)
        server.toxic(kind, "upstream", **attributes)
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        with connect(listen) as client:
            sent = pushed(client, 2.0)
            more = process.memory_info().rss - before
        assert more < MORE_MEMORY
        # The pipeline, the kernel's buffers on both sides, and what the toxic let through.
        assert sent < 32 * 2**20


def test_a_receiver_that_reads_nothing_never_fills_the_memory(server: Server) -> None:
    gone.clear()
    try:
        with listening(ignore) as port, connect(server.proxy(port)) as client:
            process = psutil.Process(server.process.pid)
            before = process.memory_info().rss
            sent = pushed(client, 1.0)
            assert process.memory_info().rss - before < MORE_MEMORY
            assert sent < 32 * 2**20
            gone.set()
    finally:
        gone.set()


def test_pipelined_requests_that_are_answered_late_never_fill_the_memory(server: Server) -> None:
    """Short requests, each with a long answer of the proxy's own that has to wait."""
    with listening(swallow) as port:
        listen = server.proxy(port)
        server.toxic("http_status", body="x" * 10_000)
        server.toxic("http_delay", latency=60_000)
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
        with connect(listen) as client:
            client.settimeout(0.2)
            ends = time.monotonic() + 2.0
            while time.monotonic() < ends:
                with suppress(TimeoutError):
                    client.send(request)
            assert process.memory_info().rss - before < MORE_MEMORY
        assert server.call("GET", "/proxies").status == 200


@pytest.mark.slow
@pytest.mark.busy
def test_a_gigabyte_at_a_megabyte_a_second_takes_less_than_64_mb(server: Server) -> None:
    """What is pushed in 30 s, of a gigabyte that is there to be pushed."""
    with listening(swallow) as port:
        listen = server.proxy(port)
        server.toxic("bandwidth", "upstream", rate=1000)
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        most = 0
        with connect(listen) as client:
            client.settimeout(0.2)
            left, ends = 2**30, time.monotonic() + 30
            while left and time.monotonic() < ends:
                with suppress(TimeoutError):
                    left -= client.send(bytes(min(left, 2**20)))
                most = max(most, process.memory_info().rss - before)
        assert most < MORE_MEMORY
