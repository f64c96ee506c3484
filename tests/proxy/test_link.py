"""A link that has ended passes nothing on, whatever still arrives."""

import asyncio
import socket
from typing import cast

from tests.contracts.proxy.servers import DEADLINE
from windtunnel.proxy.link import Link
from windtunnel.proxy.traffic_observer import TrafficObserver
from windtunnel.records import Ending
from windtunnel.timers import Timers


class DeafWatcher:
    """Hears of what passes, and keeps none of it."""

    idle = False

    def received(self, data: bytes, now: float) -> None: ...

    def ended(self, by: Ending, at: float, *, reached: bool) -> None: ...


class Owner:
    """What the link belongs to; it leads to a port where the dial is left to the test."""

    def __init__(self, timers: Timers, port: int) -> None:
        self.timers = timers
        self.upstream = ("127.0.0.1", port)
        self.has_link = asyncio.Event()

    def opened(self, link: Link) -> TrafficObserver | None:
        self.has_link.set()
        return cast("TrafficObserver", DeafWatcher())

    def closed(self, link: Link) -> None: ...


def test_a_dependency_that_answers_the_dial_after_the_end_gets_nothing() -> None:
    got: list[bytes] = []

    async def main() -> None:
        over = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                got.append(await reader.read())
            except ConnectionResetError:
                got.append(b"")
            writer.close()
            over.set()

        loop = asyncio.get_running_loop()
        timers = Timers()
        async with asyncio.timeout(DEADLINE):
            dependency = await asyncio.start_server(serve, "127.0.0.1", 0)
            port = dependency.sockets[0].getsockname()[1]
            refusing = socket.socket()  # bound, and does not listen
            refusing.bind(("127.0.0.1", 0))
            owner = Owner(timers, refusing.getsockname()[1])
            link = Link(owner)
            entrance = await loop.create_server(lambda: link.target, "127.0.0.1", 0)
            try:
                _, writer = await asyncio.open_connection(*entrance.sockets[0].getsockname())
                await owner.has_link.wait()
                link.upstream.feed(b"waiting", 0.0)
                link.end(Ending.FAULT, reset=False)
                await loop.create_connection(lambda: link.dependency, "127.0.0.1", port)
                await over.wait()
                writer.close()
                await writer.wait_closed()
            finally:
                refusing.close()
                entrance.close()
                dependency.close()
                timers.close()

    asyncio.run(main())
    assert got == [b""]
