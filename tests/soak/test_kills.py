"""The soak finds what is left, and finds nothing of a run that was killed."""

import signal
import subprocess
import sys

import pytest

from tests.soak import kills


def test_a_killed_scenario_leaves_nothing() -> None:
    found = kills.killed("pytest", "embedded", 2.0, signal.SIGKILL)
    assert found.left == ()
    assert found.ended is None  # else nothing was tried


def test_what_is_left_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that nobody ends, and a file in the temporary folder."""
    child = "import time; time.sleep(20)"
    leaves = (
        "import subprocess, sys, tempfile, time; tempfile.mkdtemp();"
        f" subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True);"
        " time.sleep(20)"
    )
    monkeypatch.setattr(kills, "COMMANDS", {"leaves": ("-c", leaves)})
    monkeypatch.setattr(kills, "PATIENCE", 0.5)
    found = kills.killed("leaves", "embedded", 1.0, signal.SIGKILL)
    said = " ".join(found.left)
    assert "in the temporary folder" in said
    pid = int(said.partition("process ")[2].split()[0])
    subprocess.run(["kill", "-9", f"{pid}"], check=True)
    assert sys.executable in said
