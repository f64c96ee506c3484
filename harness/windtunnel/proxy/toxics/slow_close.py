"""`slow_close`: the end of a direction comes late."""

from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Action, Parcel, Toxic


class SlowClose(Toxic):
    """Delays the end that follows the data by `delay` ms."""

    defaults: ClassVar = {"delay": 0}

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Separate an end from its data, and delay it."""
        if parcel.action is not Action.EOF:
            return [parcel]
        late = Parcel(parcel.due + self.attributes["delay"] / 1000, b"", parcel.action)
        return [Parcel(parcel.due, parcel.data), late] if parcel.data else [late]
