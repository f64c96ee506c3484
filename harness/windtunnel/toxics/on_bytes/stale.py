"""`stale`, ours: a connection that was idle is reset when it is used again."""

from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class StaleToxic(ByteToxic):
    """Resets a connection on the first data after `idle` ms without any; its first data passes.

    As with a server that closes idle connections while a client takes one from its pool.
    """

    defaults: ClassVar = {"idle": 0}
    touches_all: ClassVar = False
    _done = False

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Drop the data that comes too late, and everything after."""
        if self._done:
            return []
        last = self.activity.last
        if chunk.data and last is not None and chunk.due - last >= self.attributes["idle"] / 1000:
            self._done = True
            self.touched = chunk.due
            return [Chunk(chunk.due, b"", Action.RESET)]
        return [chunk]


KIND = ByteToxicKind("stale", StaleToxic)
