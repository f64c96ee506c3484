"""The workflows' client, on redis-py."""

import asyncio
from collections.abc import Mapping
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from windtunnel_sample.clients.dependency_error import DependencyError
from windtunnel_sample.clients.pool import Pool, waiting
from windtunnel_sample.settings import ConnectionConfig

_UNWRAPPED = (ValueError, TypeError, RuntimeError)
"""Exceptions that redis-py (8.1) does not wrap. It raises the first two on a reply that does not
fit the command. uvloop raises the last where the connection closed just before the write."""


class WorkflowStore:
    """The workflows in Redis. Raises DependencyError."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        self._calls = 0
        kind = _CountingPool if config.enable_connection_reuse else _ClosingPool
        self._pool = kind.from_url(
            config.redis_url,
            max_connections=config.redis_pool_size,
            timeout=config.redis_timeout,
            socket_timeout=config.redis_timeout,
            socket_connect_timeout=config.redis_timeout,
            # redis-py retries ten times by default, and so hides failures.
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

    def __repr__(self) -> str:
        return f"<WorkflowStore {self._pool!r}>"

    async def workflows(self) -> Mapping[str, str]:
        """Return the workflows' states by id."""
        found = await self._command("HGETALL", "workflows")
        if not isinstance(found, dict):
            raise DependencyError(f"redis answered {found!r}: expected pairs")
        return found

    async def count(self) -> int:
        """Return how many workflows there are."""
        found = await self._command("HLEN", "workflows")
        if not isinstance(found, int):
            raise DependencyError(f"redis answered {found!r}: expected a number")
        return found

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
        self._calls += 1
        try:
            async with asyncio.timeout(self._config.redis_timeout):
                return await self._redis.execute_command(*words)  # type: ignore[no-untyped-call]
        except (RedisError, OSError, TimeoutError, *_UNWRAPPED) as error:
            raise DependencyError(f"redis: {type(error).__name__}: {error}") from error
        finally:
            self._calls -= 1

    def pool(self) -> Pool:
        """Return the pool's utilisation, as redis-py keeps it."""
        # No public figures (8.1): the pool's own collections are read, never changed.
        in_use = len(self._pool._in_use_connections)  # noqa: SLF001 - for the reason above
        kept = self._pool._available_connections  # noqa: SLF001 - the same
        limit = self._config.redis_pool_size
        return Pool(
            limit=limit,
            in_use=in_use,
            idle=sum(connection.is_connected for connection in kept),
            waiting=waiting(self._calls, in_use, limit),
            created=self._pool.created,
            requests=self._pool.requests,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()
        await self._pool.aclose()


class _CountingPool(BlockingConnectionPool):
    """Counts the connections opened, and those given out."""

    created = 0
    requests = 0

    def make_connection(self) -> AbstractConnection:
        """Return a connection that says when it has connected."""
        connection: AbstractConnection = super().make_connection()  # type: ignore[no-untyped-call]
        # redis-py holds it weakly: a method of this pool lives as long as the pool.
        connection.register_connect_callback(self._connected)  # type: ignore[no-untyped-call]
        return connection

    async def get_connection(self, *arguments: Any, **options: Any) -> AbstractConnection:  # noqa: ANN401
        """Return a connection, kept or new."""
        connection: AbstractConnection = await super().get_connection(*arguments, **options)  # type: ignore[no-untyped-call]
        self.requests += 1
        return connection

    def _connected(self, connection: AbstractConnection) -> None:
        self.created += 1


class _ClosingPool(_CountingPool):
    """A pool for ENABLE_CONNECTION_REUSE=false: it closes what is given back."""

    async def release(self, connection: AbstractConnection) -> None:
        """Close the connection; its next use opens another."""
        await connection.disconnect()
        await super().release(connection)
