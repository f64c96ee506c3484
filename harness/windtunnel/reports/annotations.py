"""Failed, inconclusive and flaky tests as annotations of GitHub Actions, at their lines.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import posixpath
from collections.abc import Callable, Iterator

from windtunnel.criteria import Ruling
from windtunnel.reports.scenario_result import ScenarioOutcome, ScenarioResult
from windtunnel.reports.session_report import SessionReport

MOST = 10
"""Annotations of one kind that GitHub shows for one step."""
_LEVELS = {Ruling.FAIL: "error", Ruling.INCONCLUSIVE: "warning"}
_NO_FAILURES = {ScenarioOutcome.EXPECTED, ScenarioOutcome.REPORTED}
"""Outcomes whose FAIL fails nothing: it was expected, or is only reported."""


def lines(report: SessionReport, folder: str = "") -> Iterator[str]:
    """Return the workflow commands. Those beyond what GitHub shows are counted and left out.

    `folder` is where the tests' files are, as seen from the repository.
    """
    tests = {(tried.test, tried.attempt): tried for tried in report.tests}
    for ruling, level in _LEVELS.items():
        judged = [each for each in report.judged if each.verdict.ruling is ruling]
        for each in judged[:MOST]:
            message = f"{each.verdict}\nreplay: {each.replay}"
            tried = tests.get((each.test, each.attempt))
            fails = tried is None or tried.outcome not in _NO_FAILURES
            shown = level if fails else "notice"
            yield _command(shown, _place(tried, folder), each.verdict.criterion, message)
        if len(judged) > MOST:
            yield _command(level, "", "windtunnel", f"{len(judged) - MOST} more {ruling}")
    for tried in report.flaky[:MOST]:
        message = f"{tried.test} failed on attempt {tried.attempt}, then passed: {tried.said}"
        yield _command("warning", _place(tried, folder), "flaky", message)


class Annotations:
    """Prints the commands as lines of the job's output."""

    def __init__(self, say: Callable[[str], None], folder: str = "") -> None:
        self._say = say
        self._folder = folder

    def __repr__(self) -> str:
        return "<Annotations>"

    def write(self, report: SessionReport) -> None:
        """Print each command."""
        for line in lines(report, self._folder):
            self._say(line)


def _place(tried: ScenarioResult | None, folder: str) -> str:
    if tried is None:
        return ""
    file = posixpath.normpath(posixpath.join(folder, tried.file))
    return f"file={_property(file)},line={tried.line},"


def _command(level: str, place: str, title: str, message: str) -> str:
    return f"::{level} {place}title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
