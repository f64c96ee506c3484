"""`slicer`: data arrives in small pieces."""

from collections.abc import Mapping
from typing import ClassVar

from windtunnel.proxy.toxics.toxic import Action, Parcel, Toxic


class Slicer(Toxic):
    """Cuts chunks into pieces of `average_size` bytes ± `size_variation`, `delay` µs apart."""

    defaults: ClassVar = {"average_size": 0, "size_variation": 0, "delay": 0}

    @staticmethod
    def mistake(attributes: Mapping[str, int]) -> str:
        """Return what is wrong: Toxiproxy overflows its stack on sizes of 0."""
        if attributes["average_size"] < 1:
            return "average_size must be 1 or more"
        if attributes["size_variation"] >= attributes["average_size"]:
            return "size_variation must be smaller than average_size"
        return Toxic.mistake(attributes)

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Cut the data, each piece later than the last."""
        average, variation = self.attributes["average_size"], self.attributes["size_variation"]
        pieces, start, due = [], 0, parcel.due
        while start < len(parcel.data):
            size = average + self.chance.randint(-variation, variation)
            pieces.append(Parcel(due, parcel.data[start : start + size]))
            start += size
            due += self.attributes["delay"] / 1_000_000
        if parcel.action is not Action.NONE or not pieces:
            pieces.append(Parcel(due, b"", parcel.action))
        return pieces
