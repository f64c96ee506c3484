"""Leases: what a client put in force heals when that client has been silent for too long."""

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from windtunnel.timers import TimerHandle, Timers

LOG = logging.getLogger(__name__)
OVERSLEPT = 0.5
"""Seconds. A timer that is later than this means that the process was stopped meanwhile."""
REMEMBERED = 1000


@dataclass(slots=True, eq=False)
class ProxyLease:
    """How long a proxy or a toxic stays as it is without a heartbeat."""

    proxy: str
    toxic: str
    """Empty for a proxy's own lease."""
    seconds: float
    ends: float
    """In the monotonic clock's time."""
    handle: TimerHandle | None = None
    overslept: bool = False
    """Whether it was renewed because this process was stopped, and no heartbeat came since."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A lease that ran out."""

    proxy: str
    toxic: str
    seconds: float
    at: float


class LeaseTable:
    """Every lease of one server. `heal` is called with each that runs out."""

    def __init__(self, timers: Timers, heal: Callable[[str, str], None]) -> None:
        self.expired: deque[Expired] = deque(maxlen=REMEMBERED)
        self._timers = timers
        self._heal = heal
        self._leases: dict[tuple[str, str], ProxyLease] = {}

    def __repr__(self) -> str:
        return f"<LeaseTable: {len(self._leases)} run, {len(self.expired)} expired>"

    @property
    def running(self) -> tuple[ProxyLease, ...]:
        """The leases that have not run out."""
        return tuple(self._leases.values())

    def grant(self, proxy: str, toxic: str, seconds: float) -> None:
        """Begin a lease, or begin it anew."""
        self.end(proxy, toxic)
        lease = ProxyLease(proxy, toxic, seconds, 0.0)
        self._leases[proxy, toxic] = lease
        self._renew(lease, time.monotonic())

    def end(self, proxy: str, toxic: str) -> None:
        """End a lease without healing anything, if there is one."""
        lease = self._leases.pop((proxy, toxic), None)
        if lease is not None and lease.handle is not None:
            lease.handle.cancel()

    def end_all(self, proxy: str) -> None:
        """End the leases of a proxy and of its toxics."""
        for lease in self.running:
            if lease.proxy == proxy:
                self.end(lease.proxy, lease.toxic)

    def heartbeat(self, proxy: str = "") -> int:
        """Renew every lease, or those of one proxy; return how many."""
        now = time.monotonic()
        renewed = [lease for lease in self.running if proxy in {"", lease.proxy}]
        for lease in renewed:
            lease.overslept = False
            self._renew(lease, now)
        return len(renewed)

    def _renew(self, lease: ProxyLease, now: float) -> None:
        if lease.handle is not None:
            lease.handle.cancel()
        lease.ends = now + lease.seconds
        lease.handle = self._timers.call_at(lease.ends, lambda: self._run_out(lease))

    def _run_out(self, lease: ProxyLease) -> None:
        now = time.monotonic()
        if now - lease.ends > OVERSLEPT and not lease.overslept:
            lease.overslept = True
            # This process was stopped, and could not have heard a heartbeat meanwhile.
            LOG.warning(
                "the lease of %s ran out while this process was stopped for %.1f s: renewed once",
                _name(lease),
                now - lease.ends,
            )
            self._renew(lease, now)
            return
        del self._leases[lease.proxy, lease.toxic]
        self.expired.append(Expired(lease.proxy, lease.toxic, lease.seconds, now))
        LOG.warning("no heartbeat for %g s: %s heals", lease.seconds, _name(lease))
        self._heal(lease.proxy, lease.toxic)


def _name(lease: ProxyLease) -> str:
    return f"toxic {lease.toxic!r} of {lease.proxy!r}" if lease.toxic else f"proxy {lease.proxy!r}"
