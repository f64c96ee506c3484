"""What pip installs is whole: from the wheel alone a new environment tests a service."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {"windtunnel": "harness", "windtunnel_faults": "faults", "windtunnel_sample": "target"}
"""The import packages, each with its source root."""
SCENARIO = """
import pytest

from windtunnel import Outage, breaker_opens


@pytest.mark.target(CACHE_TTL=0)
@pytest.mark.parametrize("dependency", ["catalog", "redis"])
def test_breaker_opens(stack, judge, dependency):
    stack.drive(stack.endpoint_of(dependency), requests=3)
    with stack.inject(Outage(dependency)):
        run = stack.drive(stack.endpoint_of(dependency), requests=20)
    judge(breaker_opens(run, dependency, within=3))
"""


def output_of(
    *command: str | Path, cwd: Path, environment: Mapping[str, str] | None = None, status: int = 0
) -> str:
    """Run a program to its end, with that exit status, and return all that it printed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.fixture
def distributions(tmp_path: Path) -> Path:
    """Build wheel and sdist, the one from the other: what the sdist lacks, the wheel lacks too."""
    build = (sys.executable, "-m", "hatchling", "build", "-d", tmp_path)
    output_of(*build, "-t", "sdist", cwd=ROOT)
    [sdist] = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    output_of(*build, "-t", "wheel", cwd=tmp_path / sdist.name.removesuffix(".tar.gz"))
    return tmp_path


@pytest.fixture
def installed(distributions: Path, tmp_path: Path) -> Path:
    """Return the programs of a new environment with the wheel and nothing optional."""
    folder = tmp_path / "environment"
    output_of(sys.executable, "-m", "venv", folder, cwd=tmp_path)
    [wheel] = distributions.glob("*.whl")
    constraints = os.environ.get("WINDTUNNEL_CONSTRAINTS")
    exact: Sequence[str | Path] = ("--constraint", ROOT / constraints) if constraints else ()
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile")
    output_of(*pip, *exact, wheel, cwd=tmp_path)
    return folder / "bin"


def test_the_wheel_holds_every_file_of_its_packages_and_the_licence(distributions: Path) -> None:
    [wheel] = distributions.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    held = {name for name in names if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT / root).as_posix()
        for package, root in SOURCES.items()
        for path in (ROOT / root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == ours
    assert {f"{package}/py.typed" for package in SOURCES} <= held
    assert any(name.endswith("licenses/LICENSE") for name in names)


# One test, because one environment takes longer to make than all that is asked of it.
def test_an_environment_with_the_wheel_alone_tests_a_service(
    installed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    _nothing_optional_is_there(installed, folder)
    _every_command_says_how_it_is_used(installed, folder)
    _a_missing_optional_package_is_named_in_one_line(installed, folder)
    _a_scenario_runs_without_any_program_but_python(installed, folder)


def _nothing_optional_is_there(installed: Path, folder: Path) -> None:
    listed = output_of(installed / "python", "-m", "pip", "list", "--format=freeze", cwd=folder)
    names = {line.partition("==")[0].lower() for line in listed.splitlines()}
    assert "windtunnel" in names
    assert not names & {"flask", "locust", "mkdocs", "playwright", "pytest-benchmark"}


def _every_command_says_how_it_is_used(installed: Path, folder: Path) -> None:
    program = (
        "from windtunnel.cli import COMMANDS, main\n"
        "for name in COMMANDS:\n"
        "    assert main([name, '--help']) == 0, name\n"
    )
    output_of(installed / "python", "-c", program, cwd=folder)
    assert "Usage: windtunnel" in output_of(installed / "windtunnel", "--help", cwd=folder)


def _a_missing_optional_package_is_named_in_one_line(installed: Path, folder: Path) -> None:
    load = (installed / "windtunnel", "load", "--locust-worker", "127.0.0.1:9")
    said = output_of(*load, cwd=folder, status=1)
    assert "locust" in said
    assert "Traceback" not in said


def _a_scenario_runs_without_any_program_but_python(installed: Path, folder: Path) -> None:
    (folder / "test_service.py").write_text(SCENARIO)
    # Neither redis-server nor toxiproxy-server: embedded must do without.
    environment = {"PATH": str(installed), "HOME": str(folder)}
    said = output_of(
        *(installed / "python", "-m", "pytest", "--windtunnel-backend=embedded"),
        cwd=folder,
        environment=environment,
    )
    assert "Redis is fakeredis" in said
    assert "2 passed in" in said
