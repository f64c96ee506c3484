"""What the service does, apart from HTTP: agents, workflows, health and metrics."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Any

import psutil
from aiodataloader import DataLoader

from target.breaker import CircuitBreaker
from target.clients import CatalogClient, DependencyError, Pool, WorkflowStore
from target.guard import Answer, Cached, Guard
from target.request_log import Endpoint
from target.settings import CircuitBreakerConfig, ConnectionConfig

log = logging.getLogger("target")


class Service:
    """The service's work. Started by `open`, which warms its connections, and ended by `close`."""

    def __init__(self, connections: ConnectionConfig, breakers: CircuitBreakerConfig) -> None:
        self.connections = connections
        self.catalog_guard = Guard("catalog", breakers)
        self.redis_guard = Guard("redis", breakers)
        self.endpoints: dict[str, Endpoint] = {}
        self.agents = Cached(self._agents, connections)
        self.workflows = Cached(self._workflows, connections)
        self._process = psutil.Process()
        self._started = time.monotonic()

    def __repr__(self) -> str:
        return f"<Service {self.catalog_guard!r} {self.redis_guard!r}>"

    async def open(self) -> None:
        """Open the clients and a connection of each; a dependency that is down only delays that."""
        self.catalog = CatalogClient(self.connections)
        self.store = WorkflowStore(self.connections)
        for client in (self.catalog, self.store):
            try:
                await client.warm()
            except (DependencyError, LookupError) as error:
                log.warning("no connection was warmed: %s", error)
        self._process.cpu_percent()  # the first reading has nothing to compare with

    async def close(self) -> None:
        """Close the clients."""
        await self.catalog.close()
        await self.store.close()

    async def _agents(self) -> Answer:
        return await self.catalog_guard.ask(lambda: self.catalog.get("/agents"), [])

    async def _workflows(self) -> Answer:
        return await self.redis_guard.ask(self.store.workflows, {})

    def agent_loader(self) -> "DataLoader[str, Answer]":
        """Return a loader that gathers the look-ups of one moment into one call."""
        return DataLoader(batch_load_fn=self._agents_by_id)

    async def _agents_by_id(self, wanted: list[str]) -> list[Answer]:
        """Return one answer for each id: the agent, None where there is none, or the fallback."""
        path = f"/agents?ids={','.join(wanted)}"
        answer = await self.catalog_guard.ask(lambda: self.catalog.get(path), None)
        if answer.fallback:
            return [answer] * len(wanted)
        found = {agent["id"]: agent for agent in answer.value}
        return [Answer(found.get(each), fallback=False) for each in wanted]

    async def health(self) -> dict[str, Answer]:
        """Ask each dependency, through its breaker, whether it answers."""
        catalog, redis = await asyncio.gather(
            self.catalog_guard.ask(lambda: self.catalog.get("/health"), {"status": "down"}),
            self.redis_guard.ask(self.store.ping, None),
        )
        return {"catalog": catalog, "redis": redis}

    async def collect_system_metrics(self) -> dict[str, Any]:
        """Return the process's, the endpoints' and the dependencies' figures."""
        agents, workflows = await asyncio.gather(
            self.agents(), self.redis_guard.ask(self.store.count, None)
        )
        with self._process.oneshot():
            process = {
                "cpu_percent": self._process.cpu_percent(),
                "memory_bytes": self._process.memory_info().rss,
                "uptime_seconds": round(time.monotonic() - self._started, 3),
            }
        return {
            "process": process,
            "endpoints": {
                path: {
                    "requests": endpoint.requests,
                    "errors": endpoint.errors,
                    **endpoint.quantiles(),
                }
                for path, endpoint in sorted(self.endpoints.items())
            },
            "breakers": {
                guard.name: _breaker(guard.breaker)
                for guard in (self.catalog_guard, self.redis_guard)
            },
            "pools": {"catalog": _pool(self.catalog.pool()), "redis": _pool(self.store.pool())},
            "cache": {
                name: {"hits": cached.hits, "misses": cached.misses}
                for name, cached in (("agents", self.agents), ("workflows", self.workflows))
            },
            "dependencies": {
                "catalog": {"agents": len(agents.value), "fallback": agents.fallback},
                "redis": {"workflows": workflows.value, "fallback": workflows.fallback},
            },
        }


def now() -> str:
    """Return the time in ISO 8601 with its zone."""
    return datetime.now(UTC).isoformat()


def _breaker(breaker: CircuitBreaker) -> dict[str, Any]:
    counters = breaker.counters
    return {
        "state": breaker.state.value,
        "succeeded": counters.succeeded,
        "failed": counters.failed,
        "cancelled": counters.cancelled,
        "rejected": counters.rejected,
        "opened": counters.opened,
    }


def _pool(pool: Pool) -> dict[str, int]:
    return {"limit": pool.limit, "open": pool.open, "in_use": pool.in_use}
