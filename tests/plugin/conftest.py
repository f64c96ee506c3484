"""The example distribution, as if it were installed: its backend makes stacks at no cost."""

import tomllib
from pathlib import Path

import pytest

from tests.sample import configure

EXAMPLE = Path(__file__).with_name("example")

PROJECT = """
command = ["none"]
endpoints = ["/orders"]

[dependencies.prices]
protocol = "http"
upstream = "127.0.0.1:1"
environment = { PRICES_URL = "http://{address}" }
endpoint = "/orders"

[dependencies.stock]
protocol = "redis"
upstream = "127.0.0.1:1"
environment = { STOCK_URL = "redis://{address}" }
endpoint = "/orders"
"""


def distribute(folder: Path, name: str, entry_points: dict[str, dict[str, str]]) -> None:
    """Write what pip would write about a distribution of this name."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{entry} = {value}\n" for entry, value in entries.items())
        for group, entries in entry_points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture(autouse=True)
def settings(pytester: pytest.Pytester) -> None:
    """Give inner sessions the sample service, and what pytest-asyncio asks every session for."""
    configure(pytester.path)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")


@pytest.fixture
def site(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of installed distributions, for this session and those it starts."""
    folder = pytester.mkdir("site")
    pytester.syspathinsert(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


@pytest.fixture
def project(pytester: pytest.Pytester, site: Path) -> pytest.Pytester:
    """Give a project whose service is the example's thread; run it with THREAD."""
    described = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    distribute(site, described["name"], described["entry-points"])
    (site / "gremlins").symlink_to(EXAMPLE / "gremlins")
    (pytester.path / "windtunnel.toml").write_text(PROJECT)
    return pytester


THREAD = ("--windtunnel-backend=thread", "--windtunnel-seed=42", "-p", "no:randomly")
