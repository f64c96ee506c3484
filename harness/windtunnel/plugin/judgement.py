"""A verdict decides its test: recorded, and raised unless it is PASS."""

from collections.abc import Callable

import pytest

from windtunnel.criteria import Ruling, Verdict
from windtunnel.ended_programs import check_programs
from windtunnel.errors import InconclusiveVerdict, VerdictFailed
from windtunnel.plugin.replay_command import replay
from windtunnel.plugin.report_only import note, reports_only
from windtunnel.plugin.scenario_state import record_verdict, state_of
from windtunnel.reports.explanation import explain

Judge = Callable[[Verdict], Verdict]
"""What the fixture `judge` gives: returns the verdict if it is PASS, else fails the test."""


def decide(item: pytest.Item, verdict: Verdict) -> None:
    """Record a verdict; raise VerdictFailed or InconclusiveVerdict unless it is PASS."""
    __tracebackhide__ = True
    stack = state_of(item).stack
    if stack is not None:
        check_programs(stack.backend)
    record_verdict(item, verdict)
    explained = explain(verdict, replay(item))
    if verdict.ruling is Ruling.FAIL and reports_only(item):
        note(item, explained)
    elif verdict.ruling is Ruling.FAIL:
        raise VerdictFailed(explained)
    if verdict.ruling is Ruling.INCONCLUSIVE:
        raise InconclusiveVerdict(explained)
