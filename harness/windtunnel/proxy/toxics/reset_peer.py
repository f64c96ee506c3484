"""`reset_peer`: the connection is reset."""

from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Action, Parcel, Toxic


class ResetPeer(Toxic):
    """Resets the connection `timeout` ms after the direction's first chunk or end."""

    defaults: ClassVar = {"timeout": 0}
    _done = False

    @property
    def holds(self) -> bool:
        """Whether the reset is on its way: its data is gone, so it must come."""
        return self._done

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Drop the data; the first of it brings the reset about."""
        if self._done:
            return []
        self._done = True
        return [Parcel(parcel.due + self.attributes["timeout"] / 1000, b"", Action.RESET)]
