"""A clock that tests turn, servers that count what reaches them, and an application asked in place.

Nothing here sleeps, and every port is chosen by the system.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI

DEADLINE = 10.0
"""Seconds after which a test that waits for a server has failed."""


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += seconds


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A TCP server of which a test sees how many connections and requests reached it."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.port = 0

    @asynccontextmanager
    async def running(self, answer: Behaviour) -> AsyncIterator["Server"]:
        """Run `answer` on each connection, which it may leave open: the end closes it."""
        writers: list[asyncio.StreamWriter] = []

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            writers.append(writer)
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await answer(reader, writer)

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in writers:
                writer.transport.abort()
            await asyncio.sleep(0)  # one turn of the loop, in which the connections end


def http(status: int = 200, body: bytes = b"[]", headers: bytes = b"") -> bytes:
    """Return an HTTP answer."""
    return b"HTTP/1.1 %d X\r\n%bcontent-length: %d\r\n\r\n%b" % (status, headers, len(body), body)


def answering(server: Server, *answers: bytes) -> Behaviour:
    """Answer request n of all with answer n, the last one again and again; b"" closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            server.requests.append(await reader.readuntil(b"\r\n\r\n"))
            text = answers[min(len(server.requests), len(answers)) - 1]
            if not text:
                writer.transport.abort()
                return
            writer.write(text)

    return answer


def refusing_port() -> tuple[socket.socket, int]:
    """Return a socket that holds a port on which nobody listens, and the port. Close it."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held, held.getsockname()[1]


class Answer:
    """What an application answered."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


async def ask(app: FastAPI, path: str) -> Answer:
    """Send one GET to an application, as a server would, without a connection."""
    sent: list[Any] = []
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - any ASGI message
        sent.append(message)

    async with asyncio.timeout(DEADLINE):
        await app(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]))
