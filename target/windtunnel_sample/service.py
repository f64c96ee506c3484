"""What the service does, apart from HTTP: agents, workflows, health and metrics."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil

from windtunnel_sample.agent_lookups import AgentLookups
from windtunnel_sample.breaker import CircuitBreaker
from windtunnel_sample.cache import Cache, cache
from windtunnel_sample.clients import Agent, CatalogClient, DependencyError, Pool, WorkflowStore
from windtunnel_sample.guard import UNAVAILABLE, Answer, Guard, ask_cache
from windtunnel_sample.request_log import Endpoint
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig

log = logging.getLogger("target")


class Service:
    """The service's work. Started by `open`, which warms its connections, and ended by `close`.

    `catalog_client` makes the catalog's client: another HTTP library's takes its place there.
    """

    def __init__(
        self,
        connections: ConnectionConfig,
        breakers: CircuitBreakerConfig,
        catalog_client: Callable[[ConnectionConfig], CatalogClient] = CatalogClient,
    ) -> None:
        self.connections = connections
        self.guards = (Guard("catalog", breakers), Guard("redis", breakers))
        self.catalog_guard, self.redis_guard = self.guards
        self.endpoints: dict[str, Endpoint] = {}
        self._catalog_client = catalog_client
        kept = cache(
            connections.cache_ttl,
            stale_if_error=connections.cache_stale_if_error,
            errors=UNAVAILABLE,
        )
        self.caches: dict[str, Cache[Any]] = {
            "agents": kept(self._agents),
            "workflows": kept(self._workflows),
        }
        self._process = psutil.Process()
        self._started = time.monotonic()

    def __repr__(self) -> str:
        return f"<Service {self.catalog_guard!r} {self.redis_guard!r}>"

    async def open(self) -> None:
        """Open the clients and a connection of each; a dependency that is down only delays that."""
        self.catalog = self._catalog_client(self.connections)
        self.store = WorkflowStore(self.connections)
        self.lookups = AgentLookups(self.catalog, self.catalog_guard)
        for client in (self.catalog, self.store):
            try:
                await client.warm()
            except DependencyError as error:
                log.warning("no connection was warmed: %s", error)
        self._process.cpu_percent()  # the first reading has nothing to compare with

    async def close(self) -> None:
        """Close the clients."""
        await self.catalog.close()
        await self.store.close()

    async def agents(self) -> Answer:
        """Return all agents."""
        return await ask_cache(self.caches["agents"], [])

    async def workflows(self) -> Answer:
        """Return the workflows' states by id."""
        return await ask_cache(self.caches["workflows"], {})

    async def _agents(self) -> list[Agent]:
        return await self.catalog_guard.call(self.catalog.agents)

    async def _workflows(self) -> Any:  # noqa: ANN401 - what Redis holds
        return await self.redis_guard.call(self.store.workflows)

    async def health(self) -> dict[str, Answer]:
        """Ask each dependency, through its breaker, whether it answers."""
        catalog, redis = await asyncio.gather(
            self.catalog_guard.ask(self.catalog.ping, None),
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
            "endpoints": {path: _endpoint(each) for path, each in sorted(self.endpoints.items())},
            "breakers": self.breakers(),
            "pools": {name: _pool(pool) for name, pool in self.pools().items()},
            "cache": {name: _cache(each) for name, each in self.caches.items()},
            "batching": {
                "lookups": self.lookups.counters.lookups,
                "calls": self.lookups.counters.calls,
            },
            "dependencies": {
                "catalog": {"agents": len(agents.value), "fallback": agents.fallback},
                "redis": {"workflows": workflows.value, "fallback": workflows.fallback},
            },
        }

    def breakers(self) -> dict[str, Any]:
        """Return the breakers' states, counters and latest changes of state, by dependency."""
        return {guard.name: _breaker(guard.breaker) for guard in self.guards}

    def pools(self) -> dict[str, Pool]:
        """Return the pools' utilisation by dependency."""
        return {"catalog": self.catalog.pool(), "redis": self.store.pool()}


def now() -> str:
    """Return the time in ISO 8601 with its zone."""
    return datetime.now(UTC).isoformat()


def _endpoint(endpoint: Endpoint) -> dict[str, float]:
    return {
        "requests": endpoint.requests,
        "errors": endpoint.errors,
        **endpoint.quantiles(),
    }


def _breaker(breaker: CircuitBreaker) -> dict[str, Any]:
    counters = breaker.counters
    return {
        "state": breaker.state.value,
        "succeeded": counters.succeeded,
        "failed": counters.failed,
        "cancelled": counters.cancelled,
        "rejected": counters.rejected,
        "opened": counters.opened,
        "history": [
            {
                "state": transition.state.value,
                "timestamp": (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(),
                "seconds_ago": round(ago, 3),
            }
            for transition, ago in breaker.changes()
        ],
    }


def _pool(pool: Pool) -> dict[str, int]:
    return {
        "limit": pool.limit,
        "in_use": pool.in_use,
        "idle": pool.idle,
        "waiting": pool.waiting,
        "created": pool.created,
        "reused": pool.reused,
    }


def _cache(kept: Cache[Any]) -> dict[str, float | None]:
    counters = kept.counters
    return {
        "hits": counters.hits,
        "misses": counters.misses,
        "stale": counters.stale,
        "calls": counters.calls,
        "hit_ratio": counters.hit_ratio,
    }
