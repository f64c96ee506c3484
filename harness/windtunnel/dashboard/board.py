"""What has been seen so far, bounded in number: points of the timeline, events, and figures."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from windtunnel.dashboard import rates, traffic
from windtunnel.dashboard.exposition import BreakerReading, CacheReading, PoolReading, Reading
from windtunnel.dashboard.rates import EndpointFigures
from windtunnel.dashboard.wire import WireFigures
from windtunnel.records import Response

POINTS = 300
"""Points of the timeline that are kept: five minutes at one look a second."""
EVENTS = 200
WINDOW = 10.0
"""Seconds over which rates and quantiles are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at everything."""

    at: float
    """Seconds on the monotonic clock."""
    wall: float
    """The same moment in seconds since the epoch, for people."""
    responses: Sequence[Response]
    """What the background traffic got since the last look."""
    wire: Mapping[str, WireFigures]
    doubts: Mapping[str, tuple[str, ...]]
    reading: Reading | None
    silence: str = ""
    """Why the target reports nothing; empty where it reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One dependency in one point of the timeline."""

    answered: int
    failed: int
    unseen: int | None
    breaker: str | None
    """None where the target does not report it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The timeline between two looks."""

    number: int
    at: float
    seconds: float
    answered: int
    """Requests that the background traffic got a real answer for."""
    fallback: int
    failed: int
    lanes: dict[str, Lane]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEvent:
    """Something that changed, as one sentence."""

    number: int
    at: float
    source: str
    """Who says so: "you", "lease", "target", "wire" or "windtunnel"."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyNow:
    """One dependency as it is now."""

    wire: WireFigures
    doubts: tuple[str, ...] = ()
    breaker: BreakerReading | None = None
    breaker_since: float | None = None
    """When its state was first seen, in seconds since the epoch."""
    pool: PoolReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What tables and cards show, over the last WINDOW seconds."""

    silence: str = "it was not asked yet"
    dependencies: dict[str, DependencyNow] = field(default_factory=dict)
    callers: dict[str, EndpointFigures] = field(default_factory=dict)
    """Endpoints as the background traffic saw them."""
    served: dict[str, EndpointFigures] = field(default_factory=dict)
    """Endpoints as the target reports them."""
    caches: dict[str, CacheReading] = field(default_factory=dict)


class Board:
    """Turns samples into points, events and figures. Does no I/O and reads no clock."""

    def __init__(self, endpoints: Sequence[str]) -> None:
        self.figures = Figures()
        self._endpoints = tuple(endpoints)
        self._points: deque[Point] = deque(maxlen=POINTS)
        self._events: deque[BoardEvent] = deque(maxlen=EVENTS)
        self._samples: deque[Sample] = deque()
        self._states: dict[str, tuple[str, float]] = {}
        self._failing: dict[str, bool] = {}
        self._number = 0

    def __repr__(self) -> str:
        return f"<Board with {len(self._points)} points, {len(self._events)} events>"

    @property
    def number(self) -> int:
        """The last number that a point or an event has got."""
        return self._number

    def points(self, after: int) -> list[Point]:
        """Return the points after the number `after`, oldest first."""
        return [point for point in self._points if point.number > after]

    def events(self, after: int) -> list[BoardEvent]:
        """Return the events after the number `after`, oldest first."""
        return [event for event in self._events if event.number > after]

    def record_event(self, wall: float, source: str, text: str) -> None:
        """Keep an event; `wall` is in seconds since the epoch."""
        self._events.append(BoardEvent(number=self._next(), at=wall, source=source, text=text))

    def add(self, sample: Sample) -> None:
        """Take in one look."""
        last = self._samples[-1] if self._samples else None
        self._samples.append(sample)
        while sample.at - self._samples[0].at > WINDOW:
            self._samples.popleft()
        self._record_breakers(last, sample)
        self._record_wire(sample)
        if last is not None:
            self._points.append(self._point(last, sample))
        self.figures = self._figures(sample)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _point(self, last: Sample, sample: Sample) -> Point:
        breakers = sample.reading.breakers if sample.reading else {}
        failed = sum(not each.succeeded for each in sample.responses)
        fallback = sum(each.succeeded and bool(each.fallback) for each in sample.responses)
        return Point(
            number=self._next(),
            at=round(sample.wall, 3),
            seconds=round(sample.at - last.at, 3),
            answered=len(sample.responses) - failed - fallback,
            fallback=fallback,
            failed=failed,
            lanes={
                name: Lane(
                    answered=wire.answered,
                    failed=wire.failed,
                    unseen=wire.unseen,
                    breaker=breakers[name].state if name in breakers else None,
                )
                for name, wire in sample.wire.items()
            },
        )

    def _record_breakers(self, last: Sample | None, sample: Sample) -> None:
        if last is None or sample.silence != last.silence:
            self._record_silence(last, sample)
        if sample.reading is None:
            return
        for name, breaker in sample.reading.breakers.items():
            state, _ = self._states.get(name, ("", 0.0))
            if state == breaker.state:
                missed = (
                    last is not None
                    and last.reading is not None
                    and (breaker.openings > last.reading.breakers.get(name, breaker).openings)
                )
                if missed:
                    text = f"breaker of {name} opened between two looks; it is {_spoken(state)}"
                    self.record_event(sample.wall, "target", text)
                continue
            if state:
                text = f"breaker of {name}: {_spoken(state)} → {_spoken(breaker.state)}"
                self.record_event(sample.wall, "target", text)
            self._states[name] = (breaker.state, sample.wall)

    def _record_silence(self, last: Sample | None, sample: Sample) -> None:
        if sample.silence:
            self.record_event(
                sample.wall, "windtunnel", f"the target says nothing: {sample.silence}"
            )
        elif last is not None:
            self.record_event(sample.wall, "windtunnel", "the target reports its metrics again")

    def _record_wire(self, sample: Sample) -> None:
        for name, wire in sample.wire.items():
            failing = self._failing.get(name, False)
            if wire.failed and not failing:
                self.record_event(sample.wall, "wire", f"calls at {name} fail")
                self._failing[name] = True
            elif failing and wire.answered and not wire.failed:
                self.record_event(sample.wall, "wire", f"calls at {name} are answered again")
                self._failing[name] = False

    def _figures(self, sample: Sample) -> Figures:
        first = self._samples[0]
        seconds = max(sample.at - first.at, 0.001)
        recent = [each for old in list(self._samples)[1:] for each in old.responses]
        reading = sample.reading or Reading()
        before = first.reading or reading
        return Figures(
            silence=sample.silence,
            dependencies={
                name: DependencyNow(
                    wire=wire,
                    doubts=sample.doubts.get(name, ()),
                    breaker=reading.breakers.get(name),
                    breaker_since=self._states[name][1] if name in reading.breakers else None,
                    pool=reading.pools.get(name),
                )
                for name, wire in sample.wire.items()
            },
            callers={
                path: traffic.figures([each for each in recent if each.endpoint == path], seconds)
                for path in self._endpoints
            },
            served={
                path: rates.served(before.endpoints.get(path, after), after, seconds)
                for path, after in reading.endpoints.items()
                if path in self._endpoints
            },
            caches=reading.caches,
        )


def _spoken(state: str) -> str:
    return state.replace("_", "-")
