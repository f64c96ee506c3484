"""The faults in force, each with its lease: one that nobody renews heals by itself."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from windtunnel.backends.backend_contract import Backend
from windtunnel.backends.fault_forms.struck_proxies import StruckProxies, dependency_alone
from windtunnel.configuration.struck_edges import caller_of
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import (
    ConfigurationError,
    ControlError,
    InconclusiveVerdict,
    VacuousFault,
    WindtunnelError,
)
from windtunnel.injected_fault import Injection, WorkOf
from windtunnel.records import Evidence
from windtunnel_faults import Fault

SHORTEST, LONGEST = 1.0, 3600.0
"""Seconds of a lease: a fault that is forgotten is over within the hour."""
OVER = 50
"""Faults that are over and still shown."""
LOOK = 1.0
"""Seconds between two looks at whether the keeper has healed them all."""
RETRY = 2.0
"""Seconds until a healing that failed is tried again."""

RecordEvent = Callable[[str, str], None]
"""Takes the source of an event, and its text: one sentence."""


@dataclass(slots=True)
class FaultLease:
    """One fault in force."""

    number: int
    fault: Fault
    injection: Injection
    seconds: float
    """How long it lives from its injection or last renewal."""
    expires: float
    """On the clock of the leases."""
    touched: bool | None = None
    """Whether it has touched traffic; None while that is not known."""
    looks_again: float = 0.0
    recorded: list[Verdict] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The fault's name."""
        return type(self.fault).__name__


def _struck_alike(one: Fault, other: Fault) -> bool:
    """Whether two faults do the same to the same calls."""
    return (type(one), one.dependency, caller_of(one)) == (
        type(other),
        other.dependency,
        caller_of(other),
    )


