"""`noop`: nothing happens."""

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class NoopToxic(ByteToxic):
    """Passes everything on."""

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Pass it on."""
        return [chunk]


KIND = ByteToxicKind("noop", NoopToxic)
