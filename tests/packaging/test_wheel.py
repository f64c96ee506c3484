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
SERVICE = """
import json
import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = 200, b"{}"
        if self.path == "/orders":
            try:
                with urllib.request.urlopen(os.environ["PRICES_URL"], timeout=1) as answer:
                    body = answer.read()
            except OSError:
                status, body = 503, b"no prices"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Prices(Orders):
    def do_GET(self):
        self.path = "/"
        super().do_GET()


serving = Prices if sys.argv[1] == "prices" else Orders
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), serving).serve_forever()
"""
CONFIGURATION = """
command = ["{python}", "service.py", "orders", "{port}"]
health = "/health"
endpoints = ["/orders"]

[dependencies.prices]
protocol = "http"
command = ["{python}", "service.py", "prices", "{port}"]
environment = { PRICES_URL = "http://{address}" }
endpoint = "/orders"
"""
REDIS_ALONE = """
command = ["{python}", "service.py", "orders", "{port}"]
endpoints = ["/orders"]

[dependencies.stock]
protocol = "redis"
environment = { STOCK_URL = "redis://{address}" }
endpoint = "/orders"
"""
SCENARIO = """
from windtunnel import HttpStatus, breaker_opens, error_rate


def test_it_answers(stack, judge):
    judge(error_rate(stack.drive("/orders", requests=200), "/orders", below=0.05))


def test_a_breaker_opens(stack, judge):
    with stack.inject(HttpStatus("prices", 503)):
        run = stack.drive("/orders", requests=20)
    judge(breaker_opens(run, "prices", within=3))
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


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack what this test made itself; `filter` came with Python 3.11.4, and warns without."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
    else:
        archive.extractall(folder)  # noqa: S202 - made by this test


@pytest.fixture
def distributions(tmp_path: Path) -> Path:
    """Build wheel and sdist, the one from the other: what the sdist lacks, the wheel lacks too."""
    build = (sys.executable, "-m", "hatchling", "build", "-d", tmp_path)
    output_of(*build, "-t", "sdist", cwd=ROOT)
    [sdist] = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        _unpack(archive, tmp_path)
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
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == set(SOURCES)
    held = {name for name in names if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT / root).as_posix()
        for package, root in SOURCES.items()
        for path in (ROOT / root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    pages = {name for name in held if name.startswith("windtunnel/pages/")}
    for path in (ROOT / "docs").rglob("*.md"):
        assert f"windtunnel/pages/{path.relative_to(ROOT / 'docs').as_posix()}" in pages
    assert "windtunnel/pages/snippets/examples/ci/github.yml" in pages
    held -= pages
    assert held == ours
    assert {f"{package}/py.typed" for package in SOURCES} <= held
    assert any(name.endswith("licenses/LICENSE") for name in names)


# Longer than the others: on a busy machine the environment alone takes two minutes.
# One test, because one environment takes longer to make than all that is asked of it.
@pytest.mark.timeout(420)
@pytest.mark.slow
@pytest.mark.busy
def test_an_environment_with_the_wheel_alone_tests_a_service(
    installed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    _nothing_optional_is_there(installed, folder)
    _every_command_says_how_it_is_used(installed, folder)
    _a_missing_optional_package_is_named_in_one_line(installed, folder)
    _what_is_not_configured_says_how_it_becomes_so(installed, folder)
    _the_sample_says_what_it_lacks(installed, folder)
    _scenarios_test_a_service_of_ones_own(installed, folder)


def _nothing_optional_is_there(installed: Path, folder: Path) -> None:
    listed = output_of(installed / "python", "-m", "pip", "list", "--format=freeze", cwd=folder)
    names = {line.partition("==")[0].lower() for line in listed.splitlines()}
    assert "windtunnel" in names
    optional = {"docker", "fakeredis", "fastapi", "locust", "redis", "requests", "toxiproxy-python"}
    assert not names & (optional | {"flask", "mkdocs", "playwright", "pytest-benchmark", "scipy"})


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


def _what_is_not_configured_says_how_it_becomes_so(installed: Path, folder: Path) -> None:
    said = output_of(installed / "windtunnel", "up", cwd=folder, status=1)
    assert "no windtunnel.toml and no [tool.windtunnel]" in said
    assert "`windtunnel init`" in said


def _the_sample_says_what_it_lacks(installed: Path, folder: Path) -> None:
    environment = {"PATH": str(installed), "HOME": str(folder)}
    init = (installed / "windtunnel", "init", "--sample")
    said = output_of(*init, cwd=folder, environment=environment)
    assert "pip install 'windtunnel[sample,fakeredis]'" in said
    doctor = (installed / "windtunnel", "doctor", "--backend=embedded")
    said = output_of(*doctor, cwd=folder, environment=environment, status=1)
    assert "uvicorn is not installed; pip install 'windtunnel[sample]' installs it" in said
    (folder / "windtunnel.toml").write_text(REDIS_ALONE)
    said = output_of(*doctor, cwd=folder, environment=environment, status=1)
    assert "needs fakeredis: pip install 'windtunnel[fakeredis]'" in said
    (folder / "windtunnel.toml").unlink()


def _scenarios_test_a_service_of_ones_own(installed: Path, folder: Path) -> None:
    for name, text in {
        "service.py": SERVICE,
        "windtunnel.toml": CONFIGURATION,
        "test_service.py": SCENARIO,
    }.items():
        (folder / name).write_text(text)
    # Neither redis-server nor toxiproxy-server: auto is embedded.
    environment = {"PATH": str(installed), "HOME": str(folder)}
    pytest = (installed / "python", "-m", "pytest", "-p", "no:cacheprovider")
    said = output_of(*pytest, cwd=folder, environment=environment, status=1)
    assert "backend embedded (auto: " in said
    assert "PASS error rate, /orders" in said
    assert "FAIL breaker opens within 3 failures of prices" in said
    assert "1 failed, 1 passed" in said
    assert "windtunnel[docker]" in output_of(
        *(*pytest, "--windtunnel-backend=docker", "--windtunnel-setting=service=orders"),
        cwd=folder,
        environment=environment,
        status=1,
    )
