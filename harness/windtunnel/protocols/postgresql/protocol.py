"""PostgreSQL as a protocol. Its messages are not read: exchanges are turns, as of TCP."""

from typing import ClassVar

from windtunnel.protocols.wire_protocol import WireProtocol


class PostgresqlProtocol(WireProtocol):
    """PostgreSQL."""

    name: ClassVar = "postgresql"
    default_port: ClassVar = 5432
    schemes: ClassVar = {"postgresql": 5432, "postgres": 5432}
    words: ClassVar = ("postgres", "pg", "database")


PROTOCOL = PostgresqlProtocol()
