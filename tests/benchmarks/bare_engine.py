"""The least that Python can do: a bare asyncio.Protocol with httptools on uvloop, no records.

`python tests/benchmarks/bare_engine.py URL CONNECTIONS SECONDS` prints answers and rate.
"""

import asyncio
import sys
import time
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

REQUEST = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


class Bare(asyncio.Protocol):
    """Sends the next request when the one before is answered."""

    answers = 0

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = cast("asyncio.Transport", transport).write
        self._write(REQUEST)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        Bare.answers += 1
        self._write(REQUEST)


async def main(url: str, connections: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    to = urlsplit(url)
    host, port = to.hostname or "", to.port or 80
    opened = [await loop.create_connection(Bare, host, port) for _ in range(connections)]
    before, began = Bare.answers, time.monotonic()
    await asyncio.sleep(seconds)
    answers = Bare.answers - before
    sys.stdout.write(f"{answers} {answers / (time.monotonic() - began)}\n")
    for transport, _ in opened:
        transport.abort()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
