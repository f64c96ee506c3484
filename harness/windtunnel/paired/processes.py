"""CPU time, memory and cores of an arm's processes, as this machine's kernel counts them."""

import os
import sys
import time
from contextlib import suppress

import psutil


class Processes:
    """One process and what it had started by now. Readings are None once any of them is gone."""

    def __init__(self, pid: int) -> None:
        self._found: list[psutil.Process] = []
        try:
            first = psutil.Process(pid)
            self._found = [first, *first.children(recursive=True)]
        except psutil.Error:
            self._found = []  # in another namespace, as behind Docker Desktop

    def __repr__(self) -> str:
        return f"<Processes {[process.pid for process in self._found]}>"

    def cpu_seconds(self) -> float | None:
        """Return the CPU time that they have used, in seconds."""
        if not self._found:
            return None
        try:
            return sum(_cpu_seconds(process) for process in self._found)
        except (psutil.Error, OSError):
            return None

    def resident(self) -> int | None:
        """Return the bytes of memory that they hold (resident set size)."""
        if not self._found:
            return None
        try:
            return sum(process.memory_info().rss for process in self._found)
        except psutil.Error:
            return None

    def confine(self, cores: frozenset[int]) -> None:
        """Let them run on these cores only; where the system does not let us, nothing changes."""
        if sys.platform != "linux" or not cores:
            return
        for process in self._found:
            with suppress(psutil.Error, OSError):  # gone, or another user's
                for thread in process.threads():
                    os.sched_setaffinity(thread.id, cores)


def usable() -> frozenset[int]:
    """Return the cores that this process may run on; none where the system does not report them."""
    return frozenset(os.sched_getaffinity(0)) if sys.platform == "linux" else frozenset()


def _cpu_seconds(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # A process's CPU clock counts nanoseconds, while psutil's figures count hundredths of a
        # second. Its number is made as clock_getcpuclockid(3) does it, which Python lacks.
        return time.clock_gettime((~process.pid << 3) | 2)
    times = process.cpu_times()
    return float(times.user + times.system)


def stolen() -> float:
    """Return the CPU seconds that this machine's hypervisor has given to others; 0 if unknown."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))
