"""Which processes answer is seen by whose sockets the connections end at."""

import http.server
import os
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import psutil
import pytest

from windtunnel.address import Address
from windtunnel.conformance.answering_processes import (
    UNSEEN_PROCESSES,
    AnsweringProcesses,
    _holding,
    answering_processes,
)


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers each request with nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Keeping(Answering):
    """Keeps its connections."""

    protocol_version = "HTTP/1.1"


@pytest.fixture(params=[Answering, Keeping])
def service(request: pytest.FixtureRequest) -> Iterator[tuple[Address, bool]]:
    """Return the address of a service in this process, and whether it closes its connections."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), request.param) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Address("127.0.0.1", server.server_address[1]), request.param is Answering
        server.shutdown()
        thread.join()


def test_a_process_that_takes_connections_is_counted(service: tuple[Address, bool]) -> None:
    address, closing = service
    found = answering_processes(os.getpid(), address, "/", time.sleep)
    assert found == AnsweringProcesses(count=1, closing=closing)
    unseen = answering_processes(None, address, "/", time.sleep)
    assert unseen == AnsweringProcesses(count=0, closing=closing)


def test_a_service_that_is_not_there_is_unseen() -> None:
    assert answering_processes(os.getpid(), Address("127.0.0.1", 9), "/", time.sleep) == (
        UNSEEN_PROCESSES
    )


class Tree:
    """A process with children of which some cannot be looked at."""

    def __init__(self, *ports: int | None) -> None:
        self.ports = ports

    def children(self, *, recursive: bool) -> list["Tree"]:
        assert recursive
        return [Tree(port) for port in self.ports[1:]]

    def net_connections(self, kind: str) -> list[SimpleNamespace]:
        port = self.ports[0]
        if port is None:
            raise psutil.AccessDenied
        local = SimpleNamespace(port=port)
        return [SimpleNamespace(status=psutil.CONN_ESTABLISHED, laddr=local)]


@pytest.mark.parametrize(
    ("ports", "count"),
    [((1, 80, 80), 2), ((None, 80, 80), 2), ((80, None, 80, None, 80), 3), ((1, 2, None), 0)],
)
def test_who_cannot_be_looked_at_is_left_out_and_the_others_are_not(
    ports: tuple[int | None, ...], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "Process", lambda pid: Tree(*ports))
    assert _holding(1, 80) == count
