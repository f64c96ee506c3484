"""The attempt at a test that is under way: kept with the test, and begun again with it."""

from dataclasses import replace

import pytest

from windtunnel.criteria import Category, Verdict
from windtunnel.plugin.replay_command import replay
from windtunnel.plugin.stash_keys import STATE
from windtunnel.plugin.tried_scenario import ScenarioState
from windtunnel.reports.scenario_result import InjectedFault, Judged


def state_of(item: pytest.Item) -> ScenarioState:
    """Return the attempt at a test that is under way."""
    return item.stash.setdefault(STATE, ScenarioState(attempt=1))


def used(item: pytest.Item) -> bool:
    """Whether the test used windtunnel so far."""
    return STATE in item.stash


def begin_again(item: pytest.Item) -> None:
    """Begin the next attempt at a test that was tried before."""
    item.stash[STATE] = ScenarioState(attempt=item.stash[STATE].attempt + 1)


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
