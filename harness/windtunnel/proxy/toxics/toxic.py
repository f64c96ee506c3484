"""What every toxic is: parcels in, parcels out, each with the time at which it is due."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Action(Enum):
    """What happens on the receiving side after a parcel's data."""

    NONE = 0
    EOF = 1
    """The sender has ended this direction; the other one goes on."""
    CLOSE = 2
    """A toxic closes the connection in order."""
    RESET = 3
    """A toxic resets the connection."""


@dataclass(slots=True)
class Parcel:
    """Bytes on their way, due at a time of the monotonic clock."""

    due: float
    data: bytes
    action: Action = Action.NONE


@dataclass(slots=True)
class Activity:
    """When a connection last carried data, in either direction; None before the first."""

    last: float | None = None


class Toxic:
    """One toxic on one direction of one connection.

    `pass_on` is given each parcel once, in order, and answers with what becomes of it. Times are in
    seconds; attributes are integers in the units of Toxiproxy's API.
    """

    defaults: ClassVar[Mapping[str, int]] = {}
    closes_on_removal: ClassVar[bool] = False
    only_new: ClassVar[bool] = False
    """Whether connections that were open before the toxic came are spared."""
    touches_all: ClassVar[bool] = True
    """Whether it alters whatever it is given; otherwise it says itself when it has."""

    def __init__(self, attributes: Mapping[str, int], chance: random.Random, opened: float) -> None:
        self.attributes = attributes
        """Shared with the API, so that an update takes effect here."""
        self.chance = chance
        self.opened = opened
        self.activity = Activity()
        """Of the connection that this is on, once it is."""
        self.touched: float | None = None
        """When it last saw traffic."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self.attributes)}>"

    @staticmethod
    def mistake(attributes: Mapping[str, int]) -> str:
        """Return what is wrong with these attributes, or ""."""
        negative = [name for name, value in attributes.items() if value < 0]
        return f"{negative[0]} must not be negative" if negative else ""

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """Return what becomes of a parcel."""
        raise NotImplementedError

    @property
    def holds(self) -> bool:
        """Whether something may wait because of it, which goes when it is changed or removed."""
        return True

    def release(self, now: float) -> None:
        """Forget what was planned for later than `now`: everything that waits goes at once."""

    def wake(self) -> float | None:
        """Return when `woken` wants to be called if no parcel comes before, or None."""
        return None

    def woken(self, now: float) -> list[Parcel]:
        """Return what this toxic sends of itself at the time it asked for."""
        return []
