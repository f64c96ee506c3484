"""One proxy for all tests of a file, and what stands behind it."""

import ssl
from collections.abc import Iterator

import pytest

from tests.contracts.proxy.servers import OURS, Server


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server(OURS)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """Give a proxy server without proxies."""
    yield running
    assert running.alive, "the proxy did not survive the test"
    for name in running.call("GET", "/proxies").json:
        running.call("DELETE", f"/proxies/{name}")


@pytest.fixture
def trust(running: Server) -> ssl.SSLContext:
    """Give a client's context that trusts the proxy's authority, as a target would."""
    answer = running.call("GET", "/tls/ca.pem")
    return ssl.create_default_context(cadata=answer.body.decode())
