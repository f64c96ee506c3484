"""Bytes of connections: to control ports and the dashboard, at a tap, and of a service's answers.

What the property tests draw from is drawn from here too; what they check of it in more depth is
theirs.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from hypothesis import strategies as st

from tests.fuzz import test_bodies, test_control_bytes, test_hello, test_records
from tests.fuzz.http_traffic import SIZES, damaged, exchanges, pieces
from tests.soak.surface import REPEATED, Here, Surface, Wrong, drawn, of, said
from windtunnel.load.answer_reader import AnswerReader, MalformedAnswer
from windtunnel.load.http2.connection import Http2Connection
from windtunnel.protocols.registry import protocols

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def control_body(here: Here, content: bytes) -> str:
    test_bodies.taken_or_refused(content)
    return ""


def control_bytes(here: Here, given_: tuple[bytes, list[int]]) -> str:
    answer = asked_at(here.server.port, *given_)
    if here.server.call("POST", "/reset").status != 204:
        raise Wrong("the next request is not answered")
    for name in here.server.call("GET", "/proxies").json:
        here.server.call("DELETE", f"/proxies/{name}")
    return "" if answer.startswith(b"HTTP/1.1 2") else "refused"


def dashboard_bytes(here: Here, given_: tuple[bytes, list[int]]) -> str:
    stream, sizes = given_
    told = stream.replace(b"PORT", b"%d" % here.up.port).replace(b"TOKEN", here.token)
    answer = asked_at(here.up.port, told, sizes)
    if here.up.ask("GET", "/")[0].status != 200:
        raise Wrong("the page is not served any more")
    return "" if answer.startswith(b"HTTP/1.1 2") else "refused"


def asked_at(port: int, stream: bytes, sizes: list[int]) -> bytes:
    """Return what a server answers, which must be HTTP, until it or the client ends."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        try:
            for piece in pieces(stream, sizes):
                client.sendall(piece)
            client.settimeout(0.1)
            with suppress(TimeoutError):  # it may wait for more
                while more := client.recv(65536):
                    answer += more
            client.settimeout(10)
            client.shutdown(socket.SHUT_WR)
            while b"/api/events" not in stream and (more := client.recv(65536)):
                answer += more
        except TimeoutError:
            raise Wrong("it did not end within 10 s of the client's end") from None
        except OSError:
            pass  # turned away while more was to be sent
    if answer and not answer.startswith(b"HTTP/"):
        raise Wrong(f"answered {answer[:100]!r}")
    if b"Server got itself in trouble" in answer or b"Traceback" in answer:
        raise Wrong(f"an exception that nobody expected: {answer[:300]!r}")
    return answer


def traffic(here: Here, given_: tuple[str, bytes, bytes, list[int]]) -> str:
    """Let a tap read both sides of a connection."""
    protocol, asked, answered, sizes = given_
    read = protocols()[protocol].exchanges()
    over: list[int] = []
    read.done = lambda pending, outcome, status, now: over.append(pending.index)
    for piece in pieces(asked, sizes):
        read.received(piece, 0.0)
    for piece in pieces(answered, sizes):
        read.answered(piece, 0.0)
    read.finished(1.0)
    read.end(1.0)
    if sorted(over) != list(range(read.begun)):
        raise Wrong(f"{read.begun} exchanges began, and {sorted(over)} are over")
    return ""


@st.composite
def both_sides(
    draw: st.DrawFn, protocol: str, starts: tuple[bytes, ...] = (b"",)
) -> tuple[str, bytes, bytes, list[int]]:
    asked, answered = draw(test_records.TRAFFIC[protocol])
    start = draw(st.sampled_from(starts))
    damages = damaged(asked) | REPEATED, damaged(answered) | REPEATED
    return protocol, start + draw(damages[0]), draw(damages[1]), draw(SIZES)


def hello(here: Here, given_: tuple[bytes, list[int]]) -> str:
    data, cuts = given_
    return "refused" if test_hello.read(data, cuts) == "refused" else ""


def answers(here: Here, given_: tuple[bytes, list[int]]) -> str:
    """Let the load engine read the answers of a service."""
    data, sizes = given_
    reader = AnswerReader(keep_headers=frozenset({"x-a"}))

    def read() -> None:
        for piece in pieces(data, sizes):
            reader.feed(piece)
        reader.at_close()

    return said(read, MalformedAnswer)


