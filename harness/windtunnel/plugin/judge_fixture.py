"""The fixture `windtunnel_judge`: a verdict decides its test."""

from collections.abc import Callable

import pytest

from windtunnel.criteria import Ruling, Verdict
from windtunnel.ended_programs import check_programs
from windtunnel.errors import InconclusiveVerdict, VerdictFailed
from windtunnel.plugin.replay_command import replay
from windtunnel.plugin.scenario_state import record_verdict, state_of
from windtunnel.reports.explanation import explain

Judge = Callable[[Verdict], Verdict]
"""What the fixture `judge` gives: returns the verdict if it is PASS, else fails the test."""


@pytest.fixture
def windtunnel_judge(request: pytest.FixtureRequest) -> Judge:
    """Record a verdict for score and reports, and fail the test unless it is PASS."""
    item = request.node

    def judged(verdict: Verdict) -> Verdict:
        __tracebackhide__ = True
        stack = state_of(item).stack
        if stack is not None:
            check_programs(stack.backend)
        record_verdict(item, verdict)
        explained = explain(verdict, replay(item))
        if verdict.ruling is Ruling.FAIL:
            raise VerdictFailed(explained)
        if verdict.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict(explained)
        return verdict

    return judged
