"""`reset_peer`: the connection is reset."""

from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class ResetPeerToxic(ByteToxic):
    """Resets the connection `timeout` ms after the direction's first chunk or end."""

    defaults: ClassVar = {"timeout": 0}
    _done = False

    @property
    def holds(self) -> bool:
        """Whether the reset is on its way. It must come, because the data is dropped already."""
        return self._done

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Drop the data; the first of it brings the reset about."""
        if self._done:
            return []
        self._done = True
        return [Chunk(chunk.due + self.attributes["timeout"] / 1000, b"", Action.RESET)]


KIND = ByteToxicKind("reset_peer", ResetPeerToxic)
