"""`timeout`: a black hole."""

from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Action, Parcel, Toxic


class Timeout(Toxic):
    """Drops all data; closes after `timeout` ms without a chunk, never with 0."""

    defaults: ClassVar = {"timeout": 0}
    # The peers would otherwise go on with a gap in their streams.
    closes_on_removal: ClassVar = True
    _silent_since: float | None = None
    _done = False

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Drop the data, and begin the silence anew; what another toxic ends, ends."""
        if parcel.action in {Action.CLOSE, Action.RESET}:
            return [Parcel(parcel.due, b"", parcel.action)]
        self._silent_since = parcel.due
        return []

    def wake(self) -> float | None:
        """Return when the silence has lasted long enough, until it has."""
        # Another toxic may hold what this one sent: asking again would have no end.
        if self._done or self.attributes["timeout"] == 0:
            return None
        since = self.opened if self._silent_since is None else self._silent_since
        return since + self.attributes["timeout"] / 1000

    def woken(self, now: float) -> list[Parcel]:
        """Close."""
        self._done = True
        return [Parcel(now, b"", Action.CLOSE)]
