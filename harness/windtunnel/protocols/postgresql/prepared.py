"""Remembers what a client has prepared, in bounded tables."""

from dataclasses import dataclass

from windtunnel.protocols.postgresql.statement_names import StatementName

MOST = 2000
"""Names of each kind that are kept; the oldest one is forgotten first."""
UNKNOWN = StatementName.of("statement", None)
"""What a client executes whose name is not known any more."""


@dataclass(slots=True)
class Portal:
    """A statement with its values, ready to be executed."""

    statement: StatementName
    ran: bool = False
    """Whether some of its rows were asked for already."""


class PreparedStatements:
    """The statements and portals of one connection, by their names."""

    def __init__(self) -> None:
        self._statements: dict[bytes, StatementName] = {}
        self._portals: dict[bytes, Portal] = {}

    def __repr__(self) -> str:
        return (
            f"<PreparedStatements {len(self._statements)} statements, {len(self._portals)} portals>"
        )

    def parse(self, name: bytes, statement: StatementName) -> None:
        """Keep a statement."""
        self._statements.pop(name, None)
        self._statements[name] = statement
        if len(self._statements) > MOST:
            del self._statements[next(iter(self._statements))]

    def bind(self, portal: bytes, statement: bytes) -> StatementName:
        """Keep a portal of a statement, and return that."""
        found = self._statements.get(statement, UNKNOWN)
        known = self._portals.get(portal)
        if known is not None:
            known.statement, known.ran = found, False
            return found
        self._portals[portal] = Portal(found)
        if len(self._portals) > MOST:
            del self._portals[next(iter(self._portals))]
        return found

    def portal(self, name: bytes) -> Portal:
        """Return a portal."""
        return self._portals.get(name) or Portal(UNKNOWN)

    def close(self, kind: bytes, name: bytes) -> None:
        """Forget a statement or a portal."""
        if kind == b"S":
            self._statements.pop(name, None)
        else:
            self._portals.pop(name, None)
