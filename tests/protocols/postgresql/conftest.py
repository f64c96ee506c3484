"""A server of PostgreSQL and our proxy in front of it, started once for a worker."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.contracts.proxy.servers import OURS, Server
from tests.protocols.postgresql.database_server import DatabaseServer, database_server
from tests.protocols.postgresql.notes_stack import CONFIGURATION, SCHEMA, direct
from windtunnel.records import Evidence, Exchange
from windtunnel.session import Session


@dataclass(frozen=True, slots=True)
class Tapped:
    """A server and its tap."""

    server: DatabaseServer
    proxy: Server
    port: int
    """Of the tap."""

    def mark(self) -> float:
        """Return a time, from which on exchanges may be asked for."""
        return float(self.proxy.call("POST", "/mark").json["at"])

    def evidence(self, since: float) -> Evidence:
        """Return what the tap has recorded since a mark."""
        answer = self.proxy.call("GET", f"/proxies/p/evidence/records?since={since!r}")
        assert answer.status == 200, answer.body
        return msgspec.json.decode(answer.body, type=Evidence)

    def ran(self, since: float) -> list[Exchange]:
        """Return what was run by the server, as the tap saw it: calls and upkeep."""
        preparing = ("PREPARE ", "BIND ")
        return [
            each
            for each in self.evidence(since).exchanges
            if each.status not in {"OK", ""} and not each.request.startswith(preparing)
        ]

    def calls(self, since: float) -> list[str]:
        """Return the calls that the tap counts."""
        return [each.request for each in self.evidence(since).attempts]


@pytest.fixture(scope="session")
def tapped() -> Iterator[Tapped]:
    """Give a server behind a tap that reads PostgreSQL."""
    with database_server() as server:
        proxy = Server(OURS)
        try:
            yield Tapped(server, proxy, proxy.proxy(server.port, protocol="postgresql"))
        finally:
            proxy.close()


@pytest.fixture
def session(tapped: Tapped, tmp_path: Path) -> Iterator[Session]:
    direct(tapped, SCHEMA)
    shutil.copy(Path(__file__).with_name("notes_service.py"), tmp_path)
    configuration = CONFIGURATION.format(port=tapped.server.port)
    (tmp_path / "windtunnel.toml").write_text(configuration)
    session = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
    yield session
    session.close()