class Unsent:
    """A transport, and what asks by it."""

    failures = 0

    def head(self) -> tuple[list[tuple[str, str]], bytes]:
        head = [(":method", "POST"), (":authority", "x"), (":scheme", "http"), (":path", "/")]
        return head, b"body"

    def get_extra_info(self, name: str) -> None: ...
    def write(self, data: bytes) -> None: ...
    def abort(self) -> None: ...
    def is_closing(self) -> bool:
        return False

    def began(self, now: float) -> None: ...
    def answered(self, now: float, status: int) -> None:
        if not 100 <= status <= 599:
            raise Wrong(f"a status of {status}")

    def failed(self, failure: object) -> None:
        self.failures += 1

    def refused(self) -> None:
        self.failures += 1


def served() -> bytes:
    """Return what an HTTP/2 server sends to two requests."""
    server = H2Connection(config=H2Configuration(client_side=False))
    client = H2Connection(config=H2Configuration(client_side=True))
    client.initiate_connection()
    for stream in (1, 3):
        head = [(":method", "GET"), (":authority", "x"), (":scheme", "http"), (":path", "/")]
        client.send_headers(stream, head, end_stream=True)
    server.initiate_connection()
    server.receive_data(client.data_to_send())
    for stream in (1, 3):
        server.send_headers(stream, [(":status", "200"), ("content-length", "2")])
        server.send_data(stream, b"ok", end_stream=True)
    server.close_connection()
    return server.data_to_send()


SERVED = served()


def http2(here: Here, given_: tuple[bytes, list[int]]) -> str:
    """Let the load engine read the frames of a service."""
    data, sizes = given_
    connection, unsent = Http2Connection(), Unsent()
    connection.connection_made(cast("Any", unsent))
    for _ in range(2):
        connection.send(unsent)
    for piece in pieces(data, sizes):
        if connection.is_closed:
            break
        connection.data_received(piece)
    connection.connection_lost(None)
    return "refused" if unsent.failures else ""


CONTROL = test_control_bytes.requests()
ANSWERS = st.lists(exchanges(), min_size=1, max_size=3).map(
    lambda made: b"".join(each.answer for each in made)
)


def with_cuts(data: st.SearchStrategy[bytes]) -> Callable[[int], Any]:
    return partial(drawn, st.tuples(data, SIZES))


def asked(line: str, *fields: str, body: str = "") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", *fields, "", body]).encode()


HOST, KNOWN = "Host: 127.0.0.1:PORT", "X-Windtunnel-Token: TOKEN"
OUTAGE = '{"fault":"Outage","dependency":"catalog","lease":1}'
DASHBOARD = st.sampled_from(
    [
        asked("GET /", HOST),
        asked("GET /api/state", HOST),
        asked("PUT /api/traffic", HOST, KNOWN, "Content-Length: 10", body='{"rate":0}'),
        asked("POST /api/faults", HOST, KNOWN, "Content-Length: 51", body=OUTAGE),
        asked("POST /api/faults", HOST, KNOWN, "Content-Length: 2", body="{}"),
        asked("DELETE /api/faults/1", HOST, KNOWN, "Transfer-Encoding: chunked", body="0\r\n\r\n"),
    ]
)
VERSION = b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PIPELINE = (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 204 No\r\n\r\n")
OF_BYTES: Mapping[str, Surface] = {
    "control bodies": Surface(
        of(test_bodies.BODIES | test_bodies.BODIES.flatmap(damaged)), control_body, b"{}"
    ),
    "control bytes": Surface(
        with_cuts(CONTROL | CONTROL.flatmap(damaged)), control_bytes, (VERSION, [1000])
    ),
    "dashboard": Surface(
        with_cuts(DASHBOARD.flatmap(damaged)), dashboard_bytes, (asked("GET /", HOST), [1000])
    ),
    "HTTP at a tap": Surface(
        of(both_sides("http", (b"", b"", PREFACE))), traffic, ("http", *PIPELINE, [1000])
    ),
    "Redis at a tap": Surface(
        of(both_sides("redis")), traffic, ("redis", b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n", [9])
    ),
    "TLS hellos": Surface(
        of(
            st.tuples(
                st.sampled_from(test_hello.HELLOS).flatmap(damaged) | st.binary(max_size=200),
                st.lists(st.integers(0, 2000), max_size=6),
            )
        ),
        hello,
        (test_hello.HELLOS[0], []),
    ),
    "HTTP/1 answers": Surface(
        with_cuts(ANSWERS.flatmap(damaged) | REPEATED), answers, (PIPELINE[1], [7])
    ),
    "HTTP/2 answers": Surface(with_cuts(damaged(SERVED) | REPEATED), http2, (SERVED, [7])),
}
