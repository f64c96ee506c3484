"""What every test may use, and the rule that CI skips nothing."""

import importlib
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from windtunnel.plugin.scenario_state import used

pytest_plugins = ["pytester"]

REQUIRE_ALL = "WINDTUNNEL_CI_REQUIRE_ALL"
"""Set in CI: a test that would be skipped fails instead."""

LOADED_ONCE = ("numpy.fft", "numpy.random")
"""What windtunnel imports late, and numpy's compiled modules refuse to load a second time."""

ALONE = frozenset({"benchmarks", "load_testing", "scenarios"})
"""Folders whose tests measure, and so want the machine to themselves."""
BUSY = frozenset({"browser", "conformance", "mutants"})
"""Folders whose tests hold on a busy machine, also the slow ones: they count, or wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what wants the machine to itself; the other tests may run beside each other."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        slow = item.get_closest_marker("slow") is not None and folder not in BUSY
        if (slow or folder in ALONE) and item.get_closest_marker("busy") is None:
            item.add_marker("alone")


@pytest.fixture(scope="session")
def loaded_once() -> None:
    """Import the modules that must not be forgotten."""
    for module in LOADED_ONCE:
        importlib.import_module(module)


@pytest.fixture
def pytester(
    loaded_once: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """Make a project for pytest to run on in this process.

    Afterwards pytest forgets the modules that were imported meanwhile. What cannot be loaded again
    would fail in whatever test needs it next, so it is imported before. No control period is waited
    for: each of these projects would wait anew.
    """
    monkeypatch.setenv("WINDTUNNEL_CONTROL_PERIOD", "0")
    return pytester


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if getattr(report, "windtunnel_inconclusive", False) and not used(item):
        # Without a stack nothing is measured: what was left open there is a mistake of the code.
        report.outcome = "failed"
    if os.environ.get(REQUIRE_ALL) and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} would be skipped, and {REQUIRE_ALL} is set: {reason}"
    return report
