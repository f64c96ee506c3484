"""A project's own packages may be called what windtunnel's parts are: theirs and ours both work."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.conftest import THREAD

PACKAGES = ("harness", "faults", "target", "records", "criteria", "plugin", "tests")
USED = "\n".join(f"from {name}.parts import OWNER as {name}" for name in PACKAGES)
SCENARIO = f"""
import pytest
import harness, faults, windtunnel, windtunnel.faults, windtunnel.records
from windtunnel import Outage, breaker_opens
{USED}

def test_theirs():
    assert {{{", ".join(PACKAGES)}}} == {{"the project"}}
    assert not hasattr(windtunnel.faults, "parts")
    assert not hasattr(windtunnel.records, "parts")

@pytest.mark.windtunnel_target(BREAKER=1)
def test_ours(stack, judge):
    with stack.inject(Outage("prices")):
        run = stack.drive("/orders", requests=10)
    judge(breaker_opens(run, "prices", within=3))
"""
PROCESSES = """
command = ["{python}", "-m", "http.server", "{port}", "--bind", "{host}"]
endpoints = ["/"]
health = "/"
"""
SHADOWS = ("psutil", "click", "aiohttp", "numpy", "uvloop", "msgspec", "fakeredis")
"""What our processes import, and a user's folder may hold too."""
REDIS = """
[dependencies.cache]
protocol = "redis"
environment = { REDIS_URL = "redis://{address}/0" }
endpoint = "/"
"""
PYTEST = str(Path(sys.executable).with_name("pytest"))


def own_packages(folder: Path) -> None:
    """Write the project's packages."""
    for name in PACKAGES:
        package = folder / name
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "parts.py").write_text('OWNER = "the project"\n')


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
@pytest.mark.parametrize("program", ["python -m pytest", "pytest"])
def test_theirs_and_ours_work_in_one_session(
    project: pytest.Pytester, program: str, mode: str
) -> None:
    own_packages(project.path)
    (project.path / "tests" / "test_scenario.py").write_text(SCENARIO)
    start = (sys.executable, "-m", "pytest") if program != "pytest" else (PYTEST,)
    # In this combination alone pytest leaves it to the project to name its folder.
    place = ("-o", "pythonpath=.") if (program, mode) == ("pytest", "importlib") else ()
    result = project.run(*start, f"--import-mode={mode}", *place, *THREAD)
    result.assert_outcomes(passed=2)


@pytest.mark.slow
@pytest.mark.busy
def test_our_processes_start_where_theirs_are_in_the_way(pytester: pytest.Pytester) -> None:
    """The keeper and the proxies are Python processes too, started from the project's folder."""
    own_packages(pytester.path)
    (pytester.path / "windtunnel.toml").write_text(PROCESSES)
    pytester.makepyfile("def test_x(stack): assert stack.get('/')[0].status == 200")
    result = pytester.run(
        sys.executable, "-m", "pytest", "--windtunnel-backend=embedded", "-p", "no:randomly"
    )
    result.assert_outcomes(passed=1)


def test_our_processes_import_nothing_from_the_project_folder(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program `pytest` leaves the folder out of its path, and so must our processes."""
    monkeypatch.setenv("PATH", str(pytester.path))  # no redis-server: fakeredis is ours to start
    for name in SHADOWS:
        (pytester.path / f"{name}.py").write_text(f"raise SystemExit('their {name}.py')")
    (pytester.path / "windtunnel.toml").write_text(PROCESSES + REDIS)
    place = pytester.mkdir("scenarios") / "test_x.py"
    place.write_text("def test_x(stack): assert stack.get('/')[0].status == 200")
    # Not pytester's: it adds the folder to PYTHONPATH.
    result = subprocess.run(
        [PYTEST, place, "--windtunnel-backend=embedded", "-p", "no:randomly"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
