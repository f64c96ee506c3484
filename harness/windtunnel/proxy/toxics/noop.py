"""`noop`: nothing happens."""

from windtunnel.proxy.toxics.toxic import Parcel, Toxic


class Noop(Toxic):
    """Passes everything on."""

    @property
    def holds(self) -> bool:
        """It drops or passes, and holds nothing."""
        return False

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Pass it on."""
        return [parcel]
