"""Which statements keep a connection or frame calls, and are no calls of their own.

Clients and pools send them by themselves: psycopg a BEGIN before the first statement and a COMMIT
after the last one, a pool DISCARD ALL when it takes a connection back, and so on. A user counts the
statements between them.
"""

from collections.abc import Sequence
from enum import Enum

from windtunnel.protocols.postgresql.tokens import Token


class Upkeep(Enum):
    """What a statement is that is no call."""

    BEGINS = "begins a transaction"
    ENDS = "ends a transaction"
    KEEPS = "keeps the connection"
    EMPTY = "empty"
    """Nothing at all, by which psycopg's pool asks whether a connection lives."""


_BEGIN = frozenset({"BEGIN", "START"})
_END = frozenset({"COMMIT", "END", "ROLLBACK", "ABORT"})
_KEEP = frozenset(
    {
        *("SAVEPOINT", "RELEASE", "SET", "RESET", "SHOW", "DISCARD", "DEALLOCATE", "PREPARE"),
        *("UNLISTEN", "CLOSE"),
    }
)
_FUNCTIONS = frozenset(
    f"SELECT {prefix}{name}()"
    for prefix in ("", "pg_catalog.")
    for name in ("pg_advisory_unlock_all", "version", "current_schema", "set_config")
)
"""Functions by which clients learn whom they talk to, or set something."""
_CATALOGUES = frozenset(
    f"{prefix}{name}"
    for prefix in ("", "pg_catalog.")
    for name in (
        "pg_type", "pg_range", "pg_attribute", "pg_namespace", "pg_class", "pg_enum",
    )
)  # fmt: skip
"""From which clients learn the types that a database has."""


def upkeep(statement: Sequence[Token], name: str) -> Upkeep | None:
    """Return what a statement of this name is, if it is no call."""
    keys = [token.key for token in statement[:3]]
    verb = keys[0]
    if verb in _BEGIN:
        return Upkeep.BEGINS
    if verb in _END:
        # To a savepoint: the transaction goes on.
        return Upkeep.KEEPS if "TO" in keys[1:] or "PREPARED" in keys[1:] else Upkeep.ENDS
    if keys[:2] == ["PREPARE", "TRANSACTION"]:
        return Upkeep.ENDS
    tables = name.partition(" ")[2].split(", ")
    learns = verb in {"SELECT", "WITH"} and bool(tables[0]) and set(tables) <= _CATALOGUES
    return Upkeep.KEEPS if verb in _KEEP or name in _FUNCTIONS or learns else None
