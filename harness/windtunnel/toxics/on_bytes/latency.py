"""`latency`: data arrives later, order kept."""

from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class LatencyToxic(ByteToxic):
    """Delays each chunk by `latency` ms, give or take `jitter` ms drawn evenly."""

    defaults: ClassVar = {"latency": 0, "jitter": 0}
    _last = 0.0

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Delay data; an end follows its data without a delay of its own."""
        if chunk.data:
            jitter = self.attributes["jitter"]
            delay = self.attributes["latency"]
            if jitter > 0:
                delay += self.chance.randrange(-jitter, jitter)
            chunk.due += max(0, delay) / 1000
        # A later chunk with less jitter must not overtake an earlier one.
        chunk.due = self._last = max(chunk.due, self._last)
        return [chunk]

    def release(self, now: float) -> None:
        """Let what comes next overtake nothing that waits."""
        self._last = min(self._last, now)

    def delay_handshake(self, due: float) -> float:
        """Delay a handshake's flight as any data."""
        return self._as_data(due)


KIND = ByteToxicKind("latency", LatencyToxic)
