"""What the markers for faults and criteria do: faults around a test's call, judgement after it."""

from collections.abc import Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from windtunnel.configuration import topology
from windtunnel.criteria import Ruling, Verdict
from windtunnel.ended_programs import check_programs
from windtunnel.errors import ConfigurationError, InconclusiveVerdict, VerdictFailed
from windtunnel.plugin import markers
from windtunnel.plugin.criterion_marker import Criterion
from windtunnel.plugin.replay_command import replay
from windtunnel.plugin.report_only import note, reports_only
from windtunnel.plugin.scenario_state import record_verdict, state_of
from windtunnel.records import Edge, FaultWindow
from windtunnel.reports.explanation import explain

if TYPE_CHECKING:
    from windtunnel.stack import Stack


def under_faults(item: pytest.Item) -> Generator[None, object, object]:
    """Keep the marked faults in force while the test runs, then judge what it drove.

    Around the call alone: what fixtures do before and after it is not under the fault. A test that
    failed by itself is not judged, and neither is one whose fault touched nothing.
    """
    __tracebackhide__ = True
    faults, criteria = markers.faults(item), markers.criteria(item)
    if not faults and not criteria:
        return (yield)
    stack = state_of(item).stack
    if stack is None:
        raise ConfigurationError(
            f"{item.nodeid}: its fixture `windtunnel_stack` is another one than windtunnel's,"
            " which the markers fault and criterion need"
        )
    with ExitStack() as held:
        for fault in faults:
            held.enter_context(stack.inject(fault))
        result = yield
    _judge(item, stack, criteria)
    return result


def _judge(item: pytest.Item, stack: "Stack", criteria: list[Criterion]) -> None:
    if not criteria:
        return
    if not stack.runs:
        raise ConfigurationError(
            f"{criteria[0].text}: the test made no run: use stack.drive, stack.load or stack.offer"
        )
    check_programs(stack.backend)
    struck = [str(edge) for window in stack.windows for edge in _asked_about(stack, window)]
    verdicts = [v for each in criteria for v in each.judge(stack.runs[-1], struck)]
    for verdict in verdicts:
        record_verdict(item, verdict)
    failed = [verdict for verdict in verdicts if verdict.ruling is Ruling.FAIL]
    if failed and reports_only(item):
        note(item, _explained(item, failed))
    elif failed:
        raise VerdictFailed(_explained(item, failed))
    open_ = [verdict for verdict in verdicts if verdict.ruling is Ruling.INCONCLUSIVE]
    if open_:
        raise InconclusiveVerdict(_explained(item, open_))


def _asked_about(stack: "Stack", window: FaultWindow) -> list[Edge]:
    """Return whose calls a criterion without a dependency is about: those of the fault's caller.

    Without a caller, the target's own, or those of each program that calls it.
    """
    found = [
        edge for edge in topology.edges(stack.configuration) if edge.dependency == window.dependency
    ]
    if window.caller:
        return [topology.edge(stack.configuration, window.dependency, window.caller)]
    return [edge for edge in found if not edge.caller] or found


def _explained(item: pytest.Item, verdicts: list[Verdict]) -> str:
    again = replay(item)
    return "\n\n".join(explain(verdict, again) for verdict in verdicts)
