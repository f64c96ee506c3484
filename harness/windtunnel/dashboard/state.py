"""What the page and `windtunnel status` show: the run, and everything as it is now."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from windtunnel import __version__
from windtunnel.backends.backend_contract import Backend
from windtunnel.backends.choice import Choice
from windtunnel.configuration import Configuration, topology
from windtunnel.configuration.struck_edges import caller_of
from windtunnel.dashboard.board import Figures
from windtunnel.dashboard.leases import LONGEST, SHORTEST, FaultLeases
from windtunnel.dashboard.traffic import MOST
from windtunnel.fault_kinds import FaultKind, kinds
from windtunnel.records import Edge
from windtunnel.stack import Stack

LEASE = 60.0
"""Seconds that a fault lives where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyFacts:
    """What does not change about a dependency."""

    protocol: str
    tap: str
    """Where its tap listens; inside the compose network on docker."""
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What does not change while the stack is up."""

    id: str
    version: str
    backend: str
    reason: str
    description: tuple[str, ...]
    seed: int
    target: str
    logs: str
    endpoints: tuple[str, ...]
    dependencies: dict[str, DependencyFacts]
    kinds: tuple[FaultKind, ...]
    capabilities: tuple[str, ...]
    lease: float = LEASE
    shortest: float = SHORTEST
    longest: float = LONGEST
    most: float = MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveFault:
    """One fault in force."""

    number: int
    fault: str
    kind: str
    dependency: str
    began: float
    """Seconds since the epoch."""
    lease: float
    remaining: float
    touched: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a fault was in force, in seconds since the epoch; those in force have no end."""

    kind: str
    dependency: str
    began: float
    ended: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficNow:
    """The background traffic."""

    rate: float
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the dashboard's own process uses, the background traffic included."""

    cpu_share: float | None
    """Of one core, over the last minute at most."""
    memory_bytes: int
    tasks: int
    files: int
    """Open files and sockets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardState:
    """Everything as it is now."""

    at: float
    figures: Figures
    faults: tuple[ActiveFault, ...]
    spans: tuple[Span, ...]
    """The faults in force, and the latest that were."""
    traffic: TrafficNow
    cost: Cost


def facts(stack: Stack, choice: Choice) -> RunFacts:
    """Return what does not change about a running stack."""
    backend, configuration = stack.backend, stack.configuration
    return RunFacts(
        id=Path(backend.directory).name,
        version=__version__,
        backend=backend.name,
        reason=choice.reason,
        description=stack.description,
        seed=stack.seed,
        target=stack.url,
        logs=backend.directory,
        endpoints=configuration.endpoints,
        dependencies=_dependencies(backend, configuration),
        kinds=tuple(kinds().values()),
        capabilities=tuple(sorted(backend.capabilities)),
    )


def _dependencies(backend: Backend, configuration: Configuration) -> dict[str, DependencyFacts]:
    called = topology.callees(configuration)
    return {
        str(edge): DependencyFacts(
            protocol=called[edge.dependency].protocol,
            tap=str(backend.tap.listening(edge)),
            endpoint=called[edge.dependency].endpoint,
        )
        for edge in topology.edges(configuration)
    }


def active(leases: FaultLeases, wall: float) -> tuple[ActiveFault, ...]:
    """Return the faults in force, oldest first."""
    monotonic = time.monotonic()
    return tuple(
        ActiveFault(
            number=lease.number,
            fault=repr(lease.fault),
            kind=lease.kind,
            dependency=str(Edge(lease.fault.dependency, caller=caller_of(lease.fault))),
            began=wall - (monotonic - lease.injection.window.began),
            lease=lease.seconds,
            remaining=round(leases.remaining(lease), 1),
            touched=lease.touched,
        )
        for lease in leases.active
    )


def spans(leases: FaultLeases, wall: float) -> tuple[Span, ...]:
    """Return when the faults were in force, oldest first."""
    shift = wall - time.monotonic()
    return tuple(
        Span(
            kind=lease.kind,
            dependency=str(Edge(lease.fault.dependency, caller=caller_of(lease.fault))),
            began=window.began + shift,
            ended=None if window.ended is None else window.ended + shift,
        )
        for lease in (*leases.over, *leases.active)
        for window in (lease.injection.window,)
    )


class Meter:
    """Measures this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._process = psutil.Process()
        self._clock = clock
        self._readings: deque[tuple[float, float]] = deque(maxlen=60)

    def __repr__(self) -> str:
        return f"<Meter of {self._process.pid}>"

    def read(self) -> Cost:
        """Return the cost, on the running loop; about once a second."""
        with self._process.oneshot():
            times = self._process.cpu_times()
            memory = self._process.memory_info().rss
        self._readings.append((self._clock(), times.user + times.system))
        (began, used), (now, total) = self._readings[0], self._readings[-1]
        return Cost(
            cpu_share=(total - used) / (now - began) if now > began else None,
            memory_bytes=memory,
            tasks=len(asyncio.all_tasks()),
            files=self._process.num_fds(),
        )
