"""A step of the clock that the target does not see shows nothing, and is not taken for a PASS."""

import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from windtunnel.address import Address
from windtunnel.conformance import clock_check
from windtunnel.conformance.clock_check import check_clock
from windtunnel.errors import NotTestable


class Server(HTTPServer):
    """A server whose answers bear whatever Date they are told to."""

    date: float | None = 0.0


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.send_response_only(200)
        if self.server.date is not None:
            self.send_header("Date", formatdate(self.server.date, usegmt=True))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
        """Keep silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Clock:
    """A clock that the server follows, or does not."""

    environment: dict[str, str] = {}  # noqa: RUF012 - never written to

    def __init__(self, server: Server, *, followed: bool = True) -> None:
        self.steps: list[float] = []
        self._server = server
        self._followed = followed

    def step(self, seconds: float) -> None:
        self.steps.append(seconds)
        if self._followed:
            self._server.date = seconds


def check(server: Server, clock: Clock) -> None:
    check_clock(clock, Address("127.0.0.1", server.server_port), "/healthz", lambda seconds: None)


def test_a_clock_that_is_followed_is_put_back(server: Server) -> None:
    clock = Clock(server)
    check(server, clock)
    assert clock.steps == [clock_check.STEP, 0]


def test_a_clock_that_is_not_followed_is_not_testable(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_check, "PATIENCE", 0.2)
    with pytest.raises(NotTestable, match="did not follow") as raised:
        check(server, Clock(server, followed=False))
    assert "libfaketime" in raised.value.needs


def test_a_target_without_a_date_is_not_testable(server: Server) -> None:
    server.date = None
    with pytest.raises(NotTestable, match="brought no Date"):
        check(server, Clock(server, followed=False))
