"""`bandwidth`: data arrives slowly."""

import math
from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Action, Parcel, Toxic

SLICE = 0.1
"""Seconds of data that go as one piece, as in Toxiproxy."""


class Bandwidth(Toxic):
    """Lets `rate` KB/s through (1 KB is 1,000 bytes); 0 lets nothing through."""

    defaults: ClassVar = {"rate": 0}
    _free = 0.0
    """When the last byte let through had passed."""

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Cut data into slices, each due when its last byte has had time to pass."""
        per_second = self.attributes["rate"] * 1000
        at = max(parcel.due, self._free)
        if per_second == 0:
            # Held, not dropped: the stream must have no gap when the toxic goes.
            return [Parcel(math.inf, parcel.data, parcel.action)]
        size = max(1, int(per_second * SLICE))
        passed = []
        for start in range(0, len(parcel.data), size):
            piece = parcel.data[start : start + size]
            at += len(piece) / per_second
            passed.append(Parcel(at, piece))
        self._free = at
        if parcel.action is not Action.NONE:
            passed.append(Parcel(at, b"", parcel.action))
        return passed

    def release(self, now: float) -> None:
        """Begin anew with what comes next."""
        self._free = min(self._free, now)
