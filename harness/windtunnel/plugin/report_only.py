"""--windtunnel-report-only: verdicts are reported, and fail no test."""

import pytest

from windtunnel.plugin.options import REPORT_ONLY
from windtunnel.plugin.stash_keys import STATE


def reports_only(item: pytest.Item) -> bool:
    """Whether a verdict fails nothing here; a test that is to fail still does."""
    return bool(item.config.getoption(REPORT_ONLY)) and not any(item.iter_markers("xfail"))


def note(item: pytest.Item, said: str) -> None:
    """Keep what would have failed a test."""
    item.stash[STATE].reported.append(said)


def show(report: pytest.TestReport, said: str) -> None:
    """Let a report be neither a failure nor a pass, but what would have failed."""
    report.outcome = "passed"
    report.longrepr = None
    vars(report)["windtunnel_reported"] = said
