"""The pytest plugin: options, markers, the fixtures `stack` and `judge`, and what they report."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import msgspec
import pytest

from faults import Capability
from harness.criteria import Ruling, Verdict
from harness.criteria.score import Score, score
from harness.errors import (
    ConfigurationError,
    InconclusiveVerdict,
    VerdictFailed,
    WindtunnelError,
    suggestion,
)
from harness.reports import json_report, terminal
from harness.reports.explanation import explain
from harness.session import Session
from harness.stack import Stack

Judge = Callable[[Verdict], Verdict]

_SESSION = pytest.StashKey[Session]()
_VERDICTS = pytest.StashKey[list[Verdict]]()
_JUDGED = pytest.StashKey[list[json_report.Judged]]()
_DESCRIPTION = pytest.StashKey[tuple[str, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("windtunnel", "fault injection with evidence")
    group.addoption(
        "--windtunnel-backend",
        metavar="NAME",
        default="auto",
        help="embedded, local, docker, or auto (the default)",
    )
    group.addoption(
        "--windtunnel-seed",
        metavar="N",
        help="replay the random decisions of the run that printed this seed",
    )
    group.addoption(
        "--windtunnel-config",
        metavar="FILE",
        help="a TOML file with the service under test, instead of the project's own",
    )
    group.addoption("--windtunnel-json", metavar="FILE", help="write score and verdicts as JSON")
    group.addoption(
        "--windtunnel-min-score",
        metavar="POINTS",
        help="fail the session where the architecture score is below this",
    )
    group.addoption(
        "--windtunnel-inconclusive",
        choices=("report", "fail"),
        default="report",
        help="what an INCONCLUSIVE verdict does to its test: report it (the default), or fail it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and check the options; nothing is started."""
    config.addinivalue_line(
        "markers", "target(**environment): start the scenario's target with these variables"
    )
    config.addinivalue_line(
        "markers",
        "needs(capability): skip where the backend lacks it: tcp, http, process or network",
    )
    config.stash[_JUDGED] = []
    try:
        _minimum(config)
        _check_writable(config)
        config.stash[_SESSION] = Session(
            directory=config.rootpath,
            configuration=_path(config, "--windtunnel-config"),
            backend=config.getoption("--windtunnel-backend"),
            seed=_seed(config),
        )
    except WindtunnelError as error:
        raise pytest.UsageError(f"windtunnel: {error}") from None


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say what was picked and why, where any test uses it."""
    if not any("stack" in getattr(item, "fixturenames", ()) for item in items):
        return []
    session = config.stash[_SESSION]
    return [
        f"windtunnel: backend {session.choice.name} ({session.choice.reason}), seed {session.seed}"
    ]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse a wrong marker where it is written, not when it is first used."""
    for marker in item.iter_markers("needs"):
        known = [capability.value for capability in Capability]
        for name in marker.args or ("",):
            if name not in known:
                raise pytest.UsageError(
                    f"{item.nodeid}: needs({name!r}): no such capability"
                    f"{suggestion(str(name), known)}"
                )
    for marker in item.iter_markers("target"):
        if marker.args:
            raise pytest.UsageError(
                f"{item.nodeid}: target{marker.args!r}: expected NAME=value pairs only"
            )


@pytest.fixture(scope="session")
def windtunnel_session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """Start the session's backend at its first use, and stop it at the end."""
    session = request.config.stash[_SESSION]
    try:
        try:
            backend = session.backend
        except WindtunnelError as error:
            pytest.fail(f"windtunnel: {error}", pytrace=False)
        request.config.stash[_DESCRIPTION] = backend.description
        yield session
    finally:
        session.close()


