"""One attempt at one test: what it injected, what it judged, how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from windtunnel.criteria import Verdict
from windtunnel.records import Edge, FaultWindow


class ScenarioOutcome(StrEnum):
    """How an attempt at a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    MISTAKEN = "mistaken"
    """What it asked for was refused: the test is wrong, and says nothing of the service."""
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"
    EXPECTED = "xfailed"
    """It failed as its mark says (xfail)."""
    REPORTED = "reported"
    """It would have failed, but verdicts are only reported."""


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A fault that a test injected, and the dependency that it struck."""

    fault: str
    """As it reads in a scenario, such as "Outage(dependency='catalog')"."""
    dependency: str
    """Where it struck one caller's calls alone, the text of the `Edge`."""
    kind: str
    """The fault's class, such as "Outage"."""

    @classmethod
    def of(cls, window: FaultWindow) -> "InjectedFault":
        """Return the fault of a window."""
        edge = Edge(window.dependency, caller=window.caller)
        return cls(window.fault, str(edge), window.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict and the test that it came from."""

    test: str
    verdict: Verdict
    faults: tuple[InjectedFault, ...] = ()
    """The faults that the test had injected by then."""
    attempt: int = 1
    """2 and above where the test was run again."""
    replay: str = ""
    """The command that runs the test again with the same random decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """One attempt at one test that used windtunnel."""

    test: str
    attempt: int
    outcome: ScenarioOutcome
    file: str
    """Relative to the project."""
    line: int
    """1 for the first."""
    replay: str
    said: str = ""
    """The first line of why it did not pass."""
    judged: tuple[Judged, ...] = ()
    injected: tuple[InjectedFault, ...] = ()
    settings: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    """What its backend says of itself."""
    capabilities: tuple[str, ...] = ()
    """What its backend can do."""
    plot: str = ""
    """Its requests over time as SVG, where a report wants it."""
