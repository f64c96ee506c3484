"""In which state a database has a connection's transaction."""

from enum import StrEnum


class TransactionState(StrEnum):
    """What a database says of a connection's transaction, each time it is ready."""

    NONE = "none"
    """There is none: each statement is its own."""
    OPEN = "open"
    FAILED = "failed"
    """It refuses all statements until the transaction's end."""
