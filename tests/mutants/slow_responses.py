"""Each of its answers takes 60 ms more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def make() -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """Return the slowed application."""
    app: FastAPI = create_app()

    async def slowed(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            await asyncio.sleep(0.060)
        await app(scope, receive, send)

    return slowed


if __name__ == "__main__":
    serve(make, "tests.mutants.slow_responses")
