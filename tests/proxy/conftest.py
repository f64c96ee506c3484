"""Our own proxy as a program, with what stands around it."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.contracts.proxy.servers import OURS, Server, echo_server


class OneServer:
    """Our proxy, started once for a worker; who ends it in a test makes room for a new one."""

    def __init__(self) -> None:
        self._server: Server | None = None

    def running(self) -> Server:
        if self._server is None or not self._server.alive:
            self.close()
            self._server = Server(OURS)
        return self._server

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


@pytest.fixture(scope="session")
def one_server() -> Iterator[OneServer]:
    one = OneServer()
    yield one
    one.close()


@pytest.fixture
def server(one_server: OneServer) -> Iterator[Server]:
    """Give a server without proxies, the same for all tests: starting one takes a while."""
    server = one_server.running()
    yield server
    assert server.alive, "the proxy did not survive the test"
    for name in server.call("GET", "/proxies").json:
        assert server.call("DELETE", f"/proxies/{quote(name)}").status == 204


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Give a server that no other test has used, or will use."""
    server = Server(OURS)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def echo() -> Iterator[int]:
    with echo_server() as port:
        yield port
