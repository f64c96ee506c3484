"""What libfaketime leaves in shared memory when its process is killed: two files, named by its pid.

An orderly end removes them; there is no other way to have it make none (before its 0.9.11).
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where the C library puts them, by name
_NAME = re.compile(r"(?:sem\.faketime_sem|faketime_shm)_(\d{1,9})")


def abandoned(since: float = 0.0, folder: Path = SHARED_MEMORY) -> Iterator[Path]:
    """Yield this user's files of processes that are gone, as far as made since then (epoch)."""
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            named = _NAME.fullmatch(path.name)
            if named and _is_own(path, since) and not _lives(int(named[1])):
                yield path


def remove_abandoned(since: float = 0.0, folder: Path = SHARED_MEMORY) -> list[Path]:
    """Remove them, and return those that are gone now."""
    gone = []
    for path in abandoned(since, folder):
        with suppress(OSError):
            path.unlink()
            gone.append(path)
    return gone


def _is_own(path: Path, since: float) -> bool:
    try:
        state = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid() and state.st_ctime >= since


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
