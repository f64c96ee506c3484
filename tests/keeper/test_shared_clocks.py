"""What libfaketime leaves goes: this user's, of dead processes, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from windtunnel.backends.wall_clock import FaketimeClock
from windtunnel.cli import main
from windtunnel.errors import NotTestable
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.shared_clocks import SHARED_MEMORY, abandoned, remove_abandoned


def _dead() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_only_files_of_dead_processes_and_this_user_go(tmp_path: Path) -> None:
    dead, other = _dead(), tmp_path / "other"
    other.touch()
    for name in (f"faketime_shm_{dead}", f"sem.faketime_sem_{dead}"):
        (tmp_path / name).touch()
    kept = {f"faketime_shm_{os.getpid()}", "faketime_shm_x", f"faketime_shm_{dead}.old", "other"}
    for name in kept:
        (tmp_path / name).touch()
    (tmp_path / f"faketime_shm_0{dead}").symlink_to(other)
    assert list(abandoned(since=2e10, folder=tmp_path)) == []
    assert len(remove_abandoned(folder=tmp_path)) == 2
    assert {path.name for path in tmp_path.iterdir()} == kept | {f"faketime_shm_0{dead}"}
    assert remove_abandoned(folder=tmp_path / "none") == []


def _files() -> set[str]:
    return {path.name for path in SHARED_MEMORY.glob("*faketime_s*")}


def _clock(folder: Path) -> FaketimeClock:
    try:
        return FaketimeClock(folder / "clock")
    except NotTestable as missing:
        pytest.skip(f"{missing}")


def test_a_keeper_removes_what_its_killed_programs_left(tmp_path: Path) -> None:
    clock, before = _clock(tmp_path), _files()
    code = "import time; print('on', flush=True); time.sleep(60)"
    keeper = KeeperClient("shared", lease=10.0)
    try:
        given = {**os.environ, **clock.environment}
        keeper.spawn("stepped", [sys.executable, "-c", code], environment=given)
        log = keeper.directory / "stepped.log"
        while not (log.exists() and "on" in log.read_text()):
            pass
        assert _files() > before
    finally:
        keeper.close()
    assert _files() <= before


def test_clean_removes_what_a_killed_run_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = _clock(tmp_path)
    given = {**os.environ, **clock.environment}
    with subprocess.Popen(["sleep", "60"], env=given) as process:
        name = f"faketime_shm_{process.pid}"
        while name not in _files():
            pass
        process.kill()
    assert main(["clean", "--dry-run"]) == 0
    assert f"would remove shared memory {SHARED_MEMORY / name}" in capsys.readouterr().out
    assert main(["clean"]) == 0
    assert f"removed shared memory {SHARED_MEMORY / name}" in capsys.readouterr().out
    assert name not in _files()
