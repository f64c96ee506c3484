"""`bandwidth`: data arrives slowly."""

import math
from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic

SLICE = 0.1
"""Seconds of data that go as one piece, as in Toxiproxy."""


class BandwidthToxic(ByteToxic):
    """Lets `rate` KB/s through (1 KB is 1,000 bytes); 0 lets nothing through."""

    defaults: ClassVar = {"rate": 0}
    _free = 0.0
    """When the last byte let through had passed."""

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Cut data into slices, each due when its last byte has had time to pass."""
        per_second = self.attributes["rate"] * 1000
        at = max(chunk.due, self._free)
        if per_second == 0:
            # Held, not dropped: the stream must have no gap when the toxic goes.
            return [Chunk(math.inf, chunk.data, chunk.action)]
        size = max(1, int(per_second * SLICE))
        passed = []
        for start in range(0, len(chunk.data), size):
            piece = chunk.data[start : start + size]
            at += len(piece) / per_second
            passed.append(Chunk(at, piece))
        self._free = at
        if chunk.action is not Action.NONE:
            passed.append(Chunk(at, b"", chunk.action))
        return passed

    def release(self, now: float) -> None:
        """Begin anew with what comes next."""
        self._free = min(self._free, now)


KIND = ByteToxicKind("bandwidth", BandwidthToxic)
