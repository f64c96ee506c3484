"""Odd HTTP is read as servers and clients read it; what may mean two things is nobody's failure."""

import pytest

from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.http.exchanges import HttpExchanges
from windtunnel.records import ExchangeOutcome, Hidden

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"
Said = list[tuple[str, str, str]]
SIZES = [1, 2, 3, 7, 10_000]


def said(requests: bytes, answers: bytes, size: int) -> tuple[Said, HttpExchanges]:
    """Return what became of the exchanges, with their streams cut into pieces."""
    found: Said = []
    exchanges = HttpExchanges()

    def done(pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        found.append((pending.request, str(outcome), status))

    exchanges.done = done
    for stream, take in ((requests, exchanges.received), (answers, exchanges.answered)):
        for at in range(0, len(stream), size):
            take(stream[at : at + size], 1.0)
    exchanges.finished(2.0)
    exchanges.end(2.0)
    return found, exchanges


def answer(*lines: str, body: str = "ok") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", body]).encode("latin-1")


READ_ANSWERS = {
    "equal lengths": answer("Content-Length: 2", "Content-Length: 2"),
    "equal lengths in one line": answer("Content-Length: 2, 2"),
    "a name with a space": answer("X Odd: 1", "Content-Length: 2"),
    "a name of bytes": answer("X\xe9(): 1", "Content-Length: 2"),
    "a folded value": answer("X-Long: a", "  b", "Content-Length: 2"),
    "a line without a colon": answer("nothing", "Content-Length: 2"),
    "a control character": answer("X: a\x01b", "Content-Length: 2"),
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "an empty line before": b"\r\n" + OK,
    "length beside chunks": answer(
        "Content-Length: 9", "Transfer-Encoding: chunked", body="2\r\nok\r\n0\r\n\r\n"
    ),
    "chunked twice": answer(
        "Transfer-Encoding: chunked", "transfer-encoding: chunked", body="2\r\nok\r\n0\r\n\r\n"
    ),
    "padded chunks with extensions": answer(
        "Transfer-Encoding: Chunked", body="02 ;a=b\r\nok\r\n0\r\nX: trailer\r\n\r\n"
    ),
    "no length": b"HTTP/1.0 200 OK\r\n\r\nok",
    "identity": answer("Transfer-Encoding: identity", "Content-Length: 2"),
    "hints before": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", READ_ANSWERS)
def test_an_odd_answer_is_read(name: str, size: int) -> None:
    found, exchanges = said(GET, READ_ANSWERS[name], size)
    assert found == [("GET /a", "answered", "200")]
    assert not exchanges.blind_spots


UNREAD_ANSWERS = {
    "lengths that differ": answer("Content-Length: 2", "Content-Length: 3"),
    "no number": answer("Content-Length: two"),
    "a signed length": answer("Content-Length: +2"),
    "a length that may be none": answer("Content-Length : 2"),
    "HTTP/0.9": b"ok",
    "another protocol": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    "a chunk without a size": answer("Transfer-Encoding: chunked", body="xyz\r\n"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", UNREAD_ANSWERS)
def test_an_answer_that_nobody_could_read_is_unseen_and_hides_no_call(name: str, size: int) -> None:
    found, exchanges = said(GET + GET, UNREAD_ANSWERS[name], size)
    assert found == [("GET /a", "unseen", "")] * 2
    (spot,) = exchanges.blind_spots
    assert (spot.hides, spot.since) == (Hidden.ANSWERS, 1.0)
    assert spot.what.startswith("an answer could not be read: ")
    later: Said = []
    exchanges.done = lambda pending, outcome, status, now: later.append(
        (pending.request, str(outcome), status)
    )
    exchanges.received(GET, 3.0)
    exchanges.end(4.0)
    assert later == [("GET /a", "unseen", "")]


READ_REQUESTS = {
    "an unknown method": (b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", "BREW /pot"),
    "a lower-case method": (b"get /a HTTP/1.1\r\nHost: x\r\n\r\n", "get /a"),
    "a method with a mark": (b"M-SEARCH * HTTP/1.1\r\nHost: x\r\n\r\n", "M-SEARCH *"),
    "a path with a space": (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a b"),
    "equal lengths": (
        b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST /a",
    ),
    "a folded header": (b"GET /a HTTP/1.1\r\nX: a\r\n b\r\n\r\n", "GET /a"),
    "an upgrade with a body": (
        (
            b"POST /a HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n"
            b'Content-Length: 7\r\n\r\n{"a":1}'
        ),
        "POST /a",
    ),
    "an upgrade with chunks": (
        (
            b"POST /a HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n"
        ),
        "POST /a",
    ),
    "empty lines before": (b"\r\n\r\n" + GET, "GET /a"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", READ_REQUESTS)
def test_an_odd_request_is_read_and_so_is_the_next(name: str, size: int) -> None:
    request, expected = READ_REQUESTS[name]
    found, exchanges = said(request + GET, OK + OK, size)
    assert found == [(expected, "answered", "200"), ("GET /a", "answered", "200")]
    assert not exchanges.blind_spots


UNREAD_REQUESTS = {
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00",
    "TLS": b"\x16\x03\x01\x02\x00\x01",
    "no version": b"GET /a\r\n",
    "another protocol": b"*1\r\n$4\r\nPING\r\n",
    "lengths that differ": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "length and chunks": (
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "chunked before another coding": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
    "an odd name of a length": b"POST / HTTP/1.1\r\nTransfer-Encoding\x0b: chunked\r\n\r\n",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", UNREAD_REQUESTS)
def test_what_may_be_calls_or_none_is_unseen_from_there(name: str, size: int) -> None:
    found, exchanges = said(GET + UNREAD_REQUESTS[name] + GET, OK, size)
    # What was seen before stays.
    assert sorted(found) == [("GET /a", "answered", "200"), ("bytes", "unseen", "")]
    (spot,) = exchanges.blind_spots
    assert (spot.hides, spot.since) == (Hidden.CALLS, 1.0)


@pytest.mark.parametrize("size", SIZES)
def test_a_tunnel_is_unseen_from_where_it_is_granted(size: int) -> None:
    connect = b"CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n"
    found, exchanges = said(connect + b"\x16\x03\x01", b"HTTP/1.1 200 OK\r\n\r\n\x16", size)
    assert found == [("CONNECT b:1", "answered", "200")]
    (spot,) = exchanges.blind_spots
    assert spot.hides is Hidden.CALLS
    found, exchanges = said(
        connect + GET, b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n" + OK, size
    )
    assert found == [("CONNECT b:1", "answered", "405"), ("GET /a", "answered", "200")]
    assert not exchanges.blind_spots


def test_a_bounded_number_of_bytes_is_kept_after_a_connect() -> None:
    found, exchanges = said(
        b"CONNECT b:1 HTTP/1.1\r\n\r\n" + b"x" * 100_000, b"HTTP/1.1 405 No\r\n\r\n", 10_000
    )
    assert found == [("CONNECT b:1", "answered", "405")]
    assert [spot.what for spot in exchanges.blind_spots] == ["what follows a CONNECT is not read"]
