"""What a search for a breaking point found, and how it reads."""

from collections.abc import Callable
from dataclasses import dataclass

from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.verdict import overall
from windtunnel.load.level_search import Bracket

Show = Callable[[float], str]


def milliseconds(seconds: float) -> str:
    """Return a level in seconds as a person reads it."""
    return f"{seconds * 1000:.3g} ms"


@dataclass(frozen=True, slots=True)
class StrengthTrial:
    """One strength that was tried."""

    level: float
    """The higher, the harder; 0 is no fault at all."""
    verdicts: tuple[Verdict, ...]

    @property
    def ruling(self) -> Ruling:
        """The worst of the verdicts'."""
        return overall(self.verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakingPoint:
    """Where a criterion stops holding."""

    bracket: Bracket
    trials: tuple[StrengthTrial, ...]
    """In the order of trying; first without the fault."""
    show: Show = milliseconds
    ran_out: bool = False
    """Whether the time was over before the gap was as small as asked for."""

    @property
    def held(self) -> float | None:
        """The hardest level that was shown to hold; None where not even the mildest was."""
        return self.bracket.held

    @property
    def broke(self) -> float | None:
        """The mildest level above it that was not; None where even the hardest held."""
        return self.bracket.failed

    @property
    def held_without(self) -> bool:
        """Whether the criterion holds without the fault: else no strength of it shows anything."""
        return self._last(0.0).ruling is Ruling.PASS

    @property
    def needs(self) -> str:
        """What would decide the mildest level that was not shown to hold. Empty where it failed."""
        beyond = self._last(self.broke or 0.0)
        return "; ".join({v.needs: None for v in beyond.verdicts if v.needs})

    def _last(self, level: float) -> StrengthTrial:
        """Return the trial that decided a level: a second one, where the first left it open."""
        return next(trial for trial in reversed(self.trials) if trial.level == level)

    def failed_before(self, level: float) -> bool:
        """Whether it was shown to fail at `level` or milder: what was left open is no failure."""
        return any(t.ruling is Ruling.FAIL and t.level <= level for t in self.trials)

    def __str__(self) -> str:
        if not self.held_without:
            over = ", and the time is over" if self.ran_out else ""
            return f"{_how(self._last(0.0))} even without the fault{over}"
        parts = []
        if self.held is not None:
            most = ", the most that was tried" if self.broke is None and not self.ran_out else ""
            parts.append(f"holds to {self.show(self.held)}{most}")
        if self.broke is not None:
            least = ", the least that was tried" if self.held is None else ""
            parts.append(f"{_how(self._last(self.broke))} at {self.show(self.broke)}{least}")
        if self.ran_out:
            parts.append("the time was over before more could be measured")
        return ", ".join(parts) or "nothing was tried"


def _how(trial: StrengthTrial) -> str:
    return "breaks" if trial.ruling is Ruling.FAIL else "was not shown to hold"
