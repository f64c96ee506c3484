"""Statements that a MySQL or MariaDB server is given beside the traffic."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from windtunnel.address import Address
from windtunnel.errors import MissingExtra
from windtunnel.extras import install_command
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.protocols.wire_protocol import ResultRows

if TYPE_CHECKING:
    import pymysql

TIMEOUT = 10
"""Seconds that opening a connection may take."""


def execute(address: Address, account: ServerAccount, statements: str) -> None:
    """Carry out statements, one after another; OSError says why they cannot be."""
    with _connected(address, account) as connection, connection.cursor() as cursor:
        cursor.execute(statements)
        while cursor.nextset():
            pass


def query(
    address: Address, account: ServerAccount, sql: str, parameters: Sequence[object], most: int
) -> ResultRows:
    """Return what one statement answers, `most` rows at most; OSError says why it does not."""
    with _connected(address, account) as connection, connection.cursor() as cursor:
        cursor.execute(sql, tuple(parameters) or None)
        if cursor.description is None:
            return (), []
        return tuple(column[0] for column in cursor.description), list(cursor.fetchmany(most))


@contextmanager
def _connected(address: Address, account: ServerAccount) -> "Iterator[pymysql.Connection]":
    try:
        import pymysql  # noqa: PLC0415 - an extra's
        from pymysql.constants import CLIENT  # noqa: PLC0415 - an extra's
    except ImportError:
        purpose = "a MySQL or MariaDB that is prepared or asked"
        raise MissingExtra(f"{purpose} needs pymysql: {install_command('mysql')}") from None

    try:
        connection = pymysql.connect(
            host=address.connect_to,
            port=address.port,
            user=account.user or None,
            password=account.password,
            database=account.database or None,
            connect_timeout=TIMEOUT,
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )
        with connection:
            yield connection
    except (pymysql.Error, RuntimeError) as error:
        # RuntimeError: a way to show the password that needs a further package.
        raise ConnectionError(" ".join(map(str, error.args))) from None
