"""No byte that comes costs much more than another, whatever it announces or pretends to be.

Bounds are ratios of processor time to that of harmless traffic of the same length, cut alike.
"""

import gzip
import time
import zlib
from collections.abc import Callable

import psutil
import pytest

from tests.contracts.proxy.servers import Server
from windtunnel.protocols.http.mediator import HttpMediator
from windtunnel.protocols.registry import protocols
from windtunnel.proxy.tls.client_hello import HelloReader, NotTls, peeking

MOST = 100
"""Times as much as harmless traffic: what went wrong cost from 400 times to hours."""
GRANTED = 1.0
"""CPU seconds that any traffic may take, on slow machines too; what is unbounded takes many."""
COMMAND = b"*1\r\n$4\r\nPING\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"

HOSTILE = {
    "a request line of blanks": ("http", "received", b"G" + b" " * 3000 + b"\n", 0),
    "a request line, byte by byte": ("http", "received", b"GET /" + b"a" * 30_000, 1),
    "a request line of controls": ("http", "received", b"GET\t" * 7500, 1),
    "a head of folded lines": ("http", "received", GET + b" a\r\n" * 15_000, 0),
    "a head, byte by byte": ("http", "received", GET + b"a" * 30_000, 1),
    "heads of lines without CR": ("http", "received", b"GET / HTTP/1.1\n\n" * 16_000, 0),
    "such heads, and one with CR at the end": (
        "http",
        "received",
        b"GET / HTTP/1.1\n\n" * 16_000 + GET + b"\r\n",
        0,
    ),
    "chunks of one byte": (
        "http",
        "received",
        GET + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 5000,
        0,
    ),
    "a chunk's size, byte by byte": (
        "http",
        "received",
        GET + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 15_000,
        1,
    ),
    "a chunk of the greatest size": (
        "http",
        "received",
        GET + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n" + b"a" * 15_000,
        0,
    ),
    "an answer's head, byte by byte": ("http", "answered", b"HTTP/1.1 200 " + b"a" * 30_000, 1),
    "interim answers": ("http", "answered", b"HTTP/1.1 100 A\r\n\r\n" * 2000, 0),
    "as many words as a command may have": (
        "redis",
        "received",
        b"*1048576\r\n" + b"$0\r\n\r\n" * 5000,
        0,
    ),
    "more words than a command may have": ("redis", "received", b"*999999999\r\n" * 2500, 0),
    "a word of the greatest length": (
        "redis",
        "received",
        b"*2\r\n$999999999\r\n" + b"a" * 15_000,
        0,
    ),
    "a command's line, byte by byte": ("redis", "received", b"P" * 30_000, 1),
    "more elements than a reply has": (
        "redis",
        "answered",
        b"*999999999\r\n:1\r\n" + b":1\n" * 10_000 + b"\r\n",
        0,
    ),
    "lists in lists": ("redis", "answered", b"*1\r\n" * 7500, 0),
    "a reply's line, byte by byte": ("redis", "answered", b"+" + b"a" * 30_000, 1),
    "replies to a long pipeline": ("redis", "answered", b"+OK\r\n" * 30_000, 0),
}
HARMLESS: dict[tuple[str, str], Callable[[int], bytes]] = {
    ("http", "received"): lambda size: GET + b"Content-Length: 999999\r\n\r\n" + b"a" * size,
    ("http", "answered"): lambda size: (
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + b"a" * size
    ),
    ("redis", "received"): lambda size: b"*2\r\n$4\r\nPING\r\n$999999\r\n" + b"a" * size,
    ("redis", "answered"): lambda size: b"$999999\r\n" + b"a" * size,
}


PIPELINED = ("heads of lines without CR", "such heads, and one with CR at the end")
"""Many requests, each of which costs something: harmless are as many whose lines end as usual."""
ALIKE = 6
"""Times as much as those: what searched all that follows, for each, cost 12 times and more."""


