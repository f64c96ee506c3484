"""A test's result: its verdicts travel with its report, and each outcome has its own form."""

from collections.abc import Generator
from pathlib import Path

import msgspec
import pytest

from harness.criteria import Ruling, Verdict
from harness.errors import InconclusiveVerdict, VerdictFailed, WindtunnelError
from harness.plugin.replay import replay
from harness.plugin.state import DESCRIPTION, ENVIRONMENT, VERDICTS
from harness.reports.explanation import explain


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the verdicts to the report, and give errors and INCONCLUSIVE their own form."""
    report = yield
    verdicts = item.stash.get(VERDICTS, [])
    if call.when == "teardown" and verdicts:
        # As text, so that xdist can carry it from the worker to the controller.
        described: tuple[str, ...] = item.config.stash.get(DESCRIPTION, ())
        vars(report)["windtunnel_verdicts"] = msgspec.json.encode(verdicts).decode()
        vars(report)["windtunnel_description"] = list(described)
        settings = [f"{name}={value}" for name, value in item.stash.get(ENVIRONMENT, {}).items()]
        vars(report)["windtunnel_settings"] = settings
    if call.excinfo is None:
        return report
    error = call.excinfo.value
    if isinstance(error, InconclusiveVerdict) and report.failed:
        if item.config.getoption("--windtunnel-inconclusive") == "report":
            path, line, _ = item.location
            report.outcome = "skipped"
            report.longrepr = (str(path), line or 0, str(error))
            vars(report)["windtunnel_inconclusive"] = True
        else:
            report.longrepr = str(error)
    elif isinstance(error, WindtunnelError | VerdictFailed) and report.failed:
        report.longrepr = f"{error}\n{_place(call.excinfo, item)}"
    elif isinstance(error, AssertionError) and report.failed:
        explained = [explain(verdict, replay(item)) for verdict in _asserted(call.excinfo)]
        if explained:
            report.longrepr = "\n".join([*explained, _place(call.excinfo, item)])
    return report


def _asserted(excinfo: pytest.ExceptionInfo[BaseException]) -> list[Verdict]:
    """Return the failed verdicts of a plain `assert verdict`, which pytest shows only as a value.

    They are among the frame's local values: pytest keeps an assertion's operands there as well.
    """
    values = excinfo.traceback[-1].frame.f_locals.values()
    failed = (v for v in values if isinstance(v, Verdict) and v.ruling is Ruling.FAIL)
    return list(dict.fromkeys(failed))


def _place(excinfo: pytest.ExceptionInfo[BaseException], item: pytest.Item) -> str:
    """Return the line of the test in which the error arose."""
    own = [entry for entry in excinfo.traceback if Path(str(entry.path)) == item.path]
    if not own:
        return f"in {item.nodeid}"
    entry = own[-1]
    return f"{item.location[0]}:{entry.lineno + 1}: in {entry.name}\n    {entry.statement}"


def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> tuple[str, str, str] | None:
    """Show INCONCLUSIVE as a result of its own."""
    if getattr(report, "windtunnel_inconclusive", False):
        return "inconclusive", "I", "INCONCLUSIVE"
    return None
