"""Reads what this machine's cores do during a run, and how much of it is not the run's own work."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from windtunnel.machine.process_tree import TICK, ProcessTree, usable_cores
from windtunnel.records.machine_use import MachineUse

STATISTICS = Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class MachineReading:
    """Seconds summed over the usable cores since the machine started, and of the run's own work."""

    processes: float
    """Spent on processes, the kernel's work for them included."""
    idle: float
    stolen: float
    total: float
    own: float
    waits: Mapping[tuple[int, str], float]
    """Of each thread, by process and thread: how long it was ready and had no core."""


class MachineMeter:
    """Reads the usable cores' account, and that of this process, what it started, and `pids()`.

    Where the system keeps no such account (`/proc/stat`, proc(5)), there are no readings.
    """

    def __init__(self, pids: Callable[[], Iterable[int] | None] = tuple) -> None:
        self._pids = pids
        self._cores = frozenset(f"cpu{core}" for core in usable_cores())
        self._trees = {os.getpid(): ProcessTree(os.getpid(), grouped=False)}
        self._used: dict[int, float] = {}
        """CPU seconds of each tree, as last read: those of one that has ended count on."""
        self._waits: dict[tuple[int, str], float] = {}
        """Seconds that each thread had no core, as last read; those of ended ones count on."""

    def __repr__(self) -> str:
        return f"<MachineMeter of {list(self._trees)}>"

    def read(self) -> MachineReading | None:
        """Return how the cores' time was spent until now; None where that is not known."""
        cores, named = _account(self._cores), self._pids()
        if cores is None or named is None:
            return None
        for pid in named:
            # What descends from a process that is known is in its tree.
            if all(pid not in tree.pids for tree in self._trees.values()):
                self._trees[pid] = ProcessTree(pid, grouped=False)
        for pid, tree in self._trees.items():
            self._used[pid] = max(self._used.get(pid, 0.0), tree.cpu_seconds() or 0.0)
        for pid in {pid for tree in self._trees.values() for pid in tree.pids}:
            self._waits.update(_waits(pid))
        processes, idle, stolen, total = cores
        own = sum(self._used.values())
        return MachineReading(processes, idle, stolen, total, own, dict(self._waits))

    def since(self, before: MachineReading | None) -> MachineUse | None:
        """Return how it was spent since that reading; None where that is not known."""
        now = self.read() if before else None
        if before is None or now is None or now.total <= before.total:
            return None
        return MachineUse(
            available=now.total - before.total,
            idle=now.idle - before.idle,
            others=max(0.0, now.processes - before.processes - (now.own - before.own)),
            stolen=now.stolen - before.stolen,
            waited=_waited(before.waits, now.waits) if any(now.waits.values()) else math.inf,
        )


def _waited(before: Mapping[tuple[int, str], float], now: Mapping[tuple[int, str], float]) -> float:
    """Return the sum over the processes of what the thread waited that waited longest."""
    longest: dict[int, float] = {}
    for (pid, thread), waited in now.items():
        since = waited - before.get((pid, thread), 0.0)
        longest[pid] = max(since, longest.get(pid, 0.0))
    return sum(longest.values())


def _waits(pid: int) -> Iterator[tuple[tuple[int, str], float]]:
    """Yield how long each thread waited on a run queue; nothing where the kernel keeps no account.

    The second figure of /proc/PID/task/TID/schedstat, in nanoseconds
    (Documentation/scheduler/sched-stats.rst).
    """
    with suppress(OSError, ValueError, IndexError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                waited = int((thread / "schedstat").read_text().split()[1])
                yield (pid, thread.name), waited / 1e9


def _account(cores: frozenset[str]) -> tuple[float, float, float, float] | None:
    """Return the seconds of processes, idle ones, stolen ones and all, summed over these cores."""
    try:
        lines = STATISTICS.read_text().splitlines()
    except OSError:
        return None
    found = [0.0, 0.0, 0.0, 0.0]
    for line in lines:
        name, *figures = line.split()
        if name not in cores:
            continue
        # user nice system idle iowait irq softirq steal; those of guests are in user and nice.
        ticks = [int(figure) for figure in figures[:8]]
        found[0] += sum(ticks[:3])
        found[1] += sum(ticks[3:5])
        found[2] += ticks[7]
        found[3] += sum(ticks)
    processes, idle, stolen, total = (each * TICK for each in found)
    return (processes, idle, stolen, total) if total else None
