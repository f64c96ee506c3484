"""MySQL, and MariaDB, as a protocol. Its messages are not read: exchanges are turns, as of TCP."""

from collections.abc import Sequence
from types import ModuleType
from typing import ClassVar

from windtunnel.address import Address
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.protocols.wire_protocol import ResultRows, WireProtocol


class MysqlProtocol(WireProtocol):
    """MySQL and MariaDB."""

    name: ClassVar = "mysql"
    default_port: ClassVar = 3306
    carries_out_sql: ClassVar = True

    def execute(self, address: Address, account: ServerAccount, statements: str) -> None:
        """Carry out statements in the database; OSError says why they cannot be."""
        _statements().execute(address, account, statements)

    def query(
        self,
        address: Address,
        account: ServerAccount,
        sql: str,
        parameters: Sequence[object],
        most: int,
    ) -> ResultRows:
        """Return what one statement answers; OSError says why it does not."""
        found: ResultRows = _statements().query(address, account, sql, parameters, most)
        return found


def _statements() -> ModuleType:
    # It needs an extra, and few ask a server anything beside the traffic.
    from windtunnel.protocols.mysql import statements  # noqa: PLC0415 - the reason above

    return statements


PROTOCOL = MysqlProtocol()
