"""`stale`, ours: a connection that was idle is reset when it is used again."""

import re
from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic

REDIS_COMMAND = re.compile(rb"\*[1-9][0-9]*\r\n\$[0-9]+\r\n([A-Za-z]+)\r\n")
REDIS_SET_UP = frozenset(
    {b"AUTH", b"CLIENT", b"COMMAND", b"HELLO", b"INFO", b"READONLY", b"SELECT"}
)
"""What clients of Redis send one after another on a new connection, before it is used."""


SET_UP = 1.0
"""Seconds that a client may think between two turns of a handshake. Where the protocol is not read,
a shorter pause may be one: of MySQL's start, or of AMQP's."""
POSTGRESQL_START = re.compile(rb"\x00\x00..(?:\x00\x03\x00.|\x04\xd2\x16[\x2f\x30])", re.DOTALL)
"""A StartupMessage, SSLRequest or GSSENCRequest: a length, and the version or a code."""
PASSWORD = b"p"
"""The letter of what a client of PostgreSQL proves with who it is."""


class StaleToxic(ByteToxic):
    """Resets a connection on the first data after `idle` ms without any; its first use passes.

    So it is with a server that closes idle connections while a client takes one from its pool.
    What sets a connection to Redis or PostgreSQL up is no use of it, and where calls are told apart
    a connection with one under way is not idle. Where they are not, `idle` is a second unless it is
    given.
    """

    defaults: ClassVar = {"idle": 0}
    touches_all: ClassVar = False
    _done = False
    _used: bool | None = None
    """None before the first data under this toxic."""
    _starts = False
    """Whether the connection began as one to PostgreSQL does."""

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Drop the data that comes too late, and everything after."""
        if self._done:
            return []
        if not chunk.data:
            return [chunk]
        if self._used is None:
            self._used = self.activity.used
        given, last = self.attributes["idle"] / 1000, self.activity.last
        tells = self.activity.tells_calls_apart
        idle = given or (0.0 if tells else SET_UP)
        set_up = not self._used and self._sets_up(chunk.data)
        # At 0 every pause is long enough, also the one between a connection's set-up and its use.
        counts = self._used or (given > 0 and not set_up)
        counts = counts and (self.activity.at_rest or not tells)
        if counts and last is not None and chunk.due - last >= idle:
            self._done = True
            self.touched = chunk.due
            return [Chunk(chunk.due, b"", Action.RESET)]
        self._used = self._used or not set_up
        return [chunk]

    def _sets_up(self, data: bytes) -> bool:
        """Whether these bytes only set a connection up."""
        if POSTGRESQL_START.match(data):
            self._starts = True
            return True
        return (self._starts and data.startswith(PASSWORD)) or _sets_redis_up(data)


def _sets_redis_up(data: bytes) -> bool:
    """Whether these bytes are commands that set a connection to Redis up, and no others."""
    if not data.startswith(b"*"):
        return False
    names = {found.upper() for found in REDIS_COMMAND.findall(data)}
    return bool(names) and names <= REDIS_SET_UP


KIND = ByteToxicKind("stale", StaleToxic)
