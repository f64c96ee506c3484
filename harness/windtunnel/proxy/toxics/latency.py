"""`latency`: data arrives later, order kept."""

from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Parcel, Toxic


class Latency(Toxic):
    """Delays each chunk by `latency` ms, give or take `jitter` ms drawn evenly."""

    defaults: ClassVar = {"latency": 0, "jitter": 0}
    _last = 0.0

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Delay data; an end follows its data without a delay of its own."""
        if parcel.data:
            jitter = self.attributes["jitter"]
            delay = self.attributes["latency"]
            if jitter > 0:
                delay += self.chance.randrange(-jitter, jitter)
            parcel.due += max(0, delay) / 1000
        # A later chunk with less jitter must not overtake an earlier one.
        parcel.due = self._last = max(parcel.due, self._last)
        return [parcel]

    def release(self, now: float) -> None:
        """Let what comes next overtake nothing that waits."""
        self._last = min(self._last, now)
