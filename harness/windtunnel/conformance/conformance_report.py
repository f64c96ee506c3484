"""What a conformance run found: one result for each property and kind of failure."""

from dataclasses import dataclass

from windtunnel.conformance.answering_processes import UNSEEN_PROCESSES, AnsweringProcesses
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import InconclusiveVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyResult:
    """One property's verdict, and what it rests on."""

    name: str
    """The property's."""
    promise: str
    source: str
    failure: str
    """The kind of failure by which the dependency failed."""
    verdict: Verdict
    recording: Recording | None
    """None where the plan could not begin."""
    seconds: float

    @property
    def title(self) -> str:
        """The property's name, with the kind of failure where it is tested for several."""
        return f"{self.name} ({self.failure})" if self.failure else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the survey measured before any property was tested."""

    failures: int | None
    """Consecutive failures after which the breaker was silent; None where it never was."""
    recovery: TimeBounds | None
    """How long it then stayed open, as claimed or measured; None beyond the deadline."""
    measured: bool
    """Whether the recovery time was measured, not claimed."""
    start: float = 0.0
    """Seconds that a target took to start."""
    retried: bool = False
    """Whether its client made a failed call again by itself."""
    answering: AnsweringProcesses = UNSEEN_PROCESSES
    """Who answered its callers."""
    timeout: float | None = None
    """Seconds after which the service gave a call up; None where it was not seen to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceReport:
    """A whole run. True where nothing failed and something passed; see Verdict for the rest."""

    service: str
    dependency: str
    endpoint: str
    backend: str
    seed: int
    claims: Claims
    observed: Observed
    results: tuple[PropertyResult, ...]
    seconds: float

    def ruled(self, ruling: Ruling) -> tuple[PropertyResult, ...]:
        """Return the results with this ruling."""
        return tuple(each for each in self.results if each.verdict.ruling is ruling)

    @property
    def ruling(self) -> Ruling:
        """FAIL if any property fails; else PASS if any passes; else INCONCLUSIVE."""
        for ruling in (Ruling.FAIL, Ruling.PASS):
            if self.ruled(ruling):
                return ruling
        return Ruling.INCONCLUSIVE

    def __bool__(self) -> bool:
        if self.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict("no property of the breaker could be tested")
        return self.ruling is Ruling.PASS

    def __getitem__(self, name: str) -> Verdict:
        """Return the verdict of a property, or of "property (failure)"; KeyError names them all."""
        for each in self.results:
            if name in {each.name, each.title}:
                return each.verdict
        raise KeyError(f"no result {name!r}; there are: {[each.title for each in self.results]}")
