"""What the proxies of one server share, and how many connections they may have open in all."""

import secrets
from dataclasses import dataclass, field

from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.tls.authority import Authority
from windtunnel.timers import Timers


class ConnectionLimit:
    """Counts the open connections of all proxies, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._inside = 0

    def __repr__(self) -> str:
        return f"<ConnectionLimit {self._inside} of {self.limit}>"

    def enter(self) -> bool:
        """Count a new connection; False where there is no room for it."""
        if self._inside >= self.limit:
            return False
        self._inside += 1
        return True

    def leave(self) -> None:
        """Count a connection that is over."""
        self._inside -= 1


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The seed, the clock and what else the proxies of one server share."""

    seed: int
    counting: str
    """How refused connections are counted; see `refusals.count_refusals`."""
    timers: Timers
    events: EventBroadcast
    connections: ConnectionLimit
    authority: Authority
    """Makes the certificates that targets are shown."""
    digest_key: str = field(default_factory=secrets.token_hex, repr=False)
    """By which recorded texts become digests: nobody can try guesses against another run's."""
