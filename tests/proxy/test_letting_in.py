"""Who connects as a proxy stops: accepted and cut, or noted as unseen; never served after it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine

import pytest

from tests.contracts.proxy.servers import DEADLINE
from windtunnel.event_loop import new_event_loop
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP
from windtunnel.proxy import listener
from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.named_proxy import NamedProxy
from windtunnel.proxy.server_context import ConnectionLimit, ServerContext
from windtunnel.proxy.tls.authority import Authority
from windtunnel.proxy.toxic_settings import ToxicSettings
from windtunnel.records import Ending
from windtunnel.timers import Timers
from windtunnel.toxics.on_listener.outage import KIND as OUTAGE

CLIENTS = 200


async def stopped(proxy: NamedProxy) -> None:
    await proxy.stop()


async def out(proxy: NamedProxy) -> None:
    outage = ToxicSettings(
        name="out", kind=OUTAGE, stream="downstream", toxicity=1.0, attributes={}, lease=None
    )
    await proxy.add(outage)


async def moved(proxy: NamedProxy) -> None:
    await proxy.move("127.0.0.1:0", proxy.upstream_text)
    await proxy.start()


def in_a_loop(main: Callable[[], Awaitable[None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(DEADLINE):
            await main()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(in_time())


def made(upstream: int) -> NamedProxy:
    context = ServerContext(
        seed=1,
        counting="none",
        timers=Timers(),
        events=EventBroadcast(),
        connections=ConnectionLimit(10_000),
        authority=Authority(),
    )
    return NamedProxy("p", "127.0.0.1:0", f"127.0.0.1:{upstream}", protocol=TCP, context=context)


def port_of(proxy: NamedProxy) -> int:
    return int(proxy.listen.rpartition(":")[2])


@pytest.mark.parametrize("change", [stopped, out, moved])
def test_nobody_who_connected_before_is_served_after(
    change: Callable[[NamedProxy], Coroutine[None, None, None]],
    echo: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One client a turn of the loop, so that the last turn has its own."""
    monkeypatch.setattr(listener, "BACKLOG", 50)

    async def main() -> None:
        proxy = made(echo)
        await proxy.start()
        port, over = port_of(proxy), asyncio.Event()
        clients: list[socket.socket] = []

        async def keep_coming() -> None:
            while not over.is_set():
                client = socket.socket()
                client.settimeout(0)
                clients.append(client)
                # On loopback the connection is made, or refused, when this returns.
                client.connect_ex(("127.0.0.1", port))
                try:
                    client.send(b"a")
                except OSError:
                    return
                await asyncio.sleep(0)

        coming = asyncio.create_task(keep_coming())
        try:
            for _ in range(5):
                await asyncio.sleep(0)
            await asyncio.create_task(change(proxy))
            over.set()
            await coming
            await asyncio.sleep(0.2)
            evidence = proxy.evidence(0)
            assert [each for each in evidence.connections if each.closed is None] == []
            assert {each.ended_by for each in evidence.connections} == {Ending.FAULT}
            assert len(evidence.connections) > 2
            # Nor is it forgotten what they had sent.
            assert {each.received for each in evidence.connections} == {1}
        finally:
            over.set()
            coming.cancel()
            for client in clients:
                client.close()
            proxy.discard()

    in_a_loop(main)


def connected(port: int, number: int) -> list[socket.socket]:
    """Return connections that are made and wait to be accepted: the loop has no turn here."""
    return [socket.create_connection(("127.0.0.1", port), DEADLINE) for _ in range(number)]


def test_all_who_wait_are_let_in(echo: int) -> None:
    async def main() -> None:
        proxy = made(echo)
        await proxy.start()
        clients = connected(port_of(proxy), CLIENTS)
        try:
            await proxy.stop()
            evidence = proxy.evidence(0)
            assert len(evidence.connections) == CLIENTS
            assert {each.ended_by for each in evidence.connections} == {Ending.FAULT}
            assert evidence.blind_spots == ()
        finally:
            for client in clients:
                client.close()
            proxy.discard()

    in_a_loop(main)


def test_those_who_still_wait_are_noted_as_unseen(
    echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(_: object) -> None: ...

    monkeypatch.setattr(listener.Listener, "let_in", nobody)

    async def main() -> None:
        proxy = made(echo)
        await proxy.start()
        clients = connected(port_of(proxy), 3)
        try:
            await proxy.stop()
            evidence = proxy.evidence(0)
            assert [str(each) for each in evidence.blind_spots] == [listener.UNSEEN]
            assert evidence.attempts == ()
        finally:
            for client in clients:
                client.close()
            proxy.discard()

    in_a_loop(main)
