"""The sample target, each of whose answers costs SLOWED_BY turns of an idle loop more.

Work and not time, so that it stays the same share of an answer where the machine slows down.
"""

import os
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app

SPELL = 1000
"""Turns whose time is measured: about as many as an answer costs more."""

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def spin(turns: int) -> None:
    """Work for so many turns."""
    for _ in range(turns):
        pass


def seconds_a_turn() -> float:
    """Return what a turn takes now: the median of some spells."""
    spells = []
    for _ in range(21):
        began = time.perf_counter()
        spin(SPELL)
        spells.append((time.perf_counter() - began) / SPELL)
    return statistics.median(spells)


def make() -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """Return the slowed application."""
    app: FastAPI = create_app()
    turns = int(os.environ.get("SLOWED_BY", "0"))

    async def slowed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            spin(turns)
        await app(scope, receive, send)

    return slowed


if __name__ == "__main__":
    serve(make, "tests.benchmarks.detection_slowed")
