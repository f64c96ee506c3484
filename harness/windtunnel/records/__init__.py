"""Typed records of what happened: at the dependencies (from the tap) and at the caller (from load).

Every time in a record is in seconds on one clock: CLOCK_MONOTONIC, which the processes of one
machine share. Where a tap runs on another kernel, its backend translates before it hands them on.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from windtunnel.records.limits import Limits as Limits


class Ending(StrEnum):
    """Who ended a connection at the tap."""

    TARGET = "target"
    DEPENDENCY = "dependency"
    FAULT = "fault"


class Outcome(StrEnum):
    """What became of one exchange with a dependency."""

    ANSWERED = "answered"
    FAILED = "failed"
    PENDING = "pending"


class Certainty(StrEnum):
    """How refused connection attempts were counted."""

    PACKETS = "packets"
    """Each SYN to the refusing port was seen: exact, with times."""
    COUNTERS = "kernel counters"
    """The kernel's failed connects in the whole network namespace: an upper bound only."""
    NONE = "not counted"
    """Nothing could be read, or not all could be kept: the number is unknown."""


class HandshakeOutcome(StrEnum):
    """What became of a TLS handshake at the tap."""

    PENDING = "pending"
    COMPLETED = "completed"
    """With the tap, which ends the target's TLS."""
    PASSED_ON = "passed on"
    """To the dependency: what became of it there is not visible here."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """The TLS handshake of one connection."""

    outcome: HandshakeOutcome = HandshakeOutcome.PENDING
    reason: str = ""
    """Why it failed, such as "tlsv1 alert unknown ca", which the target sent."""
    server_name: str = ""
    """Whom the target asked for, in its ClientHello (SNI); empty where it named nobody."""
    began: float | None = None
    """When the ClientHello was whole; None where none came."""
    ended: float | None = None
    version: str = ""
    """"TLSv1.3" and so on, where it was completed."""
    protocol: str = ""
    """What ALPN chose, such as "http/1.1"."""
    faults: tuple[str, ...] = ()
    """The `tls` toxics that struck it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection that the tap accepted from the target."""

    dependency: str
    number: int
    """1 for the first connection of this dependency's tap, and so on."""
    opened: float
    closed: float | None = None
    """None while it is open."""
    ended_by: Ending | None = None
    reached: bool = True
    """False where the dependency could not be connected to: the target's call failed there."""
    received: int = 0
    """Bytes that came from the target."""
    sent: int = 0
    """Bytes that went back to the target."""
    handshake: Handshake | None = None
    """None where the tap does not look for TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request or command that reached the tap on a connection, and its answer."""

    dependency: str
    connection: int
    index: int
    """0 for the first exchange on its connection: a higher one proves that it was reused."""
    request: str
    """"GET /agents", "HGETALL", or "bytes" where the protocol is not known."""
    started: float
    """When its first byte arrived."""
    ended: float | None = None
    """When its answer was complete or it failed; None while pending."""
    outcome: Outcome = Outcome.PENDING
    status: str = ""
    """The answer's status ("200"; for Redis "OK" or the error's first word), empty without one."""
    handshake: bool = False
    """A connection's own preamble (Redis AUTH, HELLO, CLIENT, SELECT), not work of the target's."""
    forwarded: bool = True
    """False where a fault answered or reset it at the tap: the dependency never got it."""
    faults: tuple[str, ...] = ()
    """The HTTP toxics that altered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Connection attempts made while the tap refused them, from `since` to `until`."""

    dependency: str
    since: float
    until: float | None
    """None while the outage lasts."""
    certainty: Certainty
    times: tuple[float, ...] = ()
    """When each attempt arrived (certainty PACKETS)."""
    samples: tuple[tuple[float, int], ...] = ()
    """(time, attempts since `since` at most) readings in order of time (certainty COUNTERS)."""
    cut: int = 0
    """Live connections that the outage cut when it began."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One request of the load engine, as the caller saw it."""

    number: int
    """1 for the run's first request."""
    endpoint: str
    """The path that was asked for, such as "/api/agents"."""
    started: float
    ended: float
    status: int | None = None
    """None where no answer came."""
    failure: str = ""
    """Why no usable answer came ("refused", "reset", "timed out", …); empty on an answer."""
    fallback: str = ""
    """The dependencies, separated by commas, whose fallbacks this answer names as its source.

    Empty on a real one."""

    @property
    def duration(self) -> float:
        """Seconds from the first byte sent to the last byte received."""
        return self.ended - self.started

    @property
    def succeeded(self) -> bool:
        """Whether the caller got an answer below 400 (a marked fallback is an answer)."""
        return self.status is not None and self.status < 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWindow:
    """One injected fault and the time it was in force."""

    fault: str
    """The fault as it reads in a scenario, such as "Outage('catalog')"."""
    dependency: str
    began: float
    ended: float | None = None
    toxic: str = ""
    """How the names of its toxics at the tap begin, where their touches tell what it altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one stretch of load produced: the caller's view, and each dependency's."""

    responses: tuple[Response, ...]
    evidence: tuple[Evidence, ...]
    began: float
    ended: float
    concurrency: int
    profile: str
    """The network profile in force, such as "loopback" or "zone (1.3 ms measured)"."""
    backend: str
    seed: int
    faults: tuple[FaultWindow, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """Settings that differ from the target's defaults, such as "RECOVERY_TIMEOUT=1"."""
    limits: Limits = field(default_factory=Limits)
    """What the criteria demand of it where a test does not say otherwise."""

    def at(self, dependency: str) -> Evidence:
        """Return the evidence of `dependency`; KeyError names the ones there are."""
        for evidence in self.evidence:
            if evidence.dependency == dependency:
                return evidence
        known = ", ".join(evidence.dependency for evidence in self.evidence) or "none"
        raise KeyError(f"no evidence for dependency {dependency!r}; there is: {known}")

    def to(self, endpoint: str) -> tuple[Response, ...]:
        """Return the responses of one endpoint, in order of their start."""
        return tuple(response for response in self.responses if response.endpoint == endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Interleaved pairs: request n of `a` and request n of `b` were made side by side."""

    a: Run
    b: Run

    def evidence_at(self, dependency: str) -> Evidence:
        """Return the dependency's evidence over both arms."""
        return self.a.at(dependency)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRound:
    """What one arm of a comparison did in one round."""

    durations: tuple[float, ...]
    """Seconds of each timed request; number n was made beside number n of the other arm."""
    requests: int
    """All requests, those of the burst included."""
    failures: int
    """Those without an answer below 400."""
    rate: float
    """Answers a second when several callers asked at once."""
    cpu: tuple[float, ...]
    """CPU seconds a request that the arm's processes used, number n beside number n of the other
    arm. Empty where that cannot be read."""
    resident: int | None
    """Bytes of memory that the arm's processes held at the round's end."""
    grown: int = 0
    """By how many bytes that was more than at its beginning."""
    calls: tuple[int | None, ...] = ()
    """Calls to each of the comparison's dependencies, from the taps; None where one missed some."""
    counted: int = 0
    """Requests whose calls these are: those of the burst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A short stretch of a comparison: pairs of one endpoint, then a burst of each arm."""

    endpoint: str
    began: float
    base: ArmRound
    head: ArmRound
    generation: int = 0
    """The number of the process generation: both arms are started anew for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two arms measured side by side, round after round in the order of time."""

    base: str
    head: str
    endpoints: tuple[str, ...]
    dependencies: tuple[str, ...]
    """Those whose calls were counted; none where the arms are not behind our taps."""
    rounds: tuple[Round, ...]
    conditions: tuple[str, ...] = ()
    """Backend, profile, faults and seed."""
    remarks: tuple[str, ...] = ()
    """What disturbed the measurement, each as one sentence."""

    def of(self, endpoint: str) -> tuple[Round, ...]:
        """Return the rounds of one endpoint, in order."""
        return tuple(round_ for round_ in self.rounds if round_.endpoint == endpoint)
