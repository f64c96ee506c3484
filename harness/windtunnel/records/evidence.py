"""What one dependency's tap has recorded."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from windtunnel.records.attempt import Attempt
from windtunnel.records.blind_spot import BlindSpot
from windtunnel.records.connection import Connection
from windtunnel.records.dependency_exchange import Exchange
from windtunnel.records.refusals import Refusals
from windtunnel.records.tap_attempts import attempts
from windtunnel.records.unasked_calls import UnaskedCalls


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The traffic that one toxic of our own proxy has altered since it was added."""

    dependency: str
    toxic: str
    connections: int
    """Connections on which it was active (after toxicity was drawn) and saw data or an end.

    For an HTTP toxic: on which it altered an exchange; for a `tls` toxic: a handshake."""
    exchanges: int = 0
    """HTTP exchanges that it altered; 0 for other toxics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Bytes of the target that came while an earlier turn of their connection was unanswered."""

    connection: int
    at: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The records of one dependency's tap, as far back as it keeps them."""

    dependency: str
    at: float
    """When this was read."""
    connections: tuple[Connection, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    refusals: tuple[Refusals, ...] = ()
    touches: tuple[Touch, ...] = ()
    dropped: int = 0
    """Records that the tap discarded, because it keeps a bounded number. 0 means complete."""
    blind_spots: tuple[BlindSpot, ...] = ()
    """What this tap could not see in the time asked for."""
    arrivals: tuple[Arrival, ...] = ()
    """Bytes that continued a turn, where calls are not told apart. They may be other calls."""
    tells_calls_apart: bool = True
    """False where exchanges are turns of a protocol that is not read: one turn may be a part of a
    call, or hold several."""
    recorded: tuple[str, ...] = ()
    """The fields of requests that were recorded, such as "header:idempotency-key"."""
    recorded_in_clear: tuple[str, ...] = ()
    """Those of them whose values are no digests."""
    digest_key: str = field(default="", repr=False)
    """By which their texts became digests; another one in each run."""
    unasked: tuple[UnaskedCalls, ...] = ()
    """Calls that the target makes without being asked, of each kind: left out of all the above,
    unless they cannot be told from those that requests cause."""

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that the tap saw one by one, in order of their start.

        Exchanges, connections that could not be made and refused ones. See
        windtunnel.records.tap_attempts.
        """
        return attempts(self.exchanges, self.connections, self.refusals)

    def attempts_between(self, since: float, until: float) -> tuple[Attempt, ...]:
        """Return the attempts that started from `since` to `until` (monotonic seconds)."""
        first = bisect_left(self.attempts, since, key=_started)
        return self.attempts[first : bisect_right(self.attempts, until, first, key=_started)]

    def started_between(self, since: float, until: float) -> bool:
        """Return whether an attempt started from `since` to `until`."""
        first = bisect_left(self.attempts, since, key=_started)
        return first < len(self.attempts) and self.attempts[first].started <= until

    def arrived_between(self, since: float, until: float) -> bool:
        """Return whether bytes that continued a turn came from `since` to `until`."""
        first = bisect_left(self._arrival_times, since)
        return first < len(self._arrival_times) and self._arrival_times[first] <= until

    @cached_property
    def _arrival_times(self) -> list[float]:
        return sorted(arrival.at for arrival in self.arrivals)


def _started(attempt: Attempt) -> float:
    return attempt.started
