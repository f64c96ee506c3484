"""`slicer`: data arrives in small pieces."""

from collections.abc import Mapping
from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class SlicerToxic(ByteToxic):
    """Cuts chunks into pieces of `average_size` bytes ± `size_variation`, `delay` µs apart."""

    defaults: ClassVar = {"average_size": 0, "size_variation": 0, "delay": 0}

    @staticmethod
    def mistake(attributes: Mapping[str, int]) -> str:
        """Return what is wrong: Toxiproxy overflows its stack on sizes of 0."""
        if attributes["average_size"] < 1:
            return "average_size must be 1 or more"
        return ByteToxic.mistake(attributes)

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Cut the data, each piece later than the last."""
        average, variation = self.attributes["average_size"], self.attributes["size_variation"]
        pieces, start, due = [], 0, chunk.due
        while start < len(chunk.data):
            # A variation of more than the average is taken, and no piece is without bytes.
            size = max(1, average + self.chance.randint(-variation, variation))
            pieces.append(Chunk(due, chunk.data[start : start + size]))
            start += size
            due += self.attributes["delay"] / 1_000_000
        if chunk.action is not Action.NONE or not pieces:
            pieces.append(Chunk(due, b"", chunk.action))
        return pieces


KIND = ByteToxicKind("slicer", SlicerToxic)
