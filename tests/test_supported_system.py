"""On other systems than Linux: one message from what would start something, and nothing else."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sample import configure
from windtunnel import cli
from windtunnel.errors import BackendUnavailable
from windtunnel.session import Session

INERT = """
import sys
import click, psutil, pydantic, pytest, zoneinfo  # others make of the system what they will
sys.platform = {system!r}
for absent in ("fcntl", "pwd", "resource", "termios", "uvloop"):
    sys.modules[absent] = None  # as they are on Windows
import windtunnel, windtunnel.cli, windtunnel.plugin
sys.exit(pytest.main("-p no:cacheprovider -p windtunnel.plugin -q -s test_x.py".split()))
"""


@pytest.mark.parametrize("backend", ["embedded", "local"])
def test_a_backend_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: str) -> None:
    configure(tmp_path)
    session = Session(directory=tmp_path, configuration=None, backend=backend, seed=1)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(BackendUnavailable, match=f"backend {backend} needs Linux.*'darwin'"):
        _ = session.backend


def test_a_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("windtunnel: windtunnel doctor needs Linux")
    assert said.count("\n") == 1
    assert cli.main(["config", "--help"]) == 0


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_a_session_that_uses_nothing_runs(tmp_path: Path, system: str) -> None:
    """And what asks for a stack is told, once."""
    configure(tmp_path)
    (tmp_path / "test_x.py").write_text(
        "def test_none(): pass\n\ndef test_some(windtunnel_stack): pass\n"
    )
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", INERT.format(system=system)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert re.search(r"1 passed,.* 1 error", done.stdout), done.stdout + done.stderr
    assert f"the backend embedded needs Linux, and this system is '{system}'" in done.stdout
