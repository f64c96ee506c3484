"""One attempt at a test while it runs: what it used, and what was judged."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from windtunnel.criteria import Category, Verdict
from windtunnel.plugin.replay_command import replay
from windtunnel.reports.scenario_result import InjectedFault, Judged, ScenarioOutcome

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


_STATE = pytest.StashKey[ScenarioState]()


def state_of(item: pytest.Item) -> ScenarioState:
    """Return the attempt at a test that is under way."""
    return item.stash.setdefault(_STATE, ScenarioState(attempt=1))


def used(item: pytest.Item) -> bool:
    """Whether the test used windtunnel so far."""
    return _STATE in item.stash


def begin_again(item: pytest.Item) -> None:
    """Begin the next attempt at a test, if there was one before."""
    if used(item):
        item.stash[_STATE] = ScenarioState(attempt=item.stash[_STATE].attempt + 1)


def record_verdict(item: pytest.Item, verdict: Verdict, *, scored: bool = True) -> None:
    """Keep a verdict for the session's reports, with the faults that were injected by now."""
    state = state_of(item)
    windows = () if state.stack is None else state.stack.windows
    state.judged.append(
        Judged(
            test=item.nodeid,
            verdict=verdict if scored else replace(verdict, category=Category.UNSCORED),
            faults=tuple(InjectedFault.of(each) for each in windows),
            attempt=state.attempt,
            replay=replay(item),
        )
    )
