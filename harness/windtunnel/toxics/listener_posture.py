"""What a proxy's listener does with new connections."""

from enum import Enum


class ListenerPosture(Enum):
    """What becomes of a new connection."""

    ACCEPT = "listens"
    REFUSE = "refuses"
    SWALLOW = "swallows"
