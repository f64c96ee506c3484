"""`connect`, ours: a new connection pays a handshake's round trip."""

from typing import ClassVar

from harness.proxy.toxics.toxic import Parcel, Toxic


class Connect(Toxic):
    """Delays a connection's first data by `latency` ms; what follows only keeps its order.

    The kernel has answered the handshake by then, so the client waits with its first bytes sent
    instead of before sending them: until its first answer that comes to the same. A connection
    that was open before its first data paid while it was idle, and is not delayed.
    """

    defaults: ClassVar = {"latency": 0}

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Let nothing through before the handshake would be over."""
        parcel.due = max(parcel.due, self.opened + self.attributes["latency"] / 1000)
        return [parcel]
