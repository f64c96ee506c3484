"""What is asked of a PostgreSQL server beside the traffic."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from windtunnel.address import Address
from windtunnel.errors import MissingExtra
from windtunnel.extras import install_command
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.protocols.wire_protocol import ResultRows

if TYPE_CHECKING:
    import psycopg

TIMEOUT = 10
"""Seconds that opening a connection may take."""
STARTING = 60.0
"""Seconds for which a server may say that it is starting up."""


def execute(address: Address, account: ServerAccount, statements: str) -> None:
    """Carry out statements, as one transaction where they begin none; OSError says why not."""
    with connected(address, account, account.database) as connection:
        connection.execute(statements.encode())


def query(
    address: Address, account: ServerAccount, sql: str, parameters: Sequence[object], most: int
) -> ResultRows:
    """Return what one statement answers, `most` rows at most; OSError says why it does not."""
    with connected(address, account, account.database) as connection:
        cursor = connection.execute(sql.encode(), parameters or None)
        if cursor.description is None:
            return (), []
        return tuple(column.name for column in cursor.description), cursor.fetchmany(most)


@contextmanager
def connected(
    address: Address, account: ServerAccount, database: str
) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    """Give a connection to a database, on which each statement counts at once. OSError."""
    try:
        import psycopg  # noqa: PLC0415 - an extra's
    except ImportError:
        purpose = "a PostgreSQL that is prepared, asked, or fresh for each test,"
        raise MissingExtra(f"{purpose} needs psycopg: {install_command('postgresql')}") from None

    until = time.monotonic() + STARTING
    try:
        while True:
            try:
                connection = psycopg.connect(
                    host=address.host,
                    port=address.port,
                    user=account.user or None,
                    password=account.password or None,
                    dbname=database or None,
                    connect_timeout=TIMEOUT,
                    autocommit=True,
                )
            except psycopg.OperationalError as error:
                # It accepts connections before it serves any.
                if "starting up" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                break
        with connection:
            yield connection
    except psycopg.Error as error:
        raise ConnectionError(f"{error}".strip()) from None
