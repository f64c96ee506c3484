"""The engine driven in this process against a small server."""

import asyncio
from collections.abc import Callable

from tests.load import servers
from tests.load.servers import Server, serving
from windtunnel.load.arrivals import Arrivals
from windtunnel.load.engine import LoadEngine
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request


def load(
    reply: servers.Reply,
    *requests: Request,
    connections: int = 2,
    most: int = 20,
    arrivals: Arrivals | None = None,
    keep_alive: bool = True,
    look: Callable[[Server], object] = lambda server: None,
) -> LoadRun:
    """Return the run of these requests; `look` is shown the server while it still serves."""

    async def go() -> LoadRun:
        async with serving(reply) as server:
            plan = LoadPlan(
                destination=server.destination,
                mix=Mix(requests or (Request(),)),
                connections=connections,
                most=most,
                seconds=5.0,
                arrivals=arrivals,
                keep_alive=keep_alive,
            )
            found = await LoadEngine(plan).run()
            look(server)
            return found

    return asyncio.run(go())
