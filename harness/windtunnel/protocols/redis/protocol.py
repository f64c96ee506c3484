"""Redis as a protocol."""

import socket
from typing import TYPE_CHECKING, ClassVar

from windtunnel.address import Address
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.protocols.wire_protocol import PROBE_TIMEOUT, WireProtocol

if TYPE_CHECKING:
    from windtunnel.protocols.redis.exchanges import RedisExchanges


class RedisProtocol(WireProtocol):
    """Redis. An exchange is a command with its reply."""

    name: ClassVar = "redis"
    default_port: ClassVar = 6379
    schemes: ClassVar = {"redis": 6379, "rediss": 6379}
    tls_schemes: ClassVar = frozenset({"rediss"})
    words: ClassVar = ("redis",)
    separates_calls: ClassVar = True
    has_own_server: ClassVar = True
    can_be_emptied: ClassVar = True

    def exchanges(self) -> "RedisExchanges":
        """Return a reader for the commands of one connection."""
        # Imported here: it loads the parser.
        from windtunnel.protocols.redis.exchanges import (  # noqa: PLC0415 - the reason above
            RedisExchanges,
        )

        return RedisExchanges()

    def probe(self, address: Address) -> None:
        """Return once a server answers PING; OSError says why it does not."""
        where = (address.host, address.port)
        with socket.create_connection(where, timeout=PROBE_TIMEOUT) as connection:
            connection.sendall(b"*1\r\n$4\r\nPING\r\n")
            answer = connection.recv(64)
        if not answer.startswith(b"+PONG"):
            raise ConnectionError(f"PING was answered with {answer!r}")

    def empty(self, address: Address, account: ServerAccount) -> None:
        """Delete all keys of all databases; OSError says why that cannot be."""
        from windtunnel.protocols.redis.flush import flush  # noqa: PLC0415 - only stacks need it

        flush(address, account)


PROTOCOL = RedisProtocol()
