"""Two revisions of one service measured side by side, round after round."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRound:
    """What one arm of a comparison did in one round."""

    durations: tuple[float, ...]
    """Seconds of each timed request; number n was made beside number n of the other arm. NaN where
    it got no good answer (below 400)."""
    requests: int
    """All requests, those of the burst included."""
    failures: int
    """Requests without an answer below 400."""
    rate: float
    """Good answers a second when several callers asked at once; NaN where any was none."""
    cpu: tuple[float, ...]
    """CPU seconds that the arm's processes used for each request, in the order of the other arm's.
    Empty where they cannot be read."""
    resident: int | None
    """Bytes of memory that the arm's processes held at the round's end."""
    grown: int = 0
    """Bytes by which the memory grew since the round's beginning."""
    calls: tuple[int | None, ...] = ()
    """Calls to each of the comparison's dependencies. None where its tap missed some."""
    left_out: tuple[int, ...] = ()
    """Calls to each that are not among these because such calls come without requests, too."""
    counted: int = 0
    """The number of requests that made these calls: those of the burst."""
    fallbacks: int = 0
    """Good answers that name a fallback as their source."""
    bad: tuple[tuple[str, int], ...] = ()
    """What came instead of good answers, and how often, such as ("answered 401", 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A short stretch of a comparison: pairs of one endpoint, then a burst of each arm."""

    endpoint: str
    began: float
    base: ArmRound
    head: ArmRound
    generation: int = 0
    """The number of the process generation. For each, both arms are started anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two arms measured side by side, round after round in the order of time."""

    base: str
    head: str
    endpoints: tuple[str, ...]
    dependencies: tuple[str, ...]
    """The dependencies whose calls were counted. Empty where the arms are not behind taps."""
    rounds: tuple[Round, ...]
    conditions: tuple[str, ...] = ()
    """Backend, profile and faults."""
    seed: int | None = None
    """What random decisions were drawn from; None where that is not known."""
    remarks: tuple[str, ...] = ()
    """What disturbed the measurement, each as one sentence."""

    @property
    def described(self) -> tuple[str, ...]:
        """The conditions and the seed, as a person reads them."""
        return self.conditions if self.seed is None else (*self.conditions, f"seed {self.seed}")

    def of(self, endpoint: str) -> tuple[Round, ...]:
        """Return the rounds of one endpoint, in order."""
        return tuple(round_ for round_ in self.rounds if round_.endpoint == endpoint)
