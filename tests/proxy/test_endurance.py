"""Toxics that come and go leave nothing behind, and many connections stay open.

Small versions of what `python -m tests.benchmarks.proxy cycles connections` does.
"""

import asyncio
import gc
import resource
from contextlib import ExitStack, closing

from tests.contracts.proxy.servers import DEADLINE, OURS, Server, connect, echo_server, receive
from tests.proxy.chance import chance
from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.proxy_registry import ProxyRegistry
from windtunnel.proxy.request_bodies import ProxyBody, ToxicBody
from windtunnel.proxy.server_context import ConnectionLimit, ServerContext
from windtunnel.proxy.tls.authority import Authority
from windtunnel.proxy.toxic_settings import ToxicSettings
from windtunnel.timers import TimerHandle, Timers
from windtunnel.toxics.chunk import Chunk
from windtunnel.toxics.connection_toxic import ByteToxic

KINDS = ("latency", "bandwidth", "slicer", "connect", "noop", "http_delay")
ATTRIBUTES = {"slicer": {"average_size": 8}}
CYCLES = 300
CONNECTIONS = 200
FEW_FILES = 256


def left() -> dict[str, int]:
    """Count what toxics are made of, as far as anything still holds it."""
    gc.collect()
    kinds = (ToxicSettings, ByteToxic, Chunk, TimerHandle)
    objects = gc.get_objects()
    return {kind.__name__: sum(isinstance(each, kind) for each in objects) for kind in kinds}


def test_toxics_that_come_and_go_under_load_leave_the_bytes_whole_and_nothing_behind(
    echo: int,
) -> None:
    fate = chance(0)

    async def main() -> None:
        timers = Timers()
        around = ServerContext(
            1, "none", timers, EventBroadcast(), ConnectionLimit(10), Authority()
        )
        registry = ProxyRegistry(around)
        body = ProxyBody(name="p", listen="127.0.0.1:0", upstream=f"127.0.0.1:{echo}")
        proxy = await registry.create(body)
        reader, writer = await asyncio.open_connection(*proxy.listen.split(":"))

        async def cycle(number: int) -> None:
            kind = KINDS[number % len(KINDS)]
            toxic = {
                "name": "t",
                "type": kind,
                "stream": fate.choice(("upstream", "downstream")),
                "attributes": ATTRIBUTES.get(kind, {}),
            }
            await registry.add_toxic("p", ToxicBody.of(toxic))
            sent = fate.randbytes(fate.randrange(1, 2000))
            writer.write(sent[:10])
            await asyncio.sleep(0)
            writer.write(sent[10:])
            await registry.remove_toxic("p", "t")
            assert await reader.readexactly(len(sent)) == sent

        try:
            await cycle(0)
            before = left(), len(asyncio.all_tasks())
            for number in range(CYCLES):
                await cycle(number)
            assert (left(), len(asyncio.all_tasks())) == before
        finally:
            writer.close()
            await writer.wait_closed()
            proxy.discard()
            timers.close()

    async def in_time() -> None:
        async with asyncio.timeout(DEADLINE):
            await main()

    asyncio.run(in_time())


def test_more_connections_stay_open_than_the_soft_limit_on_files_would_allow() -> None:
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, hard))  # for the proxy to inherit
    try:
        server = Server(OURS)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    with ExitStack() as held:
        held.enter_context(closing(server))
        port = server.proxy(held.enter_context(echo_server()))
        clients = [held.enter_context(connect(port)) for _ in range(CONNECTIONS)]
        for _ in range(2):
            for client in clients:
                client.sendall(b"a")
                assert receive(client, 1) == b"a"
