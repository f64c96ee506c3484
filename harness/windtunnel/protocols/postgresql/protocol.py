"""PostgreSQL as a protocol."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar

from windtunnel.address import Address
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.protocols.wire_protocol import ResultRows, WireProtocol

if TYPE_CHECKING:
    from windtunnel.protocols.postgresql.exchanges import PostgresqlExchanges


class PostgresqlProtocol(WireProtocol):
    """PostgreSQL. An exchange is a statement with its answer."""

    name: ClassVar = "postgresql"
    default_port: ClassVar = 5432
    schemes: ClassVar = {"postgresql": 5432, "postgres": 5432}
    words: ClassVar = ("postgres", "pg", "database")
    alpn: ClassVar = ("postgresql",)
    separates_calls: ClassVar = True
    can_be_emptied: ClassVar = True
    carries_out_sql: ClassVar = True

    def exchanges(self) -> "PostgresqlExchanges":
        """Return a reader for the statements of one connection."""
        # Imported here: it loads the parser.
        from windtunnel.protocols.postgresql.exchanges import (  # noqa: PLC0415 - the reason above
            PostgresqlExchanges,
        )

        return PostgresqlExchanges()

    def empty(self, address: Address, account: ServerAccount) -> None:
        """Put a copy of the database as it was kept in its place; OSError says why not."""
        _kept_database().bring_back(address, account)

    def held(self, address: Address, account: ServerAccount) -> AbstractContextManager[object]:
        """Hold the database; BlockingIOError where another run does, OSError why it cannot be."""
        holding: AbstractContextManager[object] = _kept_database().held(address, account)
        return holding

    def recover(self, address: Address, account: ServerAccount) -> str:
        """Bring back what a run that was killed had put aside. OSError."""
        return str(_kept_database().recover(address, account))

    def keep(self, address: Address, account: ServerAccount) -> None:
        """Put the database aside, and a copy in its place; OSError says why that cannot be."""
        _kept_database().keep(address, account)

    def release(self, address: Address, account: ServerAccount) -> None:
        """Leave the database as it was kept, and no copy. OSError."""
        _kept_database().release(address, account)

    def execute(self, address: Address, account: ServerAccount, statements: str) -> None:
        """Carry out statements in the database; OSError says why they cannot be."""
        _server().execute(address, account, statements)

    def query(
        self,
        address: Address,
        account: ServerAccount,
        sql: str,
        parameters: Sequence[object],
        most: int,
    ) -> ResultRows:
        """Return what one statement answers; OSError says why it does not."""
        found: ResultRows = _server().query(address, account, sql, parameters, most)
        return found


def _server() -> ModuleType:
    # It needs an extra, and few ask a server anything beside the traffic.
    from windtunnel.protocols.postgresql import server  # noqa: PLC0415 - the reason above

    return server


def _kept_database() -> ModuleType:
    # The same.
    from windtunnel.protocols.postgresql import kept_database  # noqa: PLC0415 - the same

    return kept_database


PROTOCOL = PostgresqlProtocol()
