"""The command line's options, and their values once checked. Each check raises one clear error."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from windtunnel.errors import ConfigurationError

if TYPE_CHECKING:
    from windtunnel.reports.sink import Sink

INCONCLUSIVE = "--windtunnel-inconclusive"
REPORT_ONLY = "--windtunnel-report-only"
BASE = "--windtunnel-base"
BUILD = "--windtunnel-build"


def add_options(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("windtunnel", "fault injection with evidence")
    group.addoption(
        "--windtunnel-backend",
        metavar="NAME",
        help="embedded, local, docker, or auto; the default is the configured one, which is auto",
    )
    group.addoption(
        "--windtunnel-setting",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a setting instead of the configured one, such as criteria.error_rate=0.01",
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
    group.addoption("--windtunnel-html", metavar="FILE", help="write one self-contained page")
    group.addoption(
        "--windtunnel-report",
        metavar="NAME=DESTINATION",
        action="append",
        default=[],
        help="write a report: github-summary, html, json, openmetrics (each to a file), or one that"
        " another distribution adds; may be given several times",
    )
    group.addoption(
        "--windtunnel-min-score",
        metavar="POINTS",
        help="fail the session where the architecture score is below this",
    )
    group.addoption(
        INCONCLUSIVE,
        choices=("report", "fail"),
        default="report",
        help="what an INCONCLUSIVE verdict does to its test: report it (the default), or fail it",
    )
    group.addoption(
        REPORT_ONLY,
        action="store_true",
        help="report verdicts, and fail no test by them: for a suite that begins to have them",
    )
    group.addoption(
        BASE,
        metavar="REV",
        help="the revision that the fixture `paired` compares this working tree with",
    )
    group.addoption(
        BUILD,
        action="store_true",
        help="build both versions an environment of their own, instead of using this Python",
    )


def any_given(config: pytest.Config) -> bool:
    """Whether an option says how windtunnel is to run."""
    given = ("--windtunnel-backend", "--windtunnel-config", "--windtunnel-setting")
    return any(config.getoption(option) for option in given)


def configuration_file(config: pytest.Config) -> Path | None:
    """Return --windtunnel-config as a path."""
    return _path(config, "--windtunnel-config")


def reports(config: pytest.Config) -> "list[tuple[str, Sink]]":
    """Return the reports that were asked for, each with its name.

    A destination that cannot be written is refused here, before the session.
    """
    wanted = [
        (name, config.getoption(f"--windtunnel-{name}"))
        for name in ("json", "html")
        if config.getoption(f"--windtunnel-{name}") is not None
    ]
    for text in config.getoption("--windtunnel-report"):
        name, equals, destination = text.partition("=")
        if not equals or not destination:
            raise ConfigurationError(f"--windtunnel-report={text}: expected NAME=DESTINATION")
        wanted.append((name, destination))
    if not wanted:
        return []
    # Every pytest session pays for what its plugins load.
    from windtunnel.reports import report_registry  # noqa: PLC0415 - the reason above

    directory = config.invocation_params.dir
    return [
        (name, report_registry.make(name, destination, directory)) for name, destination in wanted
    ]


def draws(config: pytest.Config) -> bool:
    """Whether a report wants pictures of a test's requests."""
    asked = config.getoption("--windtunnel-report")
    return config.getoption("--windtunnel-html") is not None or bool(asked)


def _path(config: pytest.Config, option: str) -> Path | None:
    value = config.getoption(option)
    return None if value is None else config.invocation_params.dir / value


def seed(config: pytest.Config) -> int | None:
    """Return --windtunnel-seed, or in an xdist worker the controller's seed."""
    value = config.getoption("--windtunnel-seed")
    if hasattr(config, "workerinput"):
        return int(config.workerinput["windtunnel_seed"])
    if value is None:
        return None
    if not value.isdigit():
        raise ConfigurationError(f"--windtunnel-seed={value}: expected a whole number from 0 up")
    return int(value)


def minimum_score(config: pytest.Config) -> float | None:
    """Return --windtunnel-min-score."""
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
