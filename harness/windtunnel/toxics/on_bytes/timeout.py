"""`timeout`: a black hole."""

import math
from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class TimeoutToxic(ByteToxic):
    """Drops all data; closes after `timeout` ms without a chunk, never with 0."""

    defaults: ClassVar = {"timeout": 0}
    # The peers would otherwise go on with a gap in their streams.
    closes_on_removal: ClassVar = True
    # Silence is no fault before there is one.
    counts_from_its_coming: ClassVar = True
    _silent_since: float | None = None
    _done = False

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Drop the data, and begin the silence anew. Pass on an end by another toxic."""
        if chunk.action in {Action.CLOSE, Action.RESET}:
            return [Chunk(chunk.due, b"", chunk.action)]
        self._silent_since = chunk.due
        return []

    def wake(self) -> float | None:
        """Return when the silence has lasted long enough, until it has."""
        # Another toxic may hold what this one sent: asking again would have no end.
        if self._done or self.attributes["timeout"] == 0:
            return None
        since = self.opened if self._silent_since is None else self._silent_since
        return since + self.attributes["timeout"] / 1000

    def woken(self, now: float) -> list[Chunk]:
        """Close."""
        self._done = True
        return [Chunk(now, b"", Action.CLOSE)]

    def delay_handshake(self, due: float) -> float:
        """Let it never arrive."""
        self.touched = due
        return math.inf


KIND = ByteToxicKind("timeout", TimeoutToxic)
