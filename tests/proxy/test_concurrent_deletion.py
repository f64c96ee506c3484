"""A proxy that is being deleted listens no more, whatever is asked of it meanwhile."""

import asyncio
import socket
from contextlib import suppress

import pytest

from tests.contracts.proxy.servers import DEADLINE
from windtunnel.event_loop import new_event_loop
from windtunnel.proxy.api_errors import ApiError
from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.proxy_registry import ProxyRegistry
from windtunnel.proxy.request_bodies import ProxyBody, ToxicBody
from windtunnel.proxy.server_context import ConnectionLimit, ServerContext
from windtunnel.proxy.tls.authority import Authority
from windtunnel.timers import Timers

TURNS = 6
"""Of the loop, by which one is asked after the other."""


def listens(port: int) -> bool:
    """Whether somebody listens at a port, if only to take no connection."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


async def later(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(-TURNS, TURNS + 1))
@pytest.mark.parametrize("asked", ["connect_black_hole", "connect_refuse", "start", "move", "heal"])
def test_what_is_asked_meanwhile_binds_no_port_again(asked: str, turns: int, echo: int) -> None:
    async def main() -> None:
        timers = Timers()
        registry = ProxyRegistry(
            ServerContext(1, "none", timers, EventBroadcast(), ConnectionLimit(100), Authority())
        )
        body = ProxyBody(name="p", listen="127.0.0.1:0", upstream=f"127.0.0.1:{echo}")
        proxy = await registry.create(body)
        port = int(proxy.listen.rpartition(":")[2])
        clients = [socket.create_connection(("127.0.0.1", port), DEADLINE) for _ in range(3)]

        async def ask() -> None:
            await later(max(0, turns))
            with suppress(ApiError):
                if asked == "start":
                    await registry.update("p", ProxyBody(enabled=False))
                    await registry.update("p", ProxyBody(enabled=True))
                elif asked == "move":
                    await registry.update("p", ProxyBody(upstream="127.0.0.1:1"))
                elif asked == "heal":
                    await registry.add_toxic("p", ToxicBody.of({"type": "outage"}))
                    await registry.reset()
                else:
                    await registry.add_toxic("p", ToxicBody.of({"type": asked}))

        async def delete() -> None:
            await later(max(0, -turns))
            await registry.delete("p")

        try:
            await asyncio.gather(ask(), delete())
            await asyncio.sleep(0)
            assert registry.proxies == {}
            assert not listens(port)
            assert not proxy.enabled
        finally:
            for client in clients:
                client.close()
            proxy.discard()
            timers.close()

    async def in_time() -> None:
        async with asyncio.timeout(DEADLINE):
            await main()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(in_time())
