"""One attempt at one test: what it used, and what was judged."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from windtunnel.reports.scenario_result import Judged, ScenarioOutcome

if TYPE_CHECKING:
    from windtunnel.stack import Stack


@dataclass(slots=True)
class ScenarioState:
    """What one attempt at one test has used and judged so far."""

    attempt: int
    stack: "Stack | None" = None
    judged: list[Judged] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    outcome: ScenarioOutcome = ScenarioOutcome.PASSED
    said: str = ""
    reported: list[str] = field(default_factory=list)
    """What would have failed the attempt, where verdicts are only reported."""
