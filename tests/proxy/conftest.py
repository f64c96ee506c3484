"""Our own proxy as a program, with what stands around it."""

from collections.abc import Iterator

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


@pytest.fixture
def echo() -> Iterator[int]:
    with echo_server() as port:
        yield port
