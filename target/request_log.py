"""Counts requests and their times by endpoint."""

import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

KEPT = 1024
"""Latest durations kept for each endpoint: quantiles are of these, the counts of all."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[
    [Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


@dataclass(slots=True)
class Endpoint:
    """One endpoint's figures; durations in seconds."""

    requests: int = 0
    errors: int = 0
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    def quantiles(self) -> dict[str, float]:
        """Return p50, p95 and p99 of the latest durations in milliseconds, by nearest rank."""
        ordered = sorted(self.durations)
        if not ordered:
            return {}
        return {
            f"p{percent}_ms": round(ordered[(len(ordered) * percent - 1) // 100] * 1000, 3)
            for percent in (50, 95, 99)
        }


class RequestLog:
    """ASGI middleware; a plain one, because Starlette's base class doubles a request's cost."""

    def __init__(self, app: App, endpoints: dict[str, Endpoint]) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Time one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            # By route, not by path: a path is the caller's choice, and would grow without bound.
            route = scope.get("route")
            endpoint = self._endpoints.setdefault(getattr(route, "path", "(none)"), Endpoint())
            endpoint.requests += 1
            endpoint.errors += status >= 400
            endpoint.durations.append(time.perf_counter() - started)
