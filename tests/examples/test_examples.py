"""The examples keep their READMEs' word: their scenarios pass, and fail with the named flaw.

Nothing in harness/ knows any of these services.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.machine import missing

EXAMPLES = Path(__file__).parents[2] / "examples"
DEADLINE = 300
"""Seconds for one example's session on a busy machine."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example, what it needs, and the flaw of which its README tells."""

    folder: str
    scenarios: int
    flaw: str
    shown_by: str
    """The scenario, as -k selects it, that fails with the flaw."""
    criterion: str
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    built: str = ""
    """What its README's first command makes."""
    backend: str = "embedded"
    """Where its flaw is shown."""

    def __str__(self) -> str:
        return self.folder

    @property
    def missing(self) -> str:
        """Why it cannot run here, or ""."""
        for module in self.modules:
            if importlib.util.find_spec(module) is None:
                return f"the package {module} is not installed"
        for program in self.programs:
            # Debian keeps PostgreSQL's programs away from PATH.
            if not shutil.which(program) and not [*Path("/usr/lib").glob(f"*/*/bin/{program}")]:
                return f"{program} is not on PATH"
        if self.backend == "docker" and (why := missing("docker")):
            return why
        if self.built and not (EXAMPLES / self.folder / self.built).exists():
            return f"{self.folder}/{self.built} is not there: run .ci/examples.sh"
        return ""


SERVICES = (
    Example(
        "django_shop",
        scenarios=3,
        flaw="KEY=fresh",
        shown_by="charges",
        criterion="at most once",
        modules=("celery", "django", "gunicorn", "httpx", "psycopg", "redis", "rest_framework"),
        programs=("initdb", "postgres", "redis-server"),
    ),
    Example(
        "compose_guestbook",
        scenarios=3,
        flaw="COUNTING=pop",
        shown_by="counted",
        criterion="none lost",
        modules=("psycopg",),
        backend="docker",
    ),
    Example(
        "rabbitmq_worker",
        scenarios=3,
        flaw="BOOKING=again",
        shown_by="dies",
        criterion="none doubled",
        modules=("pika", "psycopg"),
        programs=("epmd", "rabbitmq-server", "initdb", "postgres"),
    ),
    Example(
        "flask_gunicorn",
        scenarios=2,
        flaw="PRICES_TIMEOUT=none",
        shown_by="silent",
        criterion="all answered in time",
        modules=("flask", "gunicorn", "requests"),
    ),
    Example(
        "starlette_postgresql",
        scenarios=4,
        flaw="DEADLINE=cancel",
        shown_by="in_time and Timeout",
        criterion="all answered in time",
        modules=("starlette", "uvicorn", "psycopg", "psycopg_pool"),
        programs=("initdb", "postgres"),
    ),
    Example(
        "flask_mariadb",
        scenarios=4,
        flaw="DEADLINES=none",
        shown_by="silent and items",
        criterion="fails cleanly",
        modules=("flask", "gunicorn", "sqlalchemy", "pymysql"),
        programs=("mariadbd", "mariadb-install-db"),
    ),
    Example(
        "node_express",
        scenarios=3,
        flaw="DEADLINE=client",
        shown_by="silent",
        criterion="all answered in time",
        programs=("node",),
        built="node_modules",
    ),
    Example(
        "five_services",
        scenarios=5,
        flaw="MOVIES_BREAKER=off",
        shown_by="silent",
        criterion="breaker opens within 3 failures",
    ),
    Example(
        "go_gobreaker",
        scenarios=3,
        flaw="BREAKER=off",
        shown_by="opens and Outage",
        criterion="breaker opens within 3 failures",
        built="quotes",
    ),
)


@pytest.fixture(params=SERVICES, ids=str)
def example(request: pytest.FixtureRequest) -> Example:
    """Give each example; skip where something that it needs is not here."""
    found: Example = request.param
    if found.missing:
        pytest.skip(found.missing)
    return found


def run(example: Example, results: Path, *options: str, flaw: str = "") -> tuple[int, str]:
    """Run an example's scenarios as its reader does; return pytest's status and output."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    name, _, value = flaw.partition("=")
    if name:
        environment[name] = value
    # Without the plugins that a reader need not have.
    without = [f"-pno:{plugin}" for plugin in ("asyncio", "cacheprovider", "randomly", "xdist")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *without, f"--windtunnel-json={results}", *options],
        cwd=EXAMPLES / example.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.busy
def test_all_scenarios_pass(example: Example, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    status, output = run(example, results)
    assert status == pytest.ExitCode.OK, output
    assert f"{example.scenarios} passed in" in output, output


@pytest.mark.slow
@pytest.mark.busy
def test_the_flaw_in_the_readme_is_found(example: Example, tmp_path: Path) -> None:
    readme = (EXAMPLES / example.folder / "README.md").read_text(encoding="utf-8")
    assert f"$ {example.flaw} pytest\n" in readme
    results = tmp_path / "results.json"
    options = (f"--windtunnel-backend={example.backend}", "-k", example.shown_by)
    status, output = run(example, results, *options, flaw=example.flaw)
    assert status == pytest.ExitCode.TESTS_FAILED, output
    verdicts = [each["verdict"] for each in json.loads(results.read_text())["verdicts"]]
    failed = [each["criterion"] for each in verdicts if each["ruling"] == "FAIL"]
    assert failed == [example.criterion], output


def test_every_example_is_run() -> None:
    folders = {path.parent.name for path in EXAMPLES.glob("*/test_*.py")}
    assert folders == {example.folder for example in SERVICES}
