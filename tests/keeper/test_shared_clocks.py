"""What libfaketime leaves goes: this user's, of dead processes, and nothing else."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from windtunnel.backends.wall_clock import FaketimeClock
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


def test_a_keeper_removes_what_its_killed_programs_left(tmp_path: Path) -> None:
    try:
        clock = FaketimeClock(tmp_path / "clock")
    except NotTestable as missing:
        pytest.skip(f"{missing}")
    keeper = KeeperClient("shared", lease=10.0)
    try:
        given = {**os.environ, **clock.environment}
        pid = keeper.spawn("stepped", ["sleep", "60"], environment=given)
        left = SHARED_MEMORY / f"faketime_shm_{pid}"
        until = time.monotonic() + 30
        while not left.exists():
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        keeper.close()
    assert not left.exists()
