"""Six of every hundred requests to /api/workflows are answered with 500."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def make() -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """Return the failing application."""
    app: FastAPI = create_app()
    requests = count()

    async def failing(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        # Spread evenly: numbers 0, 17, 34, 51, 68 and 85 of each hundred.
        if scope.get("path") == "/api/workflows" and next(requests) % 100 in range(0, 100, 17):
            headers = [(b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 500, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return failing


if __name__ == "__main__":
    serve(make, "tests.mutants.six_percent_errors")
