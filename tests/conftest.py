"""What every test may use, and the rule that CI skips nothing."""

import os
from collections.abc import Generator

import pytest

pytest_plugins = ["pytester"]

REQUIRE_ALL = "WINDTUNNEL_CI_REQUIRE_ALL"
"""Set in CI: a test that would be skipped fails instead."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get(REQUIRE_ALL) and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} would be skipped, and {REQUIRE_ALL} is set: {reason}"
    return report
