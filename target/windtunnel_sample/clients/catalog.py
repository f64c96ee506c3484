"""The catalog's client, on aiohttp."""

from collections.abc import Sequence
from typing import Any, TypedDict

import aiohttp
import msgspec

from windtunnel_sample.clients.dependency_error import Declined, DependencyError
from windtunnel_sample.clients.pool import Pool, waiting
from windtunnel_sample.settings import ConnectionConfig


class Agent(TypedDict):
    """One agent, as the catalog knows it."""

    id: str
    name: str
    state: str


class CatalogClient:
    """The catalog over HTTP. Raises DependencyError."""

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        if config.enable_connection_reuse:
            self._connector = _CountingConnector(
                limit=config.http_pool_size, keepalive_timeout=config.http_keepalive_timeout
            )
        else:
            self._connector = _CountingConnector(limit=config.http_pool_size, force_close=True)
        self._calls = 0
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

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._config.catalog_url}>"

    async def agents(self, ids: Sequence[str] | None = None) -> list[Agent]:
        """Return the agents with these ids, in no particular order, or all agents.

        An id that the catalog does not know is left out. Ids hold no "," and nothing that a URL
        would have to escape.
        """
        path = "/agents" if ids is None else f"/agents?ids={','.join(ids)}"
        status, body = await self.fetch(path)
        if status != 200:
            raise _failure(status)
        try:
            return msgspec.json.decode(body, type=list[Agent])
        except msgspec.MsgspecError as error:
            raise DependencyError(f"the catalog answered nonsense: {error}") from error

    async def ping(self) -> None:
        """Ask whether the catalog answers."""
        status, _ = await self.fetch("/health")
        if status != 200:
            raise _failure(status)

    async def warm(self) -> None:
        """Open a connection before the first request needs it."""
        await self.ping()

    async def fetch(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of one GET; what other HTTP libraries replace."""
        self._calls += 1
        try:
            # Following a redirect would be a second attempt.
            async with self._session.get(path, allow_redirects=False) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DependencyError(f"catalog: {type(error).__name__}: {error}") from error
        finally:
            self._calls -= 1

    def pool(self) -> Pool:
        """Return the pool's utilisation, as aiohttp keeps it."""
        # No public figures (3.14): the connector's own collections are read, never changed.
        idle = sum(len(kept) for kept in self._connector._conns.values())  # noqa: SLF001
        in_use = len(self._connector._acquired)  # noqa: SLF001 - the same
        limit = self._config.http_pool_size
        return Pool(
            limit=limit,
            in_use=in_use,
            idle=idle,
            waiting=waiting(self._calls, in_use, limit),
            created=self._connector.created,
            requests=self._connector.requests,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def _failure(status: int) -> DependencyError:
    kind = Declined if 400 <= status < 500 else DependencyError
    return kind(f"the catalog answered {status}")


class _CountingConnector(aiohttp.TCPConnector):
    """Counts by the two methods that aiohttp documents for connectors of one's own.

    Its tracing would count the same, at a cost on each call.
    """

    created = 0
    requests = 0

    async def connect(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on
        """Return a connection, kept or new."""
        connection = await super().connect(*arguments, **options)
        self.requests += 1
        return connection

    async def _create_connection(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        protocol = await super()._create_connection(*arguments, **options)
        self.created += 1
        return protocol
