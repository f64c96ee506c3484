"""Our own proxy as a program, with what stands around it."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.contracts.proxy.servers import OURS, Server, echo_server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(OURS)
    try:
        yield server
        assert server.alive, "the proxy did not survive the test"
    finally:
        server.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server(OURS)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def shared(running: Server) -> Iterator[Server]:
    """Give a server without proxies, the same for every test of a file."""
    yield running
    assert running.alive, "the proxy did not survive the test"
    for name in running.call("GET", "/proxies").json:
        assert running.call("DELETE", f"/proxies/{quote(name)}").status == 204


@pytest.fixture
def echo() -> Iterator[int]:
    with echo_server() as port:
        yield port
