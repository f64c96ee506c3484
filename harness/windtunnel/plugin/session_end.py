"""The session's end: its findings put together, shown, written, and the exit status."""

import os
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import msgspec
import pytest

from windtunnel import __version__
from windtunnel.criteria import Ruling
from windtunnel.criteria.score import score
from windtunnel.errors import WindtunnelError
from windtunnel.history import machine
from windtunnel.outgoing.clean_records import clean, clean_text
from windtunnel.outgoing.masking import Masking
from windtunnel.plugin import options
from windtunnel.plugin.matrix_marker import pairs
from windtunnel.plugin.stash_keys import SESSION, SINKS, TRIED
from windtunnel.reports import terminal
from windtunnel.reports.annotations import Annotations
from windtunnel.reports.job_summary import JobSummary
from windtunnel.reports.matrix import matrix
from windtunnel.reports.reruns import counted, flaky
from windtunnel.reports.scenario_result import ScenarioOutcome, ScenarioResult
from windtunnel.reports.session_report import SessionReport, Standing
from windtunnel.reports.sink import Sink


class SessionEnd:
    """All that the session found, put together once, when no test is to come."""

    def __init__(self, config: pytest.Config, began: datetime) -> None:
        self._config = config
        self._began = began
        self._unwritten: list[str] = []

    @cached_property
    def _found(self) -> SessionReport:
        return _put_together(self._config, self._began, self._masking)

    @cached_property
    def _masking(self) -> Masking:
        """Everything that a test's own report masks, for the reports of all tests."""
        masking = self._config.stash[SESSION].masking
        for tried in self._config.stash[TRIED]:
            pairs = (setting.partition("=") for setting in tried.settings)
            masking = masking.knowing({name: value for name, _, value in pairs})
        return masking

    def take(self, encoded: str) -> None:
        """Take what one test found, as its report carries it."""
        self._config.stash[TRIED].append(msgspec.json.decode(encoded, type=ScenarioResult))

    def finish(self, session: pytest.Session) -> None:
        """Write the reports; fail a session below its minimum, and one whose report is lost."""
        found = self._found
        for name, sink in self._config.stash[SINKS]:
            self._write(name, sink, found)
        lost = bool(self._unwritten)
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if summary and _in_github() and found.tests:
            self._write("github-summary", JobSummary(Path(summary)), found)
        reported = self._config.getoption(options.REPORT_ONLY)
        below = found.standing is Standing.BELOW and not reported
        if (lost or below) and session.exitstatus in {
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        }:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def show(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the score and the verdicts, and how to replay."""
        found = self._found
        if not found.tests and found.minimum is None:
            return
        terminalreporter.section("windtunnel")
        for line in terminal.session(found):
            terminalreporter.line(line.text, red=line.ruling is Ruling.FAIL)
        if found.standing is Standing.BELOW:
            terminalreporter.line(
                f"the score {found.score.points:g} is below"
                f" --windtunnel-min-score={found.minimum:g}",
                red=True,
            )
        if _in_github():
            start = os.environ.get("GITHUB_WORKSPACE", "")
            folder = os.path.relpath(self._config.rootpath, start) if start else ""
            self._write("annotations", Annotations(terminalreporter.line, folder), found)
        for unwritten in self._unwritten:
            terminalreporter.line(unwritten, red=True)

    def _write(self, name: str, sink: Sink, found: SessionReport) -> None:
        try:
            sink.write(found)
        except Exception as error:  # noqa: BLE001 - a sink may be anybody's, and whatever goes wrong in it must hide no verdict
            said = f"{error}" if isinstance(error, WindtunnelError) else repr(error)
            lost = f"report {name} could not be written: {said}"
            self._unwritten.append(clean_text(lost, self._masking))


def _in_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _put_together(config: pytest.Config, began: datetime, masking: Masking) -> SessionReport:
    session = config.stash[SESSION]
    gathered = config.stash[TRIED]
    tests = tuple(gathered)
    judged = counted(tests)
    settings: dict[str, int] = {}
    for tried in tests:
        for setting in dict.fromkeys(clean_text(each, masking) for each in tried.settings):
            settings[setting] = settings.get(setting, 0) + 1
    remarks: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    possible: list[tuple[str, str]] = []
    if session.is_configured:
        configuration = session.configuration
        endpoints, dependencies = configuration.endpoints, tuple(configuration.dependencies)
        able = {able for tried in tests for able in tried.capabilities}
        try:
            possible = pairs(configuration, able)
        except WindtunnelError as error:
            remarks = (f"the matrix knows no untested faults: {error}",)
    if config.getoption(options.REPORT_ONLY):
        outcomes = [each.outcome for each in tests]
        said = f"{outcomes.count(ScenarioOutcome.REPORTED)} of {len(tests)} would have failed"
        remarks += (f"verdicts fail no test ({options.REPORT_ONLY}): {said}",)
    # Only now, as points and the matrix go by the names that secrets may be part of.
    found = SessionReport(
        backend=session.choice.name,
        reason=session.choice.reason,
        description=next((t.description for t in reversed(tests) if t.description), ()),
        seed=session.seed,
        tests=tests,
        judged=judged,
        flaky=flaky(tests),
        score=score([each.verdict for each in judged], endpoints, dependencies),
        minimum=options.minimum_score(config),
        matrix=matrix(tests, possible),
        settings=settings,
        environment=(
            ("Began", f"{began:%Y-%m-%d %H:%M:%S} UTC"),
            ("Took", f"{(datetime.now(UTC) - began).total_seconds():.1f} s"),
            ("windtunnel", __version__),
            ("pytest", pytest.__version__),
            ("Machine", machine.description()),
        ),
        remarks=remarks,
    )
    return clean(found, masking)