@pytest.fixture
def stack(request: pytest.FixtureRequest, windtunnel_session: Session) -> Iterator[Stack]:
    """Give the scenario its stack, with a fresh target."""
    for marker in request.node.iter_markers("needs"):
        for name in marker.args:
            if Capability(name) not in windtunnel_session.backend.capabilities:
                pytest.skip(f"the backend {windtunnel_session.choice.name} cannot {name} faults")
    environment: dict[str, str] = {}
    # From the class or module inwards: the nearest marker wins.
    for marker in reversed(list(request.node.iter_markers("target"))):
        environment.update({name: str(value) for name, value in marker.kwargs.items()})
    stack = windtunnel_session.stack(
        request.node.nodeid, environment, _verdicts(request.node).append
    )
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Record a verdict for score and reports, and fail the test unless it is PASS."""

    def judged(verdict: Verdict) -> Verdict:
        __tracebackhide__ = True
        _verdicts(request.node).append(verdict)
        if verdict.ruling is Ruling.FAIL:
            raise VerdictFailed(explain(verdict, _replay(request.node)))
        if verdict.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict(explain(verdict, _replay(request.node)))
        return verdict

    return judged


def _verdicts(item: pytest.Item) -> list[Verdict]:
    return item.stash.setdefault(_VERDICTS, [])


def _replay(item: pytest.Item) -> str:
    session = item.config.stash[_SESSION]
    return (
        f"pytest '{item.nodeid}' --windtunnel-backend={session.choice.name}"
        f" --windtunnel-seed={session.seed}"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the verdicts to the report, and give errors and INCONCLUSIVE their own form."""
    report = yield
    verdicts = item.stash.get(_VERDICTS, [])
    if call.when == "teardown" and verdicts:
        # As text, so that xdist can carry it from the worker to the controller.
        described: tuple[str, ...] = item.config.stash.get(_DESCRIPTION, ())
        vars(report)["windtunnel_verdicts"] = msgspec.json.encode(verdicts).decode()
        vars(report)["windtunnel_description"] = list(described)
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
    return report


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


class _Collector:
    """Gathers verdicts where the session's outputs are written: not in an xdist worker."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdicts out of a finished test's report."""
        encoded = getattr(report, "windtunnel_verdicts", None)
        if encoded is None:
            return
        self._config.stash[_DESCRIPTION] = tuple(vars(report)["windtunnel_description"])
        judged = self._config.stash[_JUDGED]
        verdicts = msgspec.json.decode(encoded, type=list[Verdict])
        judged += [json_report.Judged(test=report.nodeid, verdict=each) for each in verdicts]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the JSON, and fail a session below its minimum."""
        config = session.config
        minimum = _minimum(config)
        result = _score(config)
        path = _path(config, "--windtunnel-json")
        judged = config.stash[_JUDGED]
        if path is not None and (judged or minimum is not None):
            own = config.stash[_SESSION]
            json_report.write(
                path,
                json_report.report(
                    result,
                    tuple(judged),
                    backend=own.choice.name,
                    backend_description=config.stash.get(_DESCRIPTION, ()),
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
        judged = config.stash[_JUDGED]
        for report in terminalreporter.stats.get("inconclusive", []):
            terminalreporter.section(f"INCONCLUSIVE {report.nodeid}", sep="_")
            terminalreporter.line(report.longrepr[2])
        minimum = _minimum(config)
        if not judged and minimum is None:
            return
        session = config.stash[_SESSION]
        result = _score(config)
        terminalreporter.section("windtunnel")
        terminalreporter.line(
            f"backend {session.choice.name} ({session.choice.reason}), seed {session.seed}"
        )
        for line in config.stash.get(_DESCRIPTION, ()):
            terminalreporter.line(f"  {line}")
        for line in (*terminal.table(result), *terminal.others([j.verdict for j in judged])):
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
    configuration = config.stash[_SESSION].configuration
    judged = config.stash[_JUDGED]
    return score(
        [each.verdict for each in judged],
        configuration.endpoints,
        tuple(configuration.dependencies),
    )


def _check_writable(config: pytest.Config) -> None:
    """Refuse an output path before the session rather than lose its results after."""
    path = _path(config, "--windtunnel-json")
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
        raise ConfigurationError(
            f"--windtunnel-json={path}: expected a file in a folder that can be written to"
        )


def _path(config: pytest.Config, option: str) -> Path | None:
    value = config.getoption(option)
    return None if value is None else config.invocation_params.dir / value


def _seed(config: pytest.Config) -> int | None:
    value = config.getoption("--windtunnel-seed")
    if hasattr(config, "workerinput"):
        return int(config.workerinput["windtunnel_seed"])
    if value is None:
        return None
    if not value.isdigit():
        raise ConfigurationError(f"--windtunnel-seed={value}: expected a whole number from 0 up")
    return int(value)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Give every xdist worker the controller's seed."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist has no stubs
    node.workerinput["windtunnel_seed"] = config.stash[_SESSION].seed  # type: ignore[attr-defined]


def _minimum(config: pytest.Config) -> float | None:
    value = config.getoption("--windtunnel-min-score")
    if value is None:
        return None
    try:
        points = float(value)
    except ValueError:
        points = -1.0
    if not 0 <= points <= 100:
        raise ConfigurationError(f"--windtunnel-min-score={value}: expected a number from 0 to 100")
    return points
