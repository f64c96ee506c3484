"""What is asked of a PostgreSQL server beside the traffic: statements, and copies of a database."""

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
MAINTENANCE = ("postgres", "template1")
"""The databases from which others are made and dropped: the first that is not the account's."""
LONGEST_NAME = 63
"""Bytes of a database's name; the server cuts longer ones."""


def execute(address: Address, account: ServerAccount, statements: str) -> None:
    """Carry out statements, as one transaction where they begin none; OSError says why not."""
    with _connected(address, account, account.database) as connection:
        connection.execute(statements.encode())


def query(
    address: Address, account: ServerAccount, sql: str, parameters: Sequence[object], most: int
) -> ResultRows:
    """Return what one statement answers, `most` rows at most; OSError says why it does not."""
    with _connected(address, account, account.database) as connection:
        cursor = connection.execute(sql.encode(), parameters or None)
        if cursor.description is None:
            return (), []
        return tuple(column.name for column in cursor.description), cursor.fetchmany(most)


def keep(address: Address, account: ServerAccount) -> None:
    """Copy the account's database as it is now, to be brought back by `bring_back`. OSError."""
    from psycopg import sql  # noqa: PLC0415 - an extra's

    own, copy, _ = _names(account)
    with _connected(address, account, _other(account)) as connection:
        closed = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))
        connection.execute(closed.format(own, sql.SQL("false")))
        try:
            # None may use a database while it is copied.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [account.database],
            )
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, own))
        finally:
            connection.execute(closed.format(own, sql.SQL("true")))


def bring_back(address: Address, account: ServerAccount, *, last: bool = False) -> None:
    """Put a copy of what `keep` kept in the database's place; that stays unless it is the last.

    Whoever is connected to the database is cut off. OSError says why it cannot be.
    """
    from psycopg import sql  # noqa: PLC0415 - an extra's

    own, copy, new = _names(account)
    with _connected(address, account, _other(account)) as connection:
        if last:
            new = copy
        else:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, copy))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(new, own))


def _other(account: ServerAccount) -> str:
    return next(each for each in MAINTENANCE if each != account.database)


def _names(account: ServerAccount) -> "tuple[psycopg.sql.Identifier, ...]":
    """Return the names of the database, of what is kept of it, and of what takes its place."""
    from psycopg import sql  # noqa: PLC0415 - an extra's

    if not account.database:
        raise ConnectionError(
            "the name of its database is not known: expected a variable of the dependency such as"
            " DATABASE_URL = 'postgresql://USER:PASSWORD@{address}/DATABASE'"
        )
    named = [
        f"{prefix}{account.database}" for prefix in ("", "windtunnel_kept_", "windtunnel_new_")
    ]
    return tuple(
        sql.Identifier(name.encode()[:LONGEST_NAME].decode(errors="ignore")) for name in named
    )


@contextmanager
def _connected(
    address: Address, account: ServerAccount, database: str
) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
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
