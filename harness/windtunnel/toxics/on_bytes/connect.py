"""`connect`, ours: a new connection pays a handshake's round trip."""

from typing import ClassVar

from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.chunk import Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class ConnectToxic(ByteToxic):
    """Delays a connection's first data by `latency` ms. Later data only keeps its order.

    The kernel has answered the handshake by the time this proxy sees the connection, so what the
    client does after it begins a round trip too early, and is held for as long. A connection that
    was open for longer than that before its first data paid while it was idle.
    """

    defaults: ClassVar = {"latency": 0}
    only_new: ClassVar = True
    touches_all: ClassVar = False
    _held_until: float | None = None

    def pass_on(self, chunk: Chunk) -> list[Chunk]:
        """Hold the first data for a round trip."""
        if self._held_until is None:
            round_trip = self.attributes["latency"] / 1000
            paid = chunk.due - self.opened >= round_trip
            if not paid:
                self.touched = chunk.due
            self._held_until = chunk.due if paid else chunk.due + round_trip
        chunk.due = max(chunk.due, self._held_until)
        return [chunk]

    def release(self, now: float) -> None:
        """Hold no longer."""
        if self._held_until is not None:
            self._held_until = min(self._held_until, now)

    def delay_handshake(self, due: float) -> float:
        """Delay a handshake's flight as any data."""
        return self._as_data(due)


KIND = ByteToxicKind("connect", ConnectToxic)
