"""A caller that hangs up has its exchange failed; one that ends only its own direction has not."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contracts.proxy.servers import DEADLINE, Server, connect

REQUESTS = {"http": b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "redis": b"PING\r\n", "tcp": b"ask"}
ANSWERS = {"http": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "redis": b"+PONG\r\n"}


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"waited {DEADLINE} s for {what}"
        time.sleep(0.01)


@pytest.fixture(params=["http", "redis", "tcp"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def slow(protocol: str) -> Iterator[int]:
    """Answer each connection's bytes after 0.3 s, and close when it ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client:
                    client.recv(4096)
                    time.sleep(0.3)
                    client.sendall(ANSWERS.get(protocol, b"answer"))
                    client.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def made(server: Server, upstream: int, protocol: str) -> int:
    body = {"name": "p", "upstream": f"127.0.0.1:{upstream}", "protocol": protocol}
    answer = server.call("POST", "/proxies", body)
    assert answer.status == 201, answer.body
    return int(answer.json["listen"].rpartition(":")[2])


def exchange(server: Server) -> dict[str, Any]:
    (found,) = server.call("GET", "/proxies/p/evidence/records").json["exchanges"]
    return dict(found)


def closed(server: Server) -> bool:
    (found,) = server.call("GET", "/proxies/p/evidence/records").json["connections"]
    return found["closed"] is not None


def test_an_answer_after_the_caller_hung_up_answers_nobody(
    server: Server, slow: int, protocol: str
) -> None:
    with connect(made(server, slow, protocol)) as client:
        client.sendall(REQUESTS[protocol])
        time.sleep(0.05)
    until(lambda: exchange(server)["outcome"] == "failed", "the hang-up")
    until(lambda: closed(server), "the connection's end")
    found = exchange(server)
    assert found["outcome"] == "failed"
    assert found["ended"] - found["started"] < 0.3


def test_a_call_that_a_fault_holds_is_over_when_its_caller_hangs_up(
    server: Server, slow: int, protocol: str
) -> None:
    port = made(server, slow, protocol)
    server.toxic("timeout", stream="upstream", timeout=0)
    with connect(port) as client:
        client.sendall(REQUESTS[protocol])
        until(lambda: exchange(server)["outcome"] == "pending", "the request")
    until(lambda: exchange(server)["outcome"] == "failed", "the hang-up")


def test_a_caller_that_ends_only_its_own_direction_gets_its_answer(
    server: Server, slow: int, protocol: str
) -> None:
    with connect(made(server, slow, protocol)) as client:
        client.sendall(REQUESTS[protocol])
        client.shutdown(socket.SHUT_WR)
        assert client.recv(4096) == ANSWERS.get(protocol, b"answer")
        until(lambda: closed(server), "the connection's end")
    assert exchange(server)["outcome"] == "answered"
