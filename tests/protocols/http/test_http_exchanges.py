"""Every HTTP exchange of a connection is found, whatever the chunks; what cannot be is said."""

import pytest

from tests.proxy.chance import chance
from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.http.exchanges import PATH_KEPT, HttpExchanges
from windtunnel.records import ExchangeOutcome

Found = tuple[int, str, ExchangeOutcome, str]


class Bench:
    """Exchanges, and those that are over."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.times: list[tuple[float, float]] = []
        self.exchanges = HttpExchanges()
        self.exchanges.done = self._done

    def _done(self, pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        self.found.append((pending.index, pending.request, outcome, status))
        self.times.append((pending.started, now))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def get(path: str, method: str = "GET", extra: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{extra}\r\n".encode()


def ok(body: str = "", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_an_exchange_lasts_from_its_first_byte_to_its_answers_last(bench: Bench) -> None:
    whole = get("/a")
    bench.exchanges.received(whole[:5], 1.0)
    bench.exchanges.received(whole[5:], 2.0)
    assert not bench.exchanges.idle
    bench.exchanges.answered(ok("hello")[:-2], 3.0)
    assert not bench.found
    bench.exchanges.answered(b"lo", 4.0)
    assert bench.found == [(0, "GET /a", ExchangeOutcome.ANSWERED, "200")]
    assert bench.times == [(1.0, 4.0)]
    assert bench.exchanges.idle


@pytest.mark.parametrize("seed", range(10))
def test_pipelined_requests_pair_with_their_answers_however_they_arrive(seed: int) -> None:
    bench, sizes = Bench(), chance(seed)
    requests = get("/a") + get("/b", "POST", "Content-Length: 0\r\n") + get("/c")
    answers = ok("a") + ok("b", "500 No") + b"HTTP/1.1 204 No Content\r\n\r\n"
    for stream, take in ((requests, bench.exchanges.received), (answers, bench.exchanges.answered)):
        left = stream
        while left:
            size = sizes.randint(1, 30)
            take(left[:size], 1.0)
            left = left[size:]
    assert bench.found == [
        (0, "GET /a", ExchangeOutcome.ANSWERED, "200"),
        (1, "POST /b", ExchangeOutcome.ANSWERED, "500"),
        (2, "GET /c", ExchangeOutcome.ANSWERED, "204"),
    ]


def test_an_answer_to_head_is_over_with_its_head(bench: Bench) -> None:
    bench.exchanges.received(get("/a", "HEAD") + get("/b"), 1.0)
    bench.exchanges.answered(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 2.0)
    assert bench.found == [(0, "HEAD /a", ExchangeOutcome.ANSWERED, "200")]
    bench.exchanges.answered(ok("b"), 3.0)
    assert bench.found[1:] == [(1, "GET /b", ExchangeOutcome.ANSWERED, "200")]


def test_an_answer_to_head_that_comes_together_with_the_next_one(bench: Bench) -> None:
    bench.exchanges.received(get("/a", "HEAD") + get("/b"), 1.0)
    bench.exchanges.answered(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + ok("b"), 2.0)
    assert [found[1:] for found in bench.found] == [
        ("HEAD /a", ExchangeOutcome.ANSWERED, "200"),
        ("GET /b", ExchangeOutcome.ANSWERED, "200"),
    ]


def test_an_interim_answer_ends_nothing(bench: Bench) -> None:
    bench.exchanges.received(get("/a", "POST", "Content-Length: 0\r\n"), 1.0)
    bench.exchanges.answered(b"HTTP/1.1 100 Continue\r\n\r\n", 2.0)
    assert not bench.found
    bench.exchanges.answered(ok("a", "201 Created"), 3.0)
    assert bench.found == [(0, "POST /a", ExchangeOutcome.ANSWERED, "201")]


def test_what_is_open_at_the_end_has_failed(bench: Bench) -> None:
    bench.exchanges.received(get("/a") + get("/b"), 1.0)
    bench.exchanges.answered(ok("a") + ok("b")[:-1], 2.0)
    bench.exchanges.end(3.0)
    assert bench.found == [
        (0, "GET /a", ExchangeOutcome.ANSWERED, "200"),
        (1, "GET /b", ExchangeOutcome.FAILED, ""),
    ]


def test_an_answer_that_only_the_connections_end_ends_is_answered_then(bench: Bench) -> None:
    bench.exchanges.received(get("/a"), 1.0)
    bench.exchanges.answered(b"HTTP/1.1 200 OK\r\n\r\nsome data", 2.0)
    assert not bench.found
    bench.exchanges.finished(3.0)
    bench.exchanges.end(3.0)
    assert bench.found == [(0, "GET /a", ExchangeOutcome.ANSWERED, "200")]


def test_garbage_is_one_exchange_and_a_blind_spot(bench: Bench) -> None:
    bench.exchanges.received(b"\x00\x01\x02", 1.0)
    bench.exchanges.answered(b"\x03", 2.0)
    assert bench.exchanges.begun == 1
    assert not bench.exchanges.idle
    (spot,) = bench.exchanges.blind_spots
    assert spot.what.startswith("a request could not be read: ")
    assert bench.found == [(0, "bytes", ExchangeOutcome.UNSEEN, "")]


def test_an_answer_that_cannot_be_parsed_is_a_blind_spot(bench: Bench) -> None:
    bench.exchanges.received(get("/a"), 1.0)
    bench.exchanges.answered(b"garbage\r\n", 2.0)
    (spot,) = bench.exchanges.blind_spots
    assert spot.what.startswith("an answer could not be read: ")
    bench.exchanges.end(3.0)
    assert bench.found == [(0, "GET /a", ExchangeOutcome.UNSEEN, "")]


def test_an_upgraded_connection_is_said_and_looked_at_no_further(bench: Bench) -> None:
    bench.exchanges.received(get("/a", extra="Upgrade: websocket\r\nConnection: upgrade\r\n"), 1.0)
    bench.exchanges.answered(
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81", 2.0
    )
    assert bench.found == [(0, "GET /a", ExchangeOutcome.ANSWERED, "101")]
    (spot,) = bench.exchanges.blind_spots
    assert (spot.what, spot.since) == ("an upgraded connection is read no further", 2.0)
    bench.exchanges.received(b"\x81\x00", 3.0)
    assert bench.exchanges.begun == 1


def test_an_upgrade_that_was_declined_goes_on_as_http(bench: Bench) -> None:
    bench.exchanges.received(get("/a", extra="Upgrade: h2c\r\nConnection: upgrade\r\n"), 1.0)
    bench.exchanges.answered(ok("a"), 2.0)
    bench.exchanges.received(get("/b"), 3.0)
    bench.exchanges.answered(ok("b"), 4.0)
    assert [found[1] for found in bench.found] == ["GET /a", "GET /b"]
    assert not bench.exchanges.blind_spots


@pytest.mark.parametrize("size", [1, 500, 100_000])
def test_a_path_without_end_takes_no_more_memory_than_a_long_one(bench: Bench, size: int) -> None:
    whole = get("/" + "a" * 20_000)
    for start in range(0, len(whole), size):
        bench.exchanges.received(whole[start : start + size], 1.0)
    bench.exchanges.answered(ok(), 2.0)
    [(_, request, outcome, _)] = bench.found
    assert request == "GET /" + "a" * (PATH_KEPT - 1) + "…"
    assert outcome is ExchangeOutcome.ANSWERED


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (b'{"reason": "sold out"}', ExchangeOutcome.UNSEEN),
        (b"<a>\r\n</a>", ExchangeOutcome.UNSEEN),
        (b"GET /b HTTP/1.1\r\nHo", ExchangeOutcome.FAILED),
        (b"GE", ExchangeOutcome.FAILED),
        (b"POST /c HTTP/1.1\r\nContent-Length: 5\r\n\r\n{", ExchangeOutcome.FAILED),
    ],
)
def test_bytes_that_begin_no_request_are_no_failed_call(
    bench: Bench, left: bytes, outcome: ExchangeOutcome
) -> None:
    """Node's client sends a DELETE's body without its length, and the server then hangs up."""
    bench.exchanges.received(get("/a", "DELETE") + left, 1.0)
    bench.exchanges.answered(ok("gone"), 2.0)
    bench.exchanges.end(3.0)
    first, *rest = sorted(bench.found)
    assert first == (0, "DELETE /a", ExchangeOutcome.ANSWERED, "200")
    assert [found for _, _, found, _ in rest] == [outcome]
