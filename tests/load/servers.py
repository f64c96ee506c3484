"""Small servers that misbehave on purpose, each on a port of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from windtunnel.address import Address
from windtunnel.load.destination import Destination

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

Reply = Callable[[bytes], Awaitable[bytes | None]]
"""Takes a request (head and body) and returns its answer; None closes the connection."""


class Server:
    """A running one, with what it received."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.port)

    @property
    def destination(self) -> Destination:
        return Destination(scheme="http", host="127.0.0.1", address="127.0.0.1", port=self.port)


@asynccontextmanager
async def serving(
    reply: Reply, *, tls: ssl.SSLContext | None = None, unix_socket: Path | None = None
) -> AsyncIterator[Server]:
    """Serve in the running loop; every connection is closed at the end."""
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while True:
                request = await _request(reader)
                server.requests.append(request)
                answer = await reply(request)
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    if unix_socket is not None:
        listener = await asyncio.start_unix_server(accept, unix_socket)
    else:
        listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
        server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the aborted transports' last callbacks


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.split(b":")[1]))
    return head


async def ok(_: bytes) -> bytes:
    """Answer 200."""
    return OK


async def never(_: bytes) -> bytes:
    """Never answer."""
    await asyncio.Event().wait()
    return OK


async def hang_up(_: bytes) -> None:
    """Close the connection instead of answering."""


def answering(answer: bytes) -> Reply:
    """Return a reply that is always these bytes."""

    async def reply(_: bytes) -> bytes:
        return answer

    return reply
