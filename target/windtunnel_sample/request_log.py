"""Counts requests and their times by endpoint."""

import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

KEPT = 1024
"""Latest durations kept for each endpoint: quantiles are of these, the counts of all."""

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds in seconds of the histogram's buckets; 0.05 is the criterion of the mean."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[
    [Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


@dataclass(slots=True)
class Endpoint:
    """One endpoint's figures; durations in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    """How many requests were answered with each status."""
    total: float = 0.0
    """The sum of all durations."""
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """Durations up to each bound and above the one before; the last counts those above all."""
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return self.statuses.total()

    @property
    def errors(self) -> int:
        """How many of them with a status of 400 or above."""
        return sum(count for status, count in self.statuses.items() if status >= 400)

    def record(self, status: int, seconds: float) -> None:
        """Count one request."""
        self.statuses[status] += 1
        self.total += seconds
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.durations.append(seconds)

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
            endpoint.record(status, time.perf_counter() - started)
