"""Searches for a breaking point: which levels to try, and when to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from windtunnel.breaking_point.point import BreakingPoint, Show, StrengthTrial, milliseconds
from windtunnel.criteria import Ruling
from windtunnel.errors import ConfigurationError, shown
from windtunnel.load.level_search import LevelOutcome, bracket, next_level, steps_at_most

LONGER = 3
"""Times as long is the second look at a level that the first left open."""


class BudgetOverError(Exception):
    """The budget was over before a look could be completed."""

    def __init__(self, trial: StrengthTrial) -> None:
        super().__init__(trial)
        self.trial = trial
        """What the look found until then."""


@dataclass(frozen=True, slots=True)
class Search:
    """Where to search and how far. Raises ConfigurationError on a range that cannot be."""

    lowest: float
    """A level is what a fault takes, in its own unit (seconds for Latency); higher is harder."""
    highest: float
    resolution: float = 0.1
    """The search ends once the gap is below this share of the level that held."""
    budget: float = 300.0
    """Seconds after which the search ends, with what it has found."""
    show: Show = milliseconds
    on_trial: Callable[[StrengthTrial], None] = lambda trial: None
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        if not 0 < self.lowest < self.highest:
            raise ConfigurationError(
                f"Search(lowest={shown(self.lowest)}, highest={shown(self.highest)}): expected"
                " 0 < lowest < highest"
            )
        if not 0 < self.resolution <= 1:
            raise ConfigurationError(
                f"Search(resolution={shown(self.resolution)}): expected a share above 0, up to 1"
            )

    @property
    def looks_at_most(self) -> int:
        """How many looks it takes at most, the first without the fault included."""
        return 2 * (1 + steps_at_most(self.lowest, self.highest, self.resolution))

    def run(self, look: Callable[[float, int], StrengthTrial]) -> BreakingPoint:
        """Return what looks find: each at a level, for so many times its usual time.

        The first is at level 0, without the fault, and none follows where that does not pass. A
        level that a look leaves open gets a longer one; what that leaves open too was not shown to
        hold.
        """
        trials: list[StrengthTrial] = []

        def holds(level: float) -> bool:
            for times in (1, LONGER):
                trials.append(look(level, times))
                self.on_trial(trials[-1])
                if trials[-1].ruling is not Ruling.INCONCLUSIVE:
                    break
            return trials[-1].ruling is Ruling.PASS

        until = self.clock() + self.budget
        tried: list[LevelOutcome] = []
        ran_out = False
        try:
            level = self._next(tried) if holds(0.0) else None
            while level is not None and not ran_out:
                tried.append(LevelOutcome(level, holds(level)))
                level = self._next(tried)
                ran_out = level is not None and self.clock() >= until
        except BudgetOverError as over:
            trials.append(over.trial)
            self.on_trial(over.trial)
            ran_out = True
        return BreakingPoint(
            bracket=bracket(tried), trials=tuple(trials), show=self.show, ran_out=ran_out
        )

    def _next(self, tried: list[LevelOutcome]) -> float | None:
        return next_level(tried, self.lowest, self.highest, self.resolution)
