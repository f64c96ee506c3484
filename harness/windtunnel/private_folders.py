"""Which folders in the shared temporary folder may be believed: those that only this user made."""

import os
import stat
from pathlib import Path


def is_private(folder: Path) -> bool:
    """Whether it is a folder, no link, of this user's, which nobody else can enter or change."""
    try:
        state = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(state.st_mode)
        and state.st_uid == os.geteuid()
        and stat.S_IMODE(state.st_mode) & 0o077 == 0
    )


def process_space() -> str:
    """Return what a pid means something in: this boot of the machine, and this pid namespace.

    Containers that share the temporary folder have pids of their own.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return "unknown"  # without /proc there are no namespaces either
    return f"{boot} {namespace}"
