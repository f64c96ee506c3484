"""`limit_data`: the connection ends in the middle of its data."""

from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Action, Parcel, Toxic


class LimitData(Toxic):
    """Lets exactly `bytes` through, then closes; with 0 it closes on the first chunk."""

    defaults: ClassVar = {"bytes": 0}
    _passed = 0
    _done = False

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Cut the data where the limit is reached."""
        if self._done:
            return []
        left = max(0, self.attributes["bytes"] - self._passed)
        piece = parcel.data[:left]
        self._passed += len(piece)
        if parcel.data and self._passed >= self.attributes["bytes"]:
            self._done = True
            return [Parcel(parcel.due, piece, Action.CLOSE)]
        return [Parcel(parcel.due, piece, parcel.action)]
