"""What an ErrorResponse says."""

from dataclasses import dataclass

_FATAL = frozenset({b"FATAL", b"PANIC"})
SQLSTATE_LENGTH = 5


@dataclass(frozen=True, slots=True)
class ServerError:
    """What is read of a server's error; its words may hold a user's data, and are left alone."""

    sqlstate: str
    ends_connection: bool

    @classmethod
    def parse(cls, body: bytes) -> "ServerError":
        """Read the beginning of an ErrorResponse, where a server says this much."""
        fields: dict[bytes, bytes] = {}
        for each in body.split(b"\0"):
            fields.setdefault(each[:1], each[1:])
        severity = fields.get(b"V", fields.get(b"S", b""))
        sqlstate = fields.get(b"C", b"").decode("latin-1")[:SQLSTATE_LENGTH]
        return cls(sqlstate, severity in _FATAL)
