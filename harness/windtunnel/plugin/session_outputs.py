"""Gathers what tests found, where the session's outputs are written."""

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from windtunnel.plugin import options
from windtunnel.plugin.stash_keys import SINKS, TRIED

if TYPE_CHECKING:
    from windtunnel.plugin.session_end import SessionEnd


class _Collector:
    """One for each session; not in an xdist worker, whose controller gathers for it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began = datetime.now(UTC)

    @property
    def _has_outputs(self) -> bool:
        """Whether the session says anything: a test used windtunnel, or an option asks for it."""
        stash = self._config.stash
        asked = options.minimum_score(self._config) is not None
        return bool(stash[TRIED] or stash[SINKS]) or asked

    @cached_property
    def _end(self) -> "SessionEnd":
        from windtunnel.plugin.session_end import SessionEnd  # noqa: PLC0415 - few sessions need it

        return SessionEnd(self._config, self._began)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a finished test found out of its report, before others write that down."""
        encoded = vars(report).pop("windtunnel", None)
        if encoded is not None:
            self._end.take(encoded)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, and fail a session below its minimum."""
        if self._has_outputs and not self._config.getoption("collectonly"):
            self._end.finish(session)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the score, what was inconclusive, and how to replay."""
        for report in terminalreporter.stats.get("inconclusive", []):
            terminalreporter.section(f"INCONCLUSIVE {report.nodeid}", sep="_")
            terminalreporter.line(report.longrepr[2])
        for report in terminalreporter.stats.get("reported only", []):
            terminalreporter.section(f"REPORTED ONLY {report.nodeid}", sep="_")
            terminalreporter.line(report.windtunnel_reported)
        if self._has_outputs:
            self._end.show(terminalreporter)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Gather what tests find unless a controller does it for us."""
    if not hasattr(session.config, "workerinput"):
        collector = _Collector(session.config)
        session.config.pluginmanager.register(collector, "windtunnel-collector")
