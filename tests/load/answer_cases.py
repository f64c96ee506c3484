"""Answers as servers spell them, and what each is to the client that reads it."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request

CUT = RequestFailure.CLOSED
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
FAILED = b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno"
HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </s.css>; rel=preload\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One answer in pieces, each sent on its own."""

    name: str
    pieces: tuple[bytes, ...]
    expected: int | RequestFailure
    """The status, or why there is no answer."""
    closes: bool = False
    """Whether the server closes the connection after it."""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return "/" + self.name.replace(" ", "-")

    @property
    def request(self) -> Request:
        expect = (101,) if self.expected == 101 else ()
        return Request(
            path=self.path, method=self.method, headers=self.headers, expect=expect, timeout=3.0
        )


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
UPGRADE = {"Connection": "upgrade", "Upgrade": "chat"}
SWITCH = b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n"

CASES = (
    Case(name="plain", pieces=(OK,), expected=200),
    Case(name="in pieces", pieces=tuple(OK[n : n + 1] for n in range(len(OK))), expected=200),
    Case(name="hints in one piece", pieces=(HINTS + FAILED,), expected=500),
    Case(name="hints before", pieces=(HINTS, FAILED), expected=500),
    Case(name="three interim", pieces=(HINTS, b"HTTP/1.1 100 C\r\n\r\n" + HINTS, OK), expected=200),
    Case(name="hints cut", pieces=(HINTS[:20], HINTS[20:] + OK[:5], OK[5:]), expected=200),
    Case(name="hints alone", pieces=(HINTS,), expected=CUT, closes=True),
    Case(
        name="hints with length",
        pieces=(HINTS.replace(b"link", b"content-length: 9\r\nlink"), OK),
        expected=200,
    ),
    Case(
        name="hints until close",
        pieces=(HINTS, b"HTTP/1.1 404 No\r\nserver: a\r\n\r\nabc"),
        expected=404,
        closes=True,
    ),
    Case(name="no content", pieces=(b"HTTP/1.1 204 No\r\n\r\n",), expected=204),
    Case(
        name="no content 9", pieces=(b"HTTP/1.1 204 No\r\ncontent-length: 9\r\n\r\n",), expected=204
    ),
    Case(name="same", pieces=(b"HTTP/1.1 304 Same\r\n\r\n",), expected=304),
    Case(name="same 9", pieces=(b"HTTP/1.1 304 Same\r\ncontent-length: 9\r\n\r\n",), expected=304),
    Case(
        name="head 9",
        method="HEAD",
        pieces=(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",),
        expected=200,
    ),
    Case(name="head chunked", method="HEAD", pieces=(CHUNKED,), expected=200),
    Case(
        name="head hints", method="HEAD", pieces=(HINTS, CHUNKED[:30], CHUNKED[30:]), expected=200
    ),
    Case(name="chunked", pieces=(CHUNKED, b"2\r\nok\r\n", b"0\r\n\r\n"), expected=200),
    Case(
        name="trailers", pieces=(CHUNKED + b"2\r\nok\r\n0\r\n", b"x-kept: t\r\n\r\n"), expected=200
    ),
    Case(name="cut chunks", pieces=(CHUNKED + b"2\r\nok\r\n",), expected=CUT, closes=True),
    Case(name="cut last chunk", pieces=(CHUNKED + b"2\r\nok\r\n0\r\n",), expected=CUT, closes=True),
    Case(
        name="cut length",
        pieces=(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",),
        expected=CUT,
        closes=True,
    ),
    Case(name="cut head", pieces=(b"HTTP/1.1 200 OK\r\ncontent-le",), expected=CUT, closes=True),
    Case(
        name="until close",
        pieces=(b"HTTP/1.1 200 OK\r\nserver: a\r\n\r\nab", b"c"),
        expected=200,
        closes=True,
    ),
    Case(name="nothing", pieces=(), expected=CUT, closes=True),
    Case(name="not http", pieces=(b"220 smtp ready\r\n",), expected=RequestFailure.MALFORMED),
    Case(name="unasked switch", pieces=(SWITCH + b"hello",), expected=RequestFailure.MALFORMED),
    Case(name="switch", pieces=(SWITCH + b"hello",), expected=101, headers=UPGRADE),
    Case(name="switch refused", pieces=(OK,), expected=200, headers=UPGRADE),
    Case(
        name="closes early",
        pieces=(FAILED.replace(b"content", b"connection: close\r\ncontent"),),
        expected=500,
        closes=True,
    ),
)

ON_CASES = {case.path.encode(): case for case in CASES}


@contextmanager
def answering_cases() -> Iterator[int]:
    """Give the port of a server, in a thread of its own, that answers each case's path by it."""
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                case = ON_CASES[head.split()[1]]
                for piece in case.pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.001)
                if case.closes:
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(listener.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