def bound(name: str, feeds: Callable[[], Callable[[bytes], object]]) -> float:
    """Return the seconds of processor time that this traffic may take."""
    protocol, way, data, size = HOSTILE[name]
    if name in PIPELINED:
        usual = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return ALIKE * min(cost(feeds(), usual, size) for _ in range(2))
    harmless = HARMLESS[protocol, way](len(data))[: len(data)]
    return max(MOST * min(cost(feeds(), harmless, size) for _ in range(3)), GRANTED)


def cost(feed: Callable[[bytes], object], data: bytes, size: int) -> float:
    """Return the seconds of processor time that bytes in pieces of this size take."""
    begun = time.process_time()
    for start in range(0, len(data), size or len(data)):
        feed(data[start : start + (size or len(data))])
    return time.process_time() - begun


def reader(protocol: str, way: str, asked: int = 1) -> Callable[[bytes], object]:
    exchanges = protocols()[protocol].exchanges()
    if way == "answered":
        exchanges.received((COMMAND if protocol == "redis" else GET + b"\r\n") * asked, 0.0)
    take = getattr(exchanges, way)
    return lambda data: take(data, 0.0)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_traffic_takes_much_more_than_harmless_traffic_does(name: str) -> None:
    protocol, way, data, size = HOSTILE[name]
    asked = data.count(b"+OK") or 1
    found = min(cost(reader(protocol, way, asked), data, size) for _ in range(2))
    assert found < bound(name, lambda: reader(protocol, way))


class Unheard:
    """Takes what a mediator notes."""

    def struck(self, place: int, toxic: str) -> None: ...

    def dependency_answered(self, place: int, status: str) -> None: ...
    def kept(self, place: int) -> None: ...
    def notice(self, text: str) -> None: ...


@pytest.mark.parametrize("name", [n for n, each in sorted(HOSTILE.items()) if each[0] == "http"])
def test_no_traffic_that_is_struck_does_either(name: str) -> None:
    _, way, data, size = HOSTILE[name]

    def mediating() -> Callable[[bytes], object]:
        mediator = HttpMediator([], Unheard(), 0)
        if way == "received":
            return lambda data: mediator.request(data, 0.0)
        mediator.request(GET + b"\r\n", 0.0)
        return lambda data: mediator.answer(data, 0.0)

    found = min(cost(mediating(), data, size) for _ in range(2))
    assert found < bound(name, mediating)


def test_a_hello_in_records_of_one_byte_takes_no_more_than_others() -> None:
    hello = b"\x01\x00\xff\xff" + bytes(4000)
    in_small = b"".join(b"\x16\x03\x01\x00\x01%c" % byte for byte in hello)
    in_one = (b"\x16\x03\x01\x3f\xff" + hello + bytes(len(in_small)))[: len(in_small)]

    def reading() -> Callable[[bytes], object]:
        reader = HelloReader(peeking())

        def feed(data: bytes) -> None:
            try:
                reader.feed(data)
            except NotTls:
                return

        return feed

    usual = min(cost(reading(), in_one, 1) for _ in range(3))
    assert cost(reading(), in_small, 1) < max(MOST * usual, GRANTED)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_would_expand_is_not_unpacked(server: Server, coding: str) -> None:
    """As in Toxiproxy. A megabyte of gzip held a gigabyte, which stopped all traffic for 7 s."""
    expand = gzip.compress if coding == "gzip" else zlib.compress
    expanding = expand(bytes(2**25), 1) * 6
    process = psutil.Process(server.process.pid)

    def post(**headers: str) -> float:
        before = process.cpu_times().user
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = server.call("POST", "/proxies", expanding, named)
        assert (answer.status, answer.json["code"]) == (400, "bad_request_body")
        return process.cpu_times().user - before

    usual = min(post() for _ in range(2))
    # Ticks of the clock that this is measured by are of 10 ms.
    assert min(post(Content_Encoding=coding) for _ in range(2)) <= usual + 0.05
