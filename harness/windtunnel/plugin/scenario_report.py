"""A test's result: its verdicts travel with its report, and each outcome has its own form."""

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from windtunnel.criteria import Category, Ruling, Verdict
from windtunnel.errors import (
    BackendUnavailable,
    ConfigurationError,
    InconclusiveVerdict,
    NotTestable,
    UnsupportedFault,
    VacuousFault,
    VerdictFailed,
    WindtunnelError,
)
from windtunnel.plugin import options, report_only
from windtunnel.plugin.clean_reports import clean_report, masking_of
from windtunnel.plugin.fixture_use import uses_stack
from windtunnel.plugin.replay_command import replay
from windtunnel.plugin.scenario_state import record_verdict, state_of, used
from windtunnel.plugin.tried_scenario import ScenarioState
from windtunnel.reports import junit
from windtunnel.reports.explanation import explain
from windtunnel.reports.scenario_result import (
    InjectedFault,
    Judged,
    ScenarioOutcome,
    ScenarioResult,
)

MISTAKES = (ConfigurationError, UnsupportedFault, BackendUnavailable)
"""What is raised where a test asks for something that there is not, or cannot be had here."""


def complete(
    item: pytest.Item,
    excinfo: pytest.ExceptionInfo[BaseException] | None,
    report: pytest.TestReport,
) -> None:
    """Attach the verdicts to the report, and give errors and INCONCLUSIVE their own form."""
    if excinfo is not None:
        _formed(item, excinfo, report)
    if not used(item):
        if uses_stack(item):
            clean_report(report, masking_of(item))
        return
    state = state_of(item)
    if state.reported and report.when == "call" and report.passed:
        report_only.show(report, "\n\n".join(state.reported))
    _remember(item, report, None if excinfo is None else excinfo.value)
    if report.when == "teardown":
        tried = _tried(item)
        # As text, so that xdist can carry it from the worker to the controller.
        vars(report)["windtunnel"] = msgspec.json.encode(tried).decode()
        report.user_properties.extend(junit.properties(tried))
    clean_report(report, masking_of(item))


def _remember(item: pytest.Item, report: pytest.TestReport, error: BaseException | None) -> None:
    state = state_of(item)
    reported = getattr(report, "windtunnel_reported", "")
    if reported:
        state.outcome = ScenarioOutcome.REPORTED
    elif getattr(report, "windtunnel_inconclusive", False):
        state.outcome = ScenarioOutcome.INCONCLUSIVE
    elif report.skipped and hasattr(report, "wasxfail"):
        state.outcome = ScenarioOutcome.EXPECTED
    elif report.failed:
        state.outcome = _failure(state.outcome, error)
    elif report.skipped:
        state.outcome = ScenarioOutcome.SKIPPED
    else:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    reason = reported or reason
    lines = reason.strip().splitlines()
    # pytest's own form of an error marks its message so.
    marked = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    state.said = next(iter([*marked, *lines]), "")


def _failure(before: ScenarioOutcome, error: BaseException | None) -> ScenarioOutcome:
    """Return how an attempt failed: what went wrong first counts, not what followed from it."""
    if before in {ScenarioOutcome.FAILED, ScenarioOutcome.MISTAKEN}:
        return before
    return ScenarioOutcome.MISTAKEN if isinstance(error, MISTAKES) else ScenarioOutcome.FAILED


def _tried(item: pytest.Item) -> ScenarioResult:
    state, (path, line, _) = state_of(item), item.location
    stack = state.stack
    windows = () if stack is None else stack.windows
    plot = ""
    if stack is not None and stack.runs and options.draws(item.config):
        # It needs numpy, and every session pays for what its plugins load.
        from windtunnel.reports.latency_plot import picture  # noqa: PLC0415 - the reason above

        plot = picture(stack.runs, windows)
    return ScenarioResult(
        test=item.nodeid,
        attempt=state.attempt,
        outcome=state.outcome,
        file=path,
        line=(line or 0) + 1,
        replay=replay(item),
        said=state.said,
        judged=_judged(state),
        injected=tuple(InjectedFault.of(each) for each in windows),
        settings=tuple(f"{name}={value}" for name, value in state.settings.items()),
        description=() if stack is None else stack.description,
        capabilities=() if stack is None else tuple(sorted(stack.backend.capabilities)),
        plot=plot,
    )


