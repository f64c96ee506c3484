"""The notes service behind a tap, as tests drive it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from windtunnel import Stack
from windtunnel.session import Session

if TYPE_CHECKING:
    from tests.protocols.postgresql.conftest import Tapped

CONFIGURATION = """
command = ["{{python}}", "notes_service.py", "{{host}}", "{{port}}"]
health = "/health"
endpoints = ["/notes"]
control_period = 0.0
start_deadline = 60.0

[dependencies.database]
protocol = "postgresql"
upstream = "127.0.0.1:{port}"
environment = {{ DATABASE_URL = "postgresql://app@{{address}}/postgres?connect_timeout=10" }}
endpoint = "/notes"
"""
SCHEMA = """
DROP TABLE IF EXISTS notes;
CREATE TABLE notes (number serial PRIMARY KEY, text text UNIQUE);
INSERT INTO notes (text) VALUES ('first');
"""


def direct(tapped: "Tapped", *statements: str) -> None:
    """Run statements past the tap, each by itself."""
    import psycopg  # noqa: PLC0415 - it may be absent

    with psycopg.connect(
        f"postgresql://app@127.0.0.1:{tapped.server.port}/postgres", autocommit=True
    ) as connection:
        for each in statements:
            connection.execute(each)


@contextmanager
def stack_with(session: Session, **environment: str) -> Iterator[Stack]:
    stack = session.stack("a test", environment, lambda verdict: None)
    try:
        yield stack
    finally:
        stack.close()
