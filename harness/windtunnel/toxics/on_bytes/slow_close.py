"""`slow_close`: the end of a direction comes late."""

from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class SlowCloseToxic(ByteToxic):
    """Delays the end that follows the data by `delay` ms."""

    defaults: ClassVar = {"delay": 0}

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Separate an end from its data, and delay it."""
        if chunk.action is not Action.EOF:
            return [chunk]
        late = Chunk(chunk.due + self.attributes["delay"] / 1000, b"", chunk.action)
        return [Chunk(chunk.due, chunk.data), late] if chunk.data else [late]


KIND = ByteToxicKind("slow_close", SlowCloseToxic)
