"""The parts of this machine that decide how fast a service runs."""

import hashlib
import platform
from pathlib import Path

import psutil


def description() -> str:
    """Return processor, cores, memory, system and Python of this machine."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{_processor()}, {psutil.cpu_count()} cores, {memory} GiB,"
        f" {platform.system()} {platform.release()},"
        f" {platform.python_implementation()} {platform.python_version()}"
    )


def fingerprint(described: str) -> str:
    """Return a short name for a machine's description. Equal names mean equal descriptions."""
    return hashlib.sha256(described.encode()).hexdigest()[:12]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()
