"""Who a container belongs to, as its label says."""

import os
import platform
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")


def owner() -> str:
    """Return who may remove this run's containers: a user of this machine, until it boots anew.

    One engine may serve several machines and containers, whose processes cannot be seen here.
    """
    try:
        boot = BOOT.read_text("ascii").strip()
    except OSError:
        boot = "unknown"
    return f"{os.getuid()}@{platform.node()}/{boot}"
