"""Leaves out of the evidence what the target calls of itself: the one place for all criteria.

Health checks, pings of a pool, telemetry: whatever comes in a period without requests is no
request's call, and rules of the configuration name what comes too seldom for that.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from windtunnel.backends.backend_contract import Backend
from windtunnel.configuration import Configuration, topology
from windtunnel.records import Edge, Evidence, Exchange, UnaskedCalls

BEYOND = 2.0
"""A kind of call that comes so many times as often as in the control period is requests' as well:
a check may come more often while a dependency fails."""
BY_CHANCE = 2
"""Calls beyond that which may come by chance."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """What one dependency got in the control period."""

    seconds: float = 0.0
    calls: Mapping[str, int] | None = None
    """How many calls of each kind."""
    connects: int = 0
    """How many connections were opened that carried nothing else."""


class UnaskedCallsFilter:
    """Reads evidence without what the target calls of itself. One for each session."""

    def __init__(
        self,
        backend: Backend,
        configuration: Configuration,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._backend = backend
        self._configuration = configuration
        self._pause = pause
        self._found: dict[str, Unasked] | None = None
        self._observing = threading.Lock()

    def __repr__(self) -> str:
        return f"<UnaskedCallsFilter {self._found}>"

    def observe(self) -> None:
        """Let the control period pass, unless it did; the target must run and get no request."""
        with self._observing:
            if self._found is None:
                self._found = self._observe(self._configuration.control_period)

    def _observe(self, seconds: float) -> dict[str, Unasked]:
        names = tuple(map(str, topology.edges(self._configuration)))
        if not seconds or not names:
            return {}
        began = time.monotonic()
        self._pause(seconds)
        return {
            name: unasked_in(self._backend.evidence(name, began), began, seconds) for name in names
        }

    @property
    def description(self) -> tuple[str, ...]:
        """What the control period found, as one line; nothing before it."""
        if not self._found:
            return ()
        seconds = self._configuration.control_period
        found = ", ".join(
            f"{name} got {', '.join(f'{call} ({n})' for call, n in (each.calls or {}).items())}"
            for name, each in self._found.items()
            if each.calls
        )
        return (f"control period of {seconds:g} s without requests: {found or 'no calls'}",)

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what the tap of a dependency, or of an edge, recorded, without such calls."""
        rules = topology.callees(self._configuration)[Edge(dependency).dependency].ignore
        name = str(dependency)
        found = (self._found or {}).get(name, Unasked())
        return without(self._backend.evidence(name, since), found, rules, since)

    def with_every_connection(self, dependency: str, since: float) -> Evidence:
        """Return the same with all connections.

        Those too on which a program only looks for work, though it is not asked to.
        """
        kept = self._backend.evidence(dependency, since).connections
        return replace(self.evidence(dependency, since), connections=kept)


def unasked_in(evidence: Evidence, began: float, seconds: float) -> Unasked:
    """Return what came in a control period."""
    came = [each for each in evidence.exchanges if each.started >= began]
    opened = {each.number for each in evidence.connections if each.opened >= began}
    return Unasked(
        seconds,
        Counter(kind(each.request) for each in came if not each.handshake),
        len(opened & {each.connection for each in came})
        + sum(not each.reached for each in evidence.connections if each.opened >= began),
    )


def without(evidence: Evidence, found: Unasked, rules: Sequence[str], since: float) -> Evidence:
    """Return evidence without the calls that a control period found, or that a rule names.

    Where a kind of call comes more often than it did in the control period, requests cause it as
    well: then it stays, and the evidence says how many of them may be none of theirs.
    """
    work = [each for each in evidence.exchanges if not each.handshake]
    ruled = _by_rules({kind(each.request) for each in work}, rules)
    counts = Counter(kind(each.request) for each in work)
    # Never from before the first record: the time asked for may lie before the stack's beginning.
    first = min((each.started for each in work), default=evidence.at)
    window = max(evidence.at - max(since, first), 0.0)
    unasked: list[UnaskedCalls] = []
    left_out: set[str] = set(ruled)
    for request, rule in ruled.items():
        unasked.append(
            UnaskedCalls(request=request, left_out=counts[request], reason=f"ignore = {rule!r}")
        )
    for request, calls in (found.calls or {}).items():
        if request in ruled or not counts[request]:
            continue
        rate = calls / found.seconds
        reason = f"{calls} in {found.seconds:g} s without requests"
        if counts[request] > BEYOND * rate * window + BY_CHANCE:
            unasked.append(
                UnaskedCalls(request=request, left_out=0, rate=BEYOND * rate, reason=reason)
            )
        else:
            left_out.add(request)
            moments = tuple(each.started for each in work if kind(each.request) == request)
            unasked.append(
                UnaskedCalls(request=request, left_out=len(moments), moments=moments, reason=reason)
            )
    if found.connects:
        unasked.append(
            UnaskedCalls(
                request="",
                left_out=0,
                rate=BEYOND * found.connects / found.seconds,
                reason=f"{found.connects} in {found.seconds:g} s without requests",
            )
        )
    if not unasked:
        return evidence
    return replace(_less(evidence, left_out), unasked=tuple(unasked))


def kind(request: str) -> str:
    """Return what calls of one kind have in common: the request without its query."""
    return request.partition("?")[0]


def _by_rules(requests: Iterable[str], rules: Sequence[str]) -> dict[str, str]:
    """Return the kinds of calls that a rule names, each with its rule."""
    found: dict[str, str] = {}
    for request in sorted(requests):
        method, _, path = request.partition(" ")
        for rule in rules:
            wanted = path if rule.startswith("/") else request if " " in rule else method
            if fnmatchcase(wanted, rule):
                found[request] = rule
                break
    return found


def _less(evidence: Evidence, left_out: Collection[str]) -> Evidence:
    """Return evidence without these kinds of calls, and the connections that carried no others."""

    def ours(exchange: Exchange) -> bool:
        return exchange.handshake or kind(exchange.request) not in left_out

    busy = {each.connection for each in evidence.exchanges if not each.handshake}
    kept = {each.connection for each in evidence.exchanges if not each.handshake and ours(each)}
    gone = busy - kept
    return replace(
        evidence,
        exchanges=tuple(
            each for each in evidence.exchanges if ours(each) and each.connection not in gone
        ),
        connections=tuple(each for each in evidence.connections if each.number not in gone),
    )
