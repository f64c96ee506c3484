"""The session's outputs: the score on the terminal, the JSON, the exit status."""

import msgspec
import pytest

from harness.criteria import Category, Verdict
from harness.criteria.score import Score, score
from harness.plugin import options
from harness.plugin.state import DESCRIPTION, JUDGED, SESSION, SETTINGS
from harness.reports import json_report, terminal


class _Collector:
    """Gathers verdicts where the session's outputs are written: not in an xdist worker."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdicts out of a finished test's report."""
        encoded = getattr(report, "windtunnel_verdicts", None)
        if encoded is None:
            return
        self._config.stash[DESCRIPTION] = tuple(vars(report)["windtunnel_description"])
        judged = self._config.stash[JUDGED]
        verdicts = msgspec.json.decode(encoded, type=list[Verdict])
        for setting in vars(report)["windtunnel_settings"]:
            counts = self._config.stash[SETTINGS]
            counts[setting] = counts.get(setting, 0) + 1
        judged += [json_report.Judged(test=report.nodeid, verdict=each) for each in verdicts]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the JSON, and fail a session below its minimum."""
        config = session.config
        minimum = options.minimum_score(config)
        result = _score(config)
        path = options.json_file(config)
        judged = config.stash[JUDGED]
        if path is not None and (judged or minimum is not None):
            own = config.stash[SESSION]
            json_report.write(
                path,
                json_report.report(
                    result,
                    tuple(judged),
                    backend=own.choice.name,
                    backend_description=config.stash.get(DESCRIPTION, ()),
                    seed=own.seed,
                ),
            )
        if (
            minimum is not None
            and result.points < minimum - 1e-9
            and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Show the score, what was inconclusive, and how to replay."""
        judged = config.stash[JUDGED]
        for report in terminalreporter.stats.get("inconclusive", []):
            terminalreporter.section(f"INCONCLUSIVE {report.nodeid}", sep="_")
            terminalreporter.line(report.longrepr[2])
        minimum = options.minimum_score(config)
        if not judged and minimum is None:
            return
        session = config.stash[SESSION]
        result = _score(config)
        terminalreporter.section("windtunnel")
        terminalreporter.line(
            f"backend {session.choice.name} ({session.choice.reason}), seed {session.seed}"
        )
        for line in config.stash.get(DESCRIPTION, ()):
            terminalreporter.line(f"  {line}")
        counts = config.stash[SETTINGS]
        scored = minimum is not None or any(
            each.verdict.category is not Category.UNSCORED for each in judged
        )
        shown = (
            *(terminal.table(result) if scored else ()),
            *terminal.others([each.verdict for each in judged]),
            *terminal.settings(counts),
        )
        for line in shown:
            terminalreporter.line(line, red=line.lstrip().startswith("FAIL"))
        if minimum is not None and result.points < minimum - 1e-9:
            terminalreporter.line(
                f"the score {result.points:g} is below --windtunnel-min-score={minimum:g}",
                red=True,
            )


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Gather verdicts unless a controller does it for us."""
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(_Collector(session.config), "windtunnel-collector")


def _score(config: pytest.Config) -> Score:
    configuration = config.stash[SESSION].configuration
    judged = config.stash[JUDGED]
    return score(
        [each.verdict for each in judged],
        configuration.endpoints,
        tuple(configuration.dependencies),
    )