class FaultLeases:
    """Injects and heals, one at a time; while `watch` runs, what expires heals by itself."""

    def __init__(
        self,
        backend: Backend,
        record_event: RecordEvent,
        *,
        evidence: Callable[[str, float], Evidence],
        edges: StruckProxies = dependency_alone,
        work: WorkOf = lambda fault, began, until: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._record_event = record_event
        self._evidence = evidence
        self._edges = edges
        self._work = work
        self._clock = clock
        self._active: dict[int, FaultLease] = {}
        self.over: deque[FaultLease] = deque(maxlen=OVER)
        self._numbers = 0
        self._lapses = backend.lapses
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        return f"<FaultLeases of {len(self._active)} faults>"

    @property
    def active(self) -> tuple[FaultLease, ...]:
        """The faults in force, oldest first."""
        return tuple(self._active.values())

    def remaining(self, lease: FaultLease) -> float:
        """Return the seconds until the fault heals by itself."""
        return max(0.0, lease.expires - self._clock())

    async def inject(self, fault: Fault, seconds: float) -> FaultLease:
        """Bring a fault about for `seconds`; raises WindtunnelError."""
        seconds = _checked(seconds)
        async with self._one_at_a_time:
            for other in self._active.values():
                if _struck_alike(other.fault, fault):
                    raise ConfigurationError(
                        f"{other.fault!r} is in force already (number {other.number}):"
                        " heal it, or renew its lease"
                    )
            recorded: list[Verdict] = []
            injection = Injection(
                self._backend,
                fault,
                recorded.append,
                evidence=self._evidence,
                edges=self._edges,
                work=self._work,
            )
            await asyncio.to_thread(injection.__enter__)
            self._numbers += 1
            now = self._clock()
            lease = FaultLease(
                self._numbers, fault, injection, seconds, now + seconds, recorded=recorded
            )
            self._active[lease.number] = lease
        self._changed.set()
        self._record_event("you", f"injected {fault!r} for {seconds:g} s")
        return lease

    def renew(self, number: int, seconds: float | None = None) -> FaultLease:
        """Renew a lease, for `seconds` or as long as before; ConfigurationError if it is over."""
        lease = self.find(number)
        if seconds is not None:
            lease.seconds = _checked(seconds)
        lease.expires = self._clock() + lease.seconds
        self._changed.set()
        self._record_event("you", f"renewed {lease.fault!r} for {lease.seconds:g} s")
        return lease

    def find(self, number: int) -> FaultLease:
        """Return an active fault; ConfigurationError where there is none of that number."""
        if number not in self._active:
            active = ", ".join(f"{each.number} ({each.kind})" for each in self.active) or "none"
            raise ConfigurationError(
                f"no fault in force has the number {number}; there is: {active}"
            )
        return self._active[number]

    async def heal(self, number: int, by: str = "you") -> str:
        """Undo a fault and return what became of it, as one sentence; raises WindtunnelError."""
        async with self._one_at_a_time:
            lease = self.find(number)
            said = await asyncio.to_thread(_leave, lease.injection)
            self.over.append(self._active.pop(number))
        if not said:
            said = f"It touched traffic: {lease.recorded[-1].statement}"
        self._changed.set()
        self._record_event(by, f"healed {lease.fault!r}. {said}")
        return said

    async def heal_all(self, by: str = "you") -> list[str]:
        """Undo every fault, the latest first; raises the first WindtunnelError after trying all."""
        said: list[str] = []
        failures: list[WindtunnelError] = []
        for lease in reversed(self.active):
            try:
                said.append(await self.heal(lease.number, by))
            except WindtunnelError as error:
                if lease.number in self._active:  # else it was healed meanwhile
                    failures.append(error)
        if failures:
            raise failures[0]
        return said

    async def look(self) -> None:
        """Find out which faults have touched traffic by now, ever less often for each."""
        for lease in self.active:
            now = self._clock()
            if lease.touched or now < lease.looks_again:
                continue
            verdict = await asyncio.to_thread(_verdict, lease.injection)
            lease.touched = {Ruling.PASS: True, Ruling.FAIL: False}.get(verdict.ruling)
            # Reading a minute of evidence has its price: after 1, 2, 4, 8 … seconds.
            began = lease.injection.window.began
            lease.looks_again = now + max(1.0, now - began)

    async def expire(self) -> None:
        """Heal what has expired, and all where the keeper has healed it already."""
        if self._backend.lapses != self._lapses:
            self._lapses = self._backend.lapses
            await self._expire(self.active, "windtunnel itself was suspended")
        now = self._clock()
        over = tuple(each for each in self.active if each.expires <= now)
        await self._expire(over, "its lease ended")

    async def watch(self) -> None:
        """Let the faults expire, each in its time."""
        while True:
            self._changed.clear()
            await self.expire()
            soonest = min((self.remaining(each) for each in self.active), default=LOOK)
            try:
                async with asyncio.timeout(min(LOOK, soonest)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _expire(self, leases: tuple[FaultLease, ...], why: str) -> None:
        for lease in leases:
            if lease.number not in self._active:
                continue  # healed by hand meanwhile
            try:
                self._record_event("lease", f"{lease.fault!r}: {why}")
                await self.heal(lease.number, by="lease")
            except WindtunnelError as error:
                if lease.number not in self._active:
                    continue  # healed by hand while this waited for its turn
                lease.expires = self._clock() + RETRY
                self._record_event(
                    "lease", f"healing {lease.fault!r} failed, trying again: {error}"
                )


def _verdict(injection: Injection) -> Verdict:
    return injection.verdict


def _leave(injection: Injection) -> str:
    """Heal the fault. Return what went wrong as one sentence; empty where it touched traffic.

    ControlError where it is still in force.
    """
    try:
        injection.__exit__(None, None, None)
    except VacuousFault as error:
        return f"It touched no traffic, so it tested nothing: {error}"
    except InconclusiveVerdict as error:
        return f"Whether it touched traffic is not known: {error}"
    except ControlError as error:
        if injection.window.ended is None:
            raise
        return str(error)
    return ""


def _checked(seconds: float) -> float:
    if not SHORTEST <= seconds <= LONGEST:
        raise ConfigurationError(
            f"a lease of {seconds:g} s: expected {SHORTEST:g} to {LONGEST:g} seconds"
        )
    return seconds
