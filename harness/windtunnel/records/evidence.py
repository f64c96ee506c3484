"""All that one dependency's tap has recorded."""

from dataclasses import dataclass

from windtunnel.records.connection import Connection
from windtunnel.records.exchange import Exchange
from windtunnel.records.refusals import Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """How much traffic one toxic of our own proxy has altered since it was added."""

    dependency: str
    toxic: str
    connections: int
    """Connections on which it was active (after toxicity was drawn) and saw data or an end.

    For an HTTP toxic: on which it altered an exchange; for a `tls` toxic: a handshake."""
    exchanges: int = 0
    """HTTP exchanges that it altered; 0 for other toxics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one dependency's tap has recorded, as far back as it keeps records."""

    dependency: str
    at: float
    """When this was read."""
    connections: tuple[Connection, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    refusals: tuple[Refusals, ...] = ()
    touches: tuple[Touch, ...] = ()
    dropped: int = 0
    """Records that were discarded because the tap keeps a bounded number; 0 means complete."""
    blind_spots: tuple[str, ...] = ()
    """What this tap could not see in the time that was asked for, each as one sentence."""
