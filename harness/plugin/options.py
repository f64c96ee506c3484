"""The command line's options, and their values once checked. Each check raises one clear error."""

import os
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.plugin import paired


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
    paired.add_options(group)


def configuration_file(config: pytest.Config) -> Path | None:
    """Return --windtunnel-config as a path."""
    return _path(config, "--windtunnel-config")


def json_file(config: pytest.Config) -> Path | None:
    """Return --windtunnel-json as a path; refused before the session rather than lost after it."""
    path = _path(config, "--windtunnel-json")
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
        raise ConfigurationError(
            f"--windtunnel-json={path}: expected a file in a folder that can be written to"
        )
    return path


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
