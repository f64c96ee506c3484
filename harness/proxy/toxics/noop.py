"""`noop`: nothing happens."""

from harness.proxy.toxics.toxic import Parcel, Toxic


class Noop(Toxic):
    """Passes everything on."""

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Pass it on."""
        return [parcel]
