"""`windtunnel clean` removes only what no keeper owns."""

import errno
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import psutil
import pytest

from tests.machine import missing
from windtunnel.backends.docker.engine_owner import owner
from windtunnel.backends.wall_clock import FaketimeClock
from windtunnel.cli import main
from windtunnel.errors import NotTestable, StartError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.private_folders import process_space
from windtunnel.shared_clocks import SHARED_MEMORY

# One after another: each would find what the others have left.
pytestmark = pytest.mark.xdist_group("left behind")


@pytest.fixture(autouse=True)
def one_at_a_time() -> Iterator[None]:
    """Let no two workers clean at once: pytest 9.2 does not keep pytest-xdist 3.8's groups."""
    with (Path(tempfile.gettempdir()) / "windtunnel-tests-clean.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


def test_clean_ends_the_programs_of_a_killed_keeper_and_leaves_live_runs_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost, live = KeeperClient("lost", lease=10.0), KeeperClient("live", lease=10.0)
    try:
        orphan = lost.spawn("orphan", SLEEPER, environment={})
        kept = live.spawn("kept", SLEEPER, environment={})
        lost._process.send_signal(signal.SIGKILL)
        lost._process.wait()
        assert main(["clean", "--dry-run"]) == 0
        assert f"would remove process {orphan}" in capsys.readouterr().out
        assert psutil.pid_exists(orphan)
        assert main(["clean"]) == 0
        printed = capsys.readouterr().out
        assert f"removed process {orphan}" in printed
        assert f"removed folder {lost.directory}" in printed
        assert not lost.directory.exists()
        assert live.status("kept").running
        assert str(kept) not in printed
    finally:
        live.close()
        lost.close()
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == "zombie"


TITLED = (
    sys.executable,
    "-c",
    (
        "import os, sys, time\n"
        "if 'WINDTUNNEL_RUN' in os.environ:\n"
        "    del os.environ['WINDTUNNEL_RUN']\n"
        "    os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    ),
)


def test_clean_finds_a_program_that_hides_its_environment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As Redis does, which writes its title over it."""
    lost = KeeperClient("hidden", lease=10.0)
    try:
        orphan = psutil.Process(lost.spawn("orphan", TITLED, environment={}))
        end = time.monotonic() + 20
        while "WINDTUNNEL_RUN" in orphan.environ():
            assert time.monotonic() < end, "its environment did not change within 20 s"
            time.sleep(0.01)
        lost._process.send_signal(signal.SIGKILL)
        lost._process.wait()
        assert main(["clean"]) == 0
        assert f"removed process {orphan.pid}" in capsys.readouterr().out
    finally:
        lost.close()
    orphan.wait(20)


@pytest.mark.parametrize("kind", ["shared", "link", "of somebody else", "of another boot"])
def test_clean_ends_nothing_that_a_folder_of_anybodys_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Whoever may write to the temporary folder may make one of our names there."""
    with subprocess.Popen(SLEEPER) as innocent:
        folder = Path(tempfile.mkdtemp(prefix="windtunnel-evil-"))
        try:
            (folder / "keeper.log").touch()
            began = psutil.Process(innocent.pid).create_time()
            space = "another boot" if kind == "of another boot" else process_space()
            (folder / "programs").write_text(f"{innocent.pid} {began!r} {space}\n")
            if kind == "shared":
                folder.chmod(0o755)
            if kind == "link":
                folder.rename(tmp_path / "elsewhere")
                folder.symlink_to(tmp_path / "elsewhere")
            if kind == "of somebody else":
                if os.geteuid() != 0:
                    pytest.skip("only root can give a folder away")
                os.chown(folder, 65534, 65534)
            assert main(["clean"]) == 0
            assert f"process {innocent.pid}" not in capsys.readouterr().out
            assert innocent.poll() is None
            assert folder.exists() is (kind != "of another boot")
        finally:
            innocent.kill()
            folder.unlink() if folder.is_symlink() else shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.docker
def test_clean_leaves_what_another_owner_has_in_the_engine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An engine may serve several machines, whose keepers cannot be seen from here."""
    reason = missing("docker")
    if reason:
        pytest.skip(reason)
    client = docker.from_env()
    names = {"ours": owner(), "theirs": "somebody@elsewhere"}
    networks = {
        whose: client.networks.create(
            f"windtunnel-test-{secrets.token_hex(4)}",
            labels={"windtunnel.run": f"test-{whose}", "windtunnel.owner": name},
        )
        for whose, name in names.items()
    }
    try:
        assert main(["clean"]) == 0
        printed = capsys.readouterr().out
        assert f"removed docker {networks['ours'].name}" in printed
        assert str(networks["theirs"].name) not in printed
        networks["theirs"].reload()
    finally:
        networks["theirs"].remove()
        client.close()


def test_clean_removes_the_empty_folder_of_a_run_that_never_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, fresh, foreign = (tmp_path / f"windtunnel-{name}-x" for name in ("old", "new", "foreign"))
    for folder in (old, fresh, foreign):
        folder.mkdir(mode=0o700)
    (foreign / "notes").touch()
    for folder in (old, foreign):
        os.utime(folder, (1, 1))
    assert main(["clean"]) == 0
    assert f"removed folder {old}" in capsys.readouterr().out
    assert [old.exists(), fresh.exists(), foreign.exists()] == [False, True, True]


@pytest.mark.parametrize("place", ["none", "full"])
def test_a_run_that_cannot_have_its_folder_leaves_none(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("none" if place == "none" else "")))
    if place == "full":

        def no_inode(self: Path, *_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "open", no_inode)
    with pytest.raises(StartError, match=r"TMPDIR|No space left on device"):
        KeeperClient("lost", lease=10.0)
    assert list(tmp_path.iterdir()) == []


def test_clean_removes_the_shared_memory_of_a_killed_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        clock = FaketimeClock(tmp_path / "clock")
    except NotTestable as missing_clock:
        pytest.skip(f"{missing_clock}")
    with subprocess.Popen(["sleep", "60"], env={**os.environ, **clock.environment}) as process:
        left = SHARED_MEMORY / f"faketime_shm_{process.pid}"
        until = time.monotonic() + 30
        while not left.exists():
            assert time.monotonic() < until
            time.sleep(0.01)
        process.kill()
    assert main(["clean", "--dry-run"]) == 0
    assert f"would remove shared memory {left}" in capsys.readouterr().out
    assert main(["clean"]) == 0
    assert f"removed shared memory {left}" in capsys.readouterr().out
    assert not left.exists()
