"""Each contract runs against ours and, where it is found, the real toxiproxy-server."""

from collections.abc import Iterator

import pytest

from tests.contracts.proxy.servers import OURS, THEIRS, Server, echo_server, toxiproxy_server


@pytest.fixture(scope="module", params=[OURS, pytest.param(THEIRS, marks=pytest.mark.toxiproxy)])
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == THEIRS and toxiproxy_server() is None:
        pytest.skip("toxiproxy-server is neither on PATH nor in WINDTUNNEL_TOXIPROXY")
    server = Server(request.param)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """Give a server without proxies."""
    yield running
    assert running.alive, f"{running.kind} did not survive the test"
    for name in running.call("GET", "/proxies").json:
        running.call("DELETE", f"/proxies/{name}")


@pytest.fixture
def echo() -> Iterator[int]:
    with echo_server() as port:
        yield port
