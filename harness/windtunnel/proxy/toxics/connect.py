"""`connect`, ours: a new connection pays a handshake's round trip."""

from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Parcel, Toxic


class Connect(Toxic):
    """Delays a connection's first data by `latency` ms; what follows only keeps its order.

    The kernel has answered the handshake by the time this proxy sees the connection, so what the
    client does after it begins a round trip too early, and is held for as long. A connection that
    was open for longer than that before its first data paid while it was idle.
    """

    defaults: ClassVar = {"latency": 0}
    only_new: ClassVar = True
    touches_all: ClassVar = False
    _held_until: float | None = None

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Hold the first data for a round trip."""
        if self._held_until is None:
            round_trip = self.attributes["latency"] / 1000
            paid = parcel.due - self.opened >= round_trip
            if not paid:
                self.touched = parcel.due
            self._held_until = parcel.due if paid else parcel.due + round_trip
        parcel.due = max(parcel.due, self._held_until)
        return [parcel]

    def release(self, now: float) -> None:
        """Hold no longer."""
        if self._held_until is not None:
            self._held_until = min(self._held_until, now)
