"""The sample target with its catalog client on another HTTP library, all else the same.

`BENCHMARK_CLIENT=httpx python -m tests.benchmarks.target_on --port 8080`
"""

import asyncio
import importlib
import os
from typing import Any

from fastapi import FastAPI

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.clients import CatalogClient, DependencyError, Pool
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app

VARIABLE = "BENCHMARK_CLIENT"
"""Names the library, in the environment."""

LIBRARIES = ("httpx", "httpx2", "aiohttp")
"""aiohttp is the target's own; the first two share one API."""


class HttpxCatalog(CatalogClient):
    """The catalog's client on httpx or httpx2, under the promises that the target's own keeps."""

    def __init__(self, config: ConnectionConfig, library: str) -> None:
        self._config = config
        httpx: Any = importlib.import_module(library)
        self._error: type[Exception] = httpx.HTTPError
        self._client = httpx.AsyncClient(
            base_url=config.catalog_url,
            limits=httpx.Limits(
                max_connections=config.http_pool_size,
                max_keepalive_connections=config.http_pool_size,
                keepalive_expiry=config.http_keepalive_timeout,
            ),
            # The one deadline below covers all phases, as the target's own does.
            timeout=httpx.Timeout(None, connect=config.http_connection_timeout),
            trust_env=False,
        )

    async def fetch(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of one GET."""
        try:
            async with asyncio.timeout(self._config.http_request_timeout):
                response = await self._client.get(path)
        except (self._error, TimeoutError) as error:
            raise DependencyError(f"catalog: {type(error).__name__}: {error}") from error
        return response.status_code, response.content

    def pool(self) -> Pool:
        """Return nothing but the limit: neither library tells more."""
        limit = self._config.http_pool_size
        return Pool(limit=limit, in_use=0, idle=0, waiting=0, created=0, requests=0)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def make() -> FastAPI:
    """Return the application on the library that the environment names."""
    library = os.environ[VARIABLE]
    service = Service(
        ConnectionConfig(),
        CircuitBreakerConfig(),
        CatalogClient if library == "aiohttp" else lambda config: HttpxCatalog(config, library),
    )
    return create_app(service)


if __name__ == "__main__":
    serve(make, "tests.benchmarks.target_on")
