"""A connection pool's utilisation, in the same terms for every client."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool at one moment, and what it has done since the start."""

    limit: int
    """Connections that it may have at most."""
    in_use: int
    """Connections that carry a call, or are being opened for one."""
    idle: int
    """Open connections that are kept ready."""
    waiting: int
    """Calls that wait for a connection, because all are in use."""
    created: int
    """Connections opened since the start."""
    requests: int
    """Calls that were given a connection since the start."""

    @property
    def reused(self) -> int:
        """Calls that were given a connection which was open already."""
        # A connection may be opened for a call that is cancelled before it gets it.
        return max(0, self.requests - self.created)


def waiting(calls: int, in_use: int, limit: int) -> int:
    """Return how many of the calls under way wait for a connection.

    A call that has just returned its connection is still under way for a moment: below the limit
    nobody waits.
    """
    return max(0, calls - in_use) if in_use >= limit else 0
