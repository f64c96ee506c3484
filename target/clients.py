"""The dependencies' clients: pooled, warmed, with deadlines, and no hidden retries.

One call here is at most one attempt at the dependency: retries behind a breaker's back would hide
failures from it and multiply the calls to a dependency that is down.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from target.settings import ConnectionConfig


class DependencyError(Exception):
    """A dependency refused, reset, timed out, or answered with an error or nonsense."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool's utilisation."""

    limit: int
    open: int
    in_use: int


class CatalogClient:
    """The catalog over HTTP. Raises DependencyError."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        if config.enable_connection_reuse:
            self._connector = aiohttp.TCPConnector(
                limit=config.http_pool_size, keepalive_timeout=config.http_keepalive_timeout
            )
        else:
            self._connector = aiohttp.TCPConnector(limit=config.http_pool_size, force_close=True)
        self._session = aiohttp.ClientSession(
            base_url=config.catalog_url,
            connector=self._connector,
            timeout=aiohttp.ClientTimeout(
                total=config.http_request_timeout, connect=config.http_connection_timeout
            ),
            # The service has no use for cookies, and their handling costs time on each call.
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        # aiohttp repeats an idempotent request whose kept connection broke. It has no public
        # switch for it (3.14), and a repeat is a second attempt that the breaker never sees.
        self._session._retry_connection = False  # noqa: SLF001 - for the reason above

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON at `path`; LookupError on 404."""
        try:
            async with self._session.get(path) as response:
                if response.status == 404:
                    raise LookupError(path)
                if response.status >= 400:
                    raise DependencyError(f"the catalog answered {response.status}")
                return json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DependencyError(f"catalog: {type(error).__name__}: {error}") from error

    async def warm(self) -> None:
        """Open a connection before the first request needs it."""
        await self.get("/health")

    def pool(self) -> Pool:
        """Return the pool's utilisation, as aiohttp keeps it."""
        # No public figures (3.14): the connector's own collections are read, never changed.
        idle = sum(len(kept) for kept in self._connector._conns.values())  # noqa: SLF001
        in_use = len(self._connector._acquired)  # noqa: SLF001 - the same
        return Pool(self._config.http_pool_size, idle + in_use, in_use)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


class _ClosingPool(BlockingConnectionPool):
    """A pool for ENABLE_CONNECTION_REUSE=false: it closes what is given back."""

    async def release(self, connection: AbstractConnection) -> None:
        """Close the connection; its next use opens another."""
        await connection.disconnect()
        await super().release(connection)


class WorkflowStore:
    """The workflows in Redis. Raises DependencyError."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        kind = BlockingConnectionPool if config.enable_connection_reuse else _ClosingPool
        self._pool = kind.from_url(
            config.redis_url,
            max_connections=config.redis_pool_size,
            timeout=config.redis_timeout,
            socket_timeout=config.redis_timeout,
            socket_connect_timeout=config.redis_timeout,
            # redis-py retries ten times unless told otherwise, and so hides failures.
            retry=Retry(NoBackoff(), 0),
            retry_on_timeout=False,
            health_check_interval=0,
            # RESP2 needs no HELLO, and no name no CLIENT SETINFO: a new connection costs a
            # handshake and nothing else.
            protocol=2,
            driver_info=None,
            decode_responses=True,
        )
        self._redis: Redis = Redis(connection_pool=self._pool)

    async def workflows(self) -> Mapping[str, str]:
        """Return the workflows' states by id."""
        return dict(await self._command("HGETALL", "workflows"))

    async def count(self) -> int:
        """Return how many workflows there are."""
        return int(await self._command("HLEN", "workflows"))

    async def ping(self) -> None:
        """Ask whether Redis answers."""
        await self._command("PING")

    async def warm(self) -> None:
        """Open a connection, and store sample workflows where there are none."""
        if not await self.count():
            states = ("running", "queued", "done")
            pairs = [item for n, state in enumerate(states, 1) for item in (f"workflow-{n}", state)]
            await self._command("HSET", "workflows", *pairs)

    async def _command(self, *words: str) -> Any:  # noqa: ANN401 - any reply
        try:
            async with asyncio.timeout(self._config.redis_timeout):
                return await self._redis.execute_command(*words)  # type: ignore[no-untyped-call]
        except (RedisError, OSError, TimeoutError) as error:
            raise DependencyError(f"redis: {type(error).__name__}: {error}") from error

    def pool(self) -> Pool:
        """Return the pool's utilisation, as redis-py keeps it."""
        # No public figures (8.1): the pool's own collections are read, never changed.
        in_use = self._pool._in_use_connections  # noqa: SLF001 - for the reason above
        idle = self._pool._available_connections  # noqa: SLF001 - the same
        connected = sum(each.is_connected for each in (*in_use, *idle))
        return Pool(self._config.redis_pool_size, connected, len(in_use))

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()
        await self._pool.aclose()
