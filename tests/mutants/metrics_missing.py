"""It has no /api/metrics."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def make() -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """Return the application as it would be without that route."""
    app: FastAPI = create_app()

    async def without(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/api/metrics":
            scope = {**scope, "path": "/api/metrics-missing", "raw_path": b"/api/metrics-missing"}
        await app(scope, receive, send)

    return without


if __name__ == "__main__":
    serve(make, "tests.mutants.metrics_missing")
