"""A plugin for pytest that writes down which test reaches which line, and how long it takes.

Coverage measures in each process, also in those that a test starts: they find the test's name in
their environment. A process that outlives its test goes on under that test's name.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage

from tests.mutation.reach import CONTEXT, DURATIONS, Timed


class Recorder:
    """Names the test under way to coverage, and adds up its times."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._timed: dict[str, Timed] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let what follows be measured under this test's name."""
        os.environ[CONTEXT] = item.nodeid
        measured = Coverage.current()
        if measured is not None:
            measured.switch_context(item.nodeid)
        self._timed[item.nodeid] = Timed(
            test=item.nodeid,
            seconds=0.0,
            passed=True,
            slow=item.get_closest_marker("slow") is not None,
            alone=item.get_closest_marker("alone") is not None,
        )
        try:
            return (yield)
        finally:
            os.environ.pop(CONTEXT, None)
            if measured is not None:
                measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a phase took."""
        timed = self._timed.get(report.nodeid)
        if timed is not None:
            timed.seconds += report.duration
            timed.setup += report.duration if report.when == "setup" else 0.0
            timed.passed = timed.passed and report.passed

    def pytest_sessionfinish(self) -> None:
        """Write what this process ran; of xdist's processes only the workers ran something."""
        if self._timed:
            lines = [json.dumps(vars(timed)) + "\n" for timed in self._timed.values()]
            (self._folder / f"{DURATIONS}{os.getpid()}").write_text("".join(lines))


def pytest_configure(config: pytest.Config) -> None:
    """Record into the folder that the environment names."""
    config.pluginmanager.register(Recorder(Path(os.environ["WINDTUNNEL_REACH"])))
