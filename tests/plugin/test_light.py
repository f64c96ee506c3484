"""What every pytest session pays for windtunnel being installed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sample import configure

HEAVY = ("asyncio", "click", "docker", "numpy", "redis", "requests", "rich", "scipy", "uvloop")
SESSION = """
import sys
from pathlib import Path
import windtunnel.plugin
from windtunnel.session import Session
session = Session(directory=Path.cwd(), configuration=None, backend={backend!r}, seed=1)
print(session.choice.name, session)
print([name for name in {heavy} if name in sys.modules])
"""


@pytest.mark.parametrize("backend", ["embedded", "local", "docker"])
def test_a_session_that_chooses_a_backend_loads_no_library_that_takes_long(
    tmp_path: Path, backend: str
) -> None:
    """The plugin and its session need none of them before a test asks for its stack."""
    file = configure(tmp_path)
    file.write_text('service = "target"\n' + file.read_text())
    code = SESSION.format(heavy=HEAVY, backend=backend)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [f"{backend} <Session, seed 1, not started>", "[]"]


def test_a_session_that_uses_nothing_pays_next_to_nothing(tmp_path: Path) -> None:
    """Beside what pytest loads itself, only the plugin's own files, whatever is configured."""
    configure(tmp_path)
    (tmp_path / "test_one.py").write_text("def test_one(): pass")
    modules = {name: _modules(tmp_path, f"-p{name}") for name in ("windtunnel.plugin", "os")}
    added = modules["windtunnel.plugin"] - modules["os"]
    assert "windtunnel.plugin.scenario_hooks" in added
    foreign = {name.partition(".")[0] for name in added} - {"windtunnel"}
    assert foreign <= sys.stdlib_module_names
    assert len(added) < 40, sorted(added)
    heavy = ("backends", "configuration", "criteria", "records", "reports", "toxics")
    assert not {name for name in added if name.startswith(tuple(f"windtunnel.{h}" for h in heavy))}


def _modules(folder: Path, plugin: str) -> set[str]:
    """Return what a session with this plugin and no other has loaded at its end."""
    code = f"""
import pytest, sys
status = pytest.main(["-q", "-p", "no:cacheprovider", {plugin!r}])
print(status == 0, sorted(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    passed, _, found = done.stdout.splitlines()[-1].partition(" ")
    assert passed == "True", done.stdout
    return set(ast.literal_eval(found))


def test_the_package_alone_loads_nothing_until_a_name_is_used() -> None:
    code = """
import sys
before = set(sys.modules)
import windtunnel
from windtunnel import __version__
print(sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
windtunnel.Latency
print(sorted(name for name in sys.modules if name.startswith("windtunnel.")))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    first, second = done.stdout.splitlines()
    ours = ast.literal_eval(first)
    assert "windtunnel" in ours
    assert not set(ours) - {"windtunnel", *sys.stdlib_module_names}
    assert "asyncio" not in ours
    assert ast.literal_eval(second) == []


@pytest.mark.parametrize("arguments", [["--help"], ["config"]])
def test_a_command_that_only_says_something_loads_nothing_that_measures(
    tmp_path: Path, arguments: list[str]
) -> None:
    configure(tmp_path)
    code = f"""
import contextlib, io, sys
from windtunnel.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    status = main({arguments!r})
heavy = ("numpy", "asyncio", "aiohttp", "windtunnel.criteria", "windtunnel.reports.session_report")
print(status or 0, [name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
