"""A listener that cannot take a posture can take the one it had again."""

import asyncio

import pytest

from windtunnel.proxy import listener
from windtunnel.proxy.listener import Listener
from windtunnel.toxics.listener_posture import ListenerPosture


def test_after_a_black_hole_that_cannot_be_made_it_accepts_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "FILL_LIMIT", 1)  # fewer than the queue takes

    notices: list[str] = []

    async def main() -> None:
        accepted = asyncio.Event()

        class Greeter(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                accepted.set()
                transport.close()

        listens = Listener("catalog", Greeter, "none", notices.append)
        try:
            address = await listens.take(ListenerPosture.ACCEPT, "127.0.0.1", 0)
            assert address is not None
            with pytest.raises(OSError, match="is not full"):
                await listens.take(ListenerPosture.SWALLOW, *address)
            assert listens.posture is not ListenerPosture.ACCEPT
            assert await listens.take(ListenerPosture.ACCEPT, *address) == address
            _, writer = await asyncio.open_connection(*address)
            await accepted.wait()
            writer.close()
            await writer.wait_closed()
            assert len(listens.outages) == 1
        finally:
            listens.close()
            listens.stop_counting()

    async def in_time() -> None:
        async with asyncio.timeout(10):
            await main()

    asyncio.run(in_time())
