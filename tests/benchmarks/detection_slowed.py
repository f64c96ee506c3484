"""The sample target, each of whose answers costs SLOWED_BY seconds of CPU more."""

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from target.serving import serve
from target.unified_server import create_app

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def make() -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """Return the slowed application."""
    app: FastAPI = create_app()
    seconds = float(os.environ.get("SLOWED_BY", "0"))

    async def slowed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                pass
        await app(scope, receive, send)

    return slowed


if __name__ == "__main__":
    serve(make, "tests.benchmarks.detection_slowed")