def _judged(state: ScenarioState) -> tuple[Judged, ...]:
    expected = state.outcome is ScenarioOutcome.EXPECTED
    return tuple(_expected(each) if expected else each for each in state.judged)


def _expected(judged: Judged) -> Judged:
    """Return a verdict of a test that is marked to fail: its FAIL costs no points, and says so."""
    verdict = judged.verdict
    if verdict.ruling is not Ruling.FAIL:
        return judged
    said = f"{verdict.statement} (expected: the test is marked xfail)"
    return replace(judged, verdict=replace(verdict, category=Category.UNSCORED, statement=said))


def _formed(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], report: pytest.TestReport
) -> None:
    error = excinfo.value
    if isinstance(error, NotTestable):
        error = InconclusiveVerdict(f"INCONCLUSIVE {error}. It needs {error.needs}.")
    if isinstance(error, InconclusiveVerdict | WindtunnelError):
        _unexpected(item, error, report)
    if isinstance(error, InconclusiveVerdict):
        _left_open(item, error, report)
    elif isinstance(error, WindtunnelError | VerdictFailed) and report.failed:
        report.longrepr = f"{error}\n{_place(excinfo, item)}"
        if isinstance(error, VacuousFault | VerdictFailed) and report_only.reports_only(item):
            report_only.show(report, report.longrepr)
    elif isinstance(error, AssertionError) and report.failed:
        again = replay(item)
        failed = _asserted(excinfo)
        for verdict in failed:
            record_verdict(item, verdict, scored=False)
        if failed:
            explained = [explain(verdict, again) for verdict in failed]
            report.longrepr = "\n".join([*explained, _place(excinfo, item)])
            if report_only.reports_only(item):
                report_only.show(report, report.longrepr)


def _unexpected(item: pytest.Item, error: BaseException, report: pytest.TestReport) -> None:
    """Fail a test that is marked xfail where the service did not fail: nothing was shown of it.

    What is open, a fault that touched nothing, a program that did not start or ended by itself are
    not the failure that the mark expects, unless it names them (`raises`).
    """
    if not hasattr(report, "wasxfail"):
        return
    named = [mark.kwargs.get("raises") for mark in item.iter_markers("xfail")]
    if any(each is not None and isinstance(error, each) for each in named):
        return
    del report.wasxfail
    report.outcome = "failed"


def _left_open(item: pytest.Item, error: InconclusiveVerdict, report: pytest.TestReport) -> None:
    if not report.failed:
        return
    if item.config.getoption("--windtunnel-inconclusive") == "report":
        path, line, _ = item.location
        report.outcome = "skipped"
        report.longrepr = (str(path), line or 0, str(error))
        vars(report)["windtunnel_inconclusive"] = True
    else:
        report.longrepr = str(error)


def _asserted(excinfo: pytest.ExceptionInfo[BaseException]) -> list[Verdict]:
    """Return the failed verdicts of a plain `assert verdict`, which pytest shows only as a value.

    They are among the frame's local values: pytest keeps an assertion's operands there as well,
    under names that begin with "@py". A verdict that the assertion does not name is not its cause.
    """
    entry = excinfo.traceback[-1]
    named = set(re.findall(r"\w+", str(entry.statement)))
    failed = (
        value
        for name, value in entry.frame.f_locals.items()
        if isinstance(value, Verdict) and value.ruling is Ruling.FAIL
        if name.startswith("@py") or name in named
    )
    return list(dict.fromkeys(failed))


def _place(excinfo: pytest.ExceptionInfo[BaseException], item: pytest.Item) -> str:
    """Return the line of the test in which the error arose."""
    own = [entry for entry in excinfo.traceback if Path(str(entry.path)) == item.path]
    if not own:
        return f"in {item.nodeid}"
    entry = own[-1]
    return f"{item.location[0]}:{entry.lineno + 1}: in {entry.name}\n    {entry.statement}"
