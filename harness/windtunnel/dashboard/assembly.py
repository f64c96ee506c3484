"""Puts a dashboard together around a running stack, and serves it until a signal stops it."""

import asyncio
import logging
import os
import random
import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from aiohttp import web

from windtunnel.configuration.struck_edges import struck_edges
from windtunnel.dashboard.board import Board
from windtunnel.dashboard.discovery import Announcement, announce
from windtunnel.dashboard.leases import FaultLeases
from windtunnel.dashboard.server import Dashboard
from windtunnel.dashboard.state import Meter, RunFacts
from windtunnel.dashboard.traffic import Traffic
from windtunnel.dashboard.witnesses import Sampler
from windtunnel.errors import ControlError, StartError
from windtunnel.load.closed_loop import Caller
from windtunnel.malformed_requests import request_log
from windtunnel.outgoing.masking import Masking
from windtunnel.stack import Stack

LOG = logging.getLogger(__name__)
INTERVAL = 1.0
"""Seconds between two looks."""
METRICS_TIMEOUT = 2.0
"""Seconds for the target to answer `/metrics`."""
CALL_TIMEOUT = 10.0


def listen(port: int) -> socket.socket:
    """Return a socket that listens on this port of 127.0.0.1; StartError where it is taken.

    Call it before anything else starts, so that a taken port costs nothing.
    """
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise StartError(
            f"the dashboard cannot have port {port} of 127.0.0.1: {error.strerror};"
            " free it, or choose another with --port (0 takes a free one)"
        ) from None
    return listener


def serve(
    stack: Stack,
    run: RunFacts,
    listener: socket.socket,
    *,
    rate: float,
    masking: Masking,
    ready: Callable[[], None],
) -> None:
    """Serve until SIGINT or SIGTERM, on an event loop of its own."""
    asyncio.run(_serve(stack, run, listener, rate=rate, masking=masking, ready=ready))


async def _serve(
    stack: Stack,
    run: RunFacts,
    listener: socket.socket,
    *,
    rate: float,
    masking: Masking,
    ready: Callable[[], None],
) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    target = stack.default_target
    board = Board(run.endpoints)
    token = secrets.token_urlsafe(32)

    def record_event(source: str, text: str) -> None:
        board.record_event(time.time(), source, text)
        dashboard.changed()

    def connect() -> Caller:
        return target.caller(CALL_TIMEOUT)

    leases = FaultLeases(
        stack.backend,
        record_event,
        evidence=stack.evidence,
        edges=partial(struck_edges, stack.configuration),
        work=stack.work_of,
    )
    order = random.Random(f"{stack.seed} background traffic")  # noqa: S311 - replayable, not secret
    traffic = Traffic(connect, run.endpoints, rate=rate, order=order)
    sampler = Sampler(
        stack,
        traffic,
        board,
        connect=lambda: target.requests.unknown_caller(METRICS_TIMEOUT),
    )
    dashboard = Dashboard(
        run, board, leases, traffic, token=token, cost=Meter().read, masking=masking
    )
    async with AsyncExitStack() as held:
        host, port = listener.getsockname()
        runner = web.AppRunner(
            dashboard.application(port),
            access_log=None,
            shutdown_timeout=0.5,
            logger=request_log(LOG),
            auto_decompress=False,  # no page of ours sends any, and it may become a thousandfold
        )
        held.push_async_callback(runner.cleanup)
        held.callback(dashboard.close)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        announce(
            Path(stack.backend.directory),
            Announcement(run=run.id, host=host, port=port, token=token, pid=os.getpid()),
        )
        held.callback(sampler.close)
        traffic.start()
        held.push_async_callback(traffic.close)
        ready()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(each)
                for each in (
                    sampler.run(INTERVAL, dashboard.looked),
                    leases.watch(),
                    _watch_touches(leases, record_event),
                )
            ]
            await stopped.wait()
            # What is still in force needs no healing: all that it struck ends now.
            for task in tasks:
                task.cancel()


async def _watch_touches(leases: FaultLeases, record_event: Callable[[str, str], None]) -> None:
    while True:
        try:
            await leases.look()
        except ControlError as error:
            record_event("windtunnel", f"the tap is silent: {error}")
        await asyncio.sleep(INTERVAL)
