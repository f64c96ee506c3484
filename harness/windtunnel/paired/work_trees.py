"""The temporary folder of a comparison's work trees: leased, and gone however the run ends."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from windtunnel.errors import ControlError
from windtunnel.git_command import git
from windtunnel.module_command import module_command
from windtunnel.private_folders import is_private
from windtunnel.run_identity import PREFIX

TREES_PREFIX = f"{PREFIX}trees-"
LEASE = "lease"
"""A file that is locked as long as the run lives."""
LINK = ".git"
PATIENCE = 30.0
"""Seconds for what a killed run had started to end."""


@contextmanager
def leased_folder() -> Iterator[Path]:
    """Give a folder for work trees that nobody takes for abandoned while this run lives.

    Afterwards the work trees in it are forgotten by their repository, and the folder is removed:
    by a process of its own where this one is killed.
    """
    folder = Path(tempfile.mkdtemp(prefix=TREES_PREFIX))
    with (folder / "locking").open("w") as lease:
        fcntl.flock(lease, fcntl.LOCK_EX)
        # Only now its name: one that is there is locked, unless its run is over.
        Path(lease.name).rename(folder / LEASE)
        # It reads until this process ends. In a session of its own no signal to ours reaches it.
        with subprocess.Popen(
            module_command("windtunnel.paired.work_trees", str(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        ) as remover:
            try:
                yield folder
            finally:
                remove_folder(folder)
                # Where Ctrl-C ends the run, Popen itself would wait for a quarter of a second only.
                remover.communicate()


def abandoned(*, remove: bool) -> list[Path]:
    """Find, and with `remove` remove, the work trees of runs that are over.

    A run holds a lock on a file beside its trees; the kernel lets go of it however the run ends.
    Only folders that this user made count. Those that could not be removed are left out.
    """
    found = []
    for folder in Path(tempfile.gettempdir()).glob(f"{TREES_PREFIX}*"):
        if not is_private(folder):
            continue
        try:
            # Without waiting: a FIFO in the lease's place would never open.
            handle = os.open(folder / LEASE, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            continue
        with os.fdopen(handle, "rb", buffering=0) as lease:
            try:
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # a run that lives
            if remove:
                remove_folder(folder)
            if not remove or not folder.exists():
                found.append(folder)
    return found


def remove_folder(folder: Path) -> None:
    """Remove a folder of work trees; their repository forgets these, and no others."""
    for link in folder.glob(f"*/{LINK}"):
        repository = _repository(link)
        with suppress(ControlError, OSError):  # the repository may be gone too
            if repository is not None:
                git(repository, "worktree", "remove", "--force", "--force", str(link.parent))
    shutil.rmtree(folder, ignore_errors=True)


def _repository(link: Path) -> Path | None:
    """Return the repository of a work tree: its file .git names a folder in it."""
    try:
        named = Path(link.read_text().removeprefix("gitdir:").strip())
        return named.parents[1] if link.is_file() else None
    except (OSError, IndexError, UnicodeDecodeError):
        return None


def _remove_for_good(folder: Path) -> None:
    """Remove a folder of a run that was killed, whose programs may write there a moment longer."""
    end = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < end:
        remove_folder(folder)
        time.sleep(0.3)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    _remove_for_good(Path(sys.argv[1]))
