"""A client that waits to be told to go on, and gets a final answer instead (RFC 9110, 10.1.1).

It sends its body all the same, for its patience was over, or it never does, and its next request
comes on the same connection.
"""

import pytest

from tests.protocols.http.test_http_exchanges import Bench, get, ok
from tests.protocols.http.test_mediator import Bench as MediatorBench
from tests.protocols.http.test_mediator import toxic
from tests.proxy.chance import chance
from windtunnel.records import ExchangeOutcome

REFUSED = ok("no", "417 Expectation Failed")
HEADS = {
    "a length": get("/up", "POST", "Expect: 100-continue\r\nContent-Length: 12\r\n"),
    "chunks": get("/up", "POST", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"),
    "a spelling": get("/up", "POST", "expect:  100-Continue  \r\nContent-Length:  12\r\n"),
}
BODIES = {
    "a length": [b"hello hello ", b"GET ONLY 1\r\n", b"\r\n\r\n\r\n\r\n\r\n\r\n", b"{'a': 12345}"],
    "chunks": [b"c\r\nhello hello \r\n0\r\n\r\n", b"1;x=HTTP/1.1\r\na\r\n0\r\nA: b\r\n\r\n"],
    "a spelling": [b"hello hello "],
}
REQUEST = (0, "POST /up", ExchangeOutcome.ANSWERED, "417")
NEXT = (1, "GET /next", ExchangeOutcome.ANSWERED, "200")
WITH_BODY = [(kind, body) for kind, bodies in BODIES.items() for body in bodies]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def feed(bench: Bench, data: bytes, seed: int) -> None:
    sizes = chance(seed)
    while data:
        size = sizes.randint(1, 40)
        bench.exchanges.received(data[:size], 3.0)
        data = data[size:]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", HEADS)
def test_a_next_request_is_not_taken_for_the_body(bench: Bench, kind: str, seed: int) -> None:
    bench.exchanges.received(HEADS[kind], 1.0)
    bench.exchanges.answered(REFUSED, 2.0)
    feed(bench, get("/next"), seed)
    assert not bench.exchanges.idle
    bench.exchanges.answered(ok("b"), 4.0)
    assert bench.found == [REQUEST, NEXT]
    assert bench.exchanges.idle
    assert not bench.exchanges.blind_spots


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("kind", "body"), WITH_BODY)
def test_a_body_that_comes_all_the_same_is_no_request(
    bench: Bench, kind: str, body: bytes, seed: int
) -> None:
    bench.exchanges.received(HEADS[kind], 1.0)
    bench.exchanges.answered(REFUSED, 2.0)
    feed(bench, body + get("/next"), seed)
    bench.exchanges.answered(ok("b"), 4.0)
    assert bench.found == [REQUEST, NEXT]


@pytest.mark.parametrize("kind", HEADS)
def test_a_client_that_was_told_to_go_on_sends_its_body_whatever_that_looks_like(
    bench: Bench, kind: str
) -> None:
    bench.exchanges.received(HEADS[kind], 1.0)
    bench.exchanges.answered(b"HTTP/1.1 100 Continue\r\n\r\n" + REFUSED, 2.0)
    body = b"GET / HTTP/1" if kind != "chunks" else b"c\r\nGET / HTTP/1\r\n0\r\n\r\n"
    bench.exchanges.received(body + get("/next"), 3.0)
    bench.exchanges.answered(ok("b"), 4.0)
    assert bench.found == [REQUEST, NEXT]


def test_a_body_of_which_something_came_before_the_answer_comes_whole(bench: Bench) -> None:
    bench.exchanges.received(HEADS["a length"] + b"P", 1.0)
    bench.exchanges.answered(REFUSED, 2.0)
    bench.exchanges.received(b"UT / HTTP/1" + get("/next"), 3.0)
    bench.exchanges.answered(ok("b"), 4.0)
    assert bench.found == [REQUEST, NEXT]


def test_where_the_body_is_http_itself_nobody_can_say(bench: Bench) -> None:
    extra = "Expect: 100-continue\r\nContent-Length: 60\r\nContent-Type: message/http; x=1\r\n"
    bench.exchanges.received(get("/up", "POST", extra), 1.0)
    bench.exchanges.answered(REFUSED, 2.0)
    bench.exchanges.received(get("/next"), 3.0)
    assert bench.found[0] == REQUEST
    (spot,) = bench.exchanges.blind_spots
    assert "may be its body or a next request" in spot.what
    assert spot.since == 3.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", HEADS)
def test_a_fault_strikes_the_next_request_and_not_what_it_takes_for_a_body(
    kind: str, seed: int
) -> None:
    bench, sizes = MediatorBench(toxic("http_status", status=503, path="/next")), chance(seed)
    assert bench.send(HEADS[kind]) == (HEADS[kind], b"")
    assert bench.answer(REFUSED) == REFUSED
    left, back = get("/next"), b""
    while left:
        size = sizes.randint(1, 40)
        forwarded, answers = bench.send(left[:size])
        assert forwarded == b""
        back += answers
        left = left[size:]
    assert back.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize(("kind", "body"), WITH_BODY)
def test_a_fault_lets_a_body_pass_that_comes_all_the_same(kind: str, body: bytes) -> None:
    bench = MediatorBench(toxic("http_status", status=503, path="/next"))
    bench.send(HEADS[kind])
    bench.answer(REFUSED)
    passed = b"".join(bench.send(body[at : at + 1])[0] for at in range(len(body)))
    assert passed == body
    assert bench.send(get("/next"))[1].startswith(b"HTTP/1.1 503 ")


def test_bytes_that_nobody_can_tell_pass_as_they_are() -> None:
    bench = MediatorBench(toxic("http_status", status=503, path="/next"))
    extra = "Expect: 100-continue\r\nContent-Length: 60\r\nContent-Type: application/http\r\n"
    bench.send(get("/up", "POST", extra))
    bench.answer(REFUSED)
    following = get("/next")
    assert bench.send(following[:9])[0] + bench.send(following[9:])[0] == following
    assert bench.notes.notices
