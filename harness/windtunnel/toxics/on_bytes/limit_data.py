"""`limit_data`: the connection ends in the middle of its data."""

from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class LimitDataToxic(ByteToxic):
    """Lets exactly `bytes` through, then closes; with 0 it closes on the first chunk."""

    defaults: ClassVar = {"bytes": 0}
    _passed = 0
    _done = False

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Cut the data where the limit is reached."""
        if self._done:
            return []
        left = max(0, self.attributes["bytes"] - self._passed)
        piece = chunk.data[:left]
        self._passed += len(piece)
        if chunk.data and self._passed >= self.attributes["bytes"]:
            self._done = True
            return [Chunk(chunk.due, piece, Action.CLOSE)]
        return [Chunk(chunk.due, piece, chunk.action)]


KIND = ByteToxicKind("limit_data", LimitDataToxic)
