"""CPU time and memory of an arm's processes, as this machine's kernel counts them."""

import sys
import time

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
