"""The backend that needs nothing but pip: our own proxy is tap and fault proxy at once."""

import shutil
from collections.abc import Mapping

from windtunnel.address import Address
from windtunnel.backends.own_control import OwnControl
from windtunnel.backends.process_backend import FaultProxy, ProcessBackend
from windtunnel.configuration import Configuration
from windtunnel.extras import require
from windtunnel.module_command import module_command
from windtunnel.records.edge import Edge

FAKE_REDIS = module_command(
    "windtunnel.backends.fake_redis", "--host", "{host}", "--port", "{port}"
)


class EmbeddedBackend(ProcessBackend):
    """Target, dependencies and our proxy as processes."""

    name = "embedded"

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        super().__init__(configuration, run=run, seed=seed)
        self._redis_server = shutil.which("redis-server")

    @property
    def description(self) -> tuple[str, ...]:
        """What runs here."""
        proxy = "our own proxy, which is also the tap"
        if not self.own_redis:
            return (proxy,)
        if self._redis_server is None:
            return (proxy, "Redis is fakeredis, because no redis-server is on PATH")
        return (proxy, f"Redis is {self._redis_server}")

    def redis_command(self) -> tuple[str, ...]:
        """Return a real redis-server's command where there is one, else fakeredis's.

        MissingExtra where there is neither.
        """
        if self._redis_server is None:
            require("fakeredis", "a Redis without redis-server on PATH")
            return FAKE_REDIS
        return redis_server(self._redis_server)

    def start_fault_proxy(self, upstreams: Mapping[Edge, Address], tap: OwnControl) -> FaultProxy:
        """Return the tap itself: it leads straight to the dependencies."""
        return FaultProxy(control=tap, upstreams=upstreams)


def redis_server(path: str) -> tuple[str, ...]:
    """Return the command of a redis-server that keeps nothing on disk."""
    return (path, "--bind", "{host}", "--port", "{port}", "--save", "", "--appendonly", "no")
