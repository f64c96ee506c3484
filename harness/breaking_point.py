"""The least strength of a fault that breaks a criterion: "holds to 180 ms, breaks at 200 ms"."""

from collections.abc import Callable
from dataclasses import dataclass

from faults import Fault
from harness.criteria import Ruling, Verdict
from harness.errors import ConfigurationError
from harness.load.level_search import Bracket, Tried, bracket, next_level
from harness.records import Run
from harness.stack import Stack
from harness.target import Target


@dataclass(frozen=True, slots=True)
class BreakingPoint:
    """Where a criterion stops holding."""

    bracket: Bracket
    trials: tuple[tuple[float, Verdict], ...]
    """Each strength that was tried, and the criterion's verdict on it, in the order of trying."""
    unit: str
    scale: float
    """How many of `unit` one is."""

    @property
    def held(self) -> float | None:
        """The greatest strength that held; None where not even the lowest did."""
        return self.bracket.held

    @property
    def broke(self) -> float | None:
        """The smallest strength at which it failed; None where even the highest held."""
        return self.bracket.failed

    def __str__(self) -> str:
        if self.held is None and self.broke is None:
            return "nothing was tried"
        if self.held is None:
            return f"breaks at {self._figure(self.broke)}, the least that was tried"
        if self.broke is None:
            return f"holds to {self._figure(self.held)}, the most that was tried"
        return f"holds to {self._figure(self.held)}, breaks at {self._figure(self.broke)}"

    def _figure(self, strength: float | None) -> str:
        return "nothing" if strength is None else f"{strength * self.scale:.3g} {self.unit}"


def breaking_point(
    stack: Stack,
    fault: Callable[[float], Fault],
    drive: Callable[[Target], Run],
    criterion: Callable[[Run], Verdict],
    *,
    lowest: float,
    highest: float,
    resolution: float = 0.1,
    unit: str = "ms",
    scale: float = 1000.0,
) -> BreakingPoint:
    """Search from `lowest` to `highest` for where `criterion` of `drive` under `fault` fails.

    A strength is what `fault` takes, in its own unit (seconds for Latency, shown as ms). Each one
    meets a fresh target, so that no breaker or cache carries over. A strength on which two verdicts
    are INCONCLUSIVE was not shown to hold. Ends when the gap is below a share of `resolution`.
    Raises ConfigurationError on a wrong range, and what an injection raises.
    """
    if not 0 < lowest < highest:
        raise ConfigurationError(
            f"breaking_point(lowest={lowest:g}, highest={highest:g}): expected 0 < lowest < highest"
        )
    if not 0 < resolution <= 1:
        raise ConfigurationError(
            f"breaking_point(resolution={resolution:g}): expected a share above 0, up to 1"
        )
    tried: list[Tried] = []
    trials: list[tuple[float, Verdict]] = []
    while (strength := next_level(tried, lowest, highest, resolution)) is not None:
        for _ in range(2):
            with stack.target() as target, stack.inject(fault(strength)):
                verdict = criterion(drive(target))
            trials.append((strength, verdict))
            if verdict.ruling is not Ruling.INCONCLUSIVE:
                break
        tried.append(Tried(strength, verdict.ruling is Ruling.PASS))
    return BreakingPoint(bracket(tried), tuple(trials), unit, scale)
