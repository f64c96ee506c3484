"""CPU time, memory and cores of an arm's processes, those started or replaced later included."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from windtunnel.machine.control_group import ControlGroup

REFRESHED = 0.05
"""Seconds for which the list of processes is used again: looking takes time of the requests'."""
_LISTS_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children").exists()
TICK = 1 / os.sysconf("SC_CLK_TCK") if sys.platform != "win32" else 0.01


@dataclass(slots=True)
class _Member:
    """One process of the tree."""

    process: psutil.Process
    parent: int
    own: float = 0.0
    """CPU seconds of its own, as last read."""
    ended: float = 0.0
    """CPU seconds of its children that have ended and that it waited for, as last read."""


class ProcessTree:
    """A process and all that descend from it, whenever they were started.

    Where a control group holds exactly these, as a container's does, CPU time is the group's,
    unless `grouped` is false.
    Else the tree is followed: a process that ends leaves its time with the parent that waits for
    it, or, where none does, here.
    """

    def __init__(self, pid: int, *, grouped: bool = True) -> None:
        self._members: dict[int, _Member] = {}
        self._looked = -1.0
        self._left = 0.0
        """CPU seconds of ended processes that no parent has taken over."""
        self._most = 0.0
        self._group: ControlGroup | None = None
        with suppress(psutil.Error):  # in another namespace, as behind Docker Desktop
            root = psutil.Process(pid)
            self._members[pid] = _Member(root, root.ppid())
            self._group = ControlGroup.of(pid) if grouped else None
        self._look()

    def __repr__(self) -> str:
        return f"<ProcessTree {list(self._members)}>"

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes as last seen."""
        return tuple(self._members)

    def cpu_seconds(self) -> float | None:
        """Return the CPU time that they and their predecessors have used; None once all ended."""
        if time.monotonic() - self._looked > REFRESHED:
            self._look()
        if not self._members:
            return None
        if self._group is not None and (used := self._group.cpu_seconds()) is not None:
            return used
        self._read()
        if not self._members:
            return None
        used = self._left + sum(each.own + each.ended for each in self._members.values())
        # A parent takes over an ended child's time rounded down to ticks of the kernel's clock.
        self._most = max(self._most, used)
        return self._most

    def resident(self) -> int | None:
        """Return the bytes of memory that they hold (resident set size); None once all ended."""
        self._look()
        held = []
        for member in self._members.values():
            with suppress(psutil.Error):
                held.append(member.process.memory_info().rss)
        return sum(held) if held else None

    def confine(self, cores: frozenset[int]) -> None:
        """Let them run on these cores only; where the system does not let us, nothing changes."""
        if sys.platform != "linux" or not cores:
            return
        done: set[int] = set()
        # One that is started meanwhile inherits the cores of before: look until there is no more.
        for _ in range(5):
            self._look()
            new = set(self._members) - done
            if not new:
                return
            for pid in new:
                with suppress(OSError):  # gone, or another user's
                    for thread in Path(f"/proc/{pid}/task").iterdir():
                        with suppress(OSError):
                            os.sched_setaffinity(int(thread.name), cores)
            done |= new

    def _look(self) -> None:
        """Find the processes that were started since, and give up those that ended."""
        self._looked = time.monotonic()
        ended = [member for member in self._members.values() if not member.process.is_running()]
        for member in ended:
            del self._members[member.process.pid]
        waiting = list(self._members)
        children = _children() if waiting else None
        while waiting:
            pid = waiting.pop()
            for child in children(pid) if children else ():
                if child not in self._members:
                    with suppress(psutil.Error):
                        self._members[child] = _Member(psutil.Process(child), pid)
                        waiting.append(child)
        self._inherit(ended)
        if all(_is_remains(member.process) for member in self._members.values()):
            # Nobody waits for them, as where the first process of a container reaps none.
            self._inherit(list(self._members.values()))
            self._members.clear()

    def _read(self) -> None:
        """Read every process's CPU time."""
        ended = []
        for pid, member in list(self._members.items()):
            try:
                member.own, member.ended = _cpu_seconds(member.process), _waited_for(member.process)
            except (psutil.Error, OSError):
                ended.append(self._members.pop(pid))
        self._inherit(ended)

    def _inherit(self, ended: list[_Member]) -> None:
        """Keep the time of ended processes where their parent did not take it over."""
        for member in ended:
            parent = self._members.get(member.parent)
            used = member.own + member.ended
            if parent is not None:
                before = parent.ended
                with suppress(psutil.Error, OSError):
                    parent.ended = _waited_for(parent.process)
                if parent.ended - before >= used - 2 * TICK:
                    continue
            self._left += used


def usable_cores() -> frozenset[int]:
    """Return the cores that this process may run on; none where the system does not tell."""
    return frozenset(os.sched_getaffinity(0)) if sys.platform == "linux" else frozenset()


def stolen_seconds() -> float:
    """Return the CPU seconds that this machine's hypervisor has given to others; 0 if unknown."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def _children() -> Callable[[int], list[int]]:
    """Return what gives the living children of a process, by its number."""
    if _LISTS_CHILDREN:
        return _listed
    # The kernel keeps no such list: every process names its parent.
    found: dict[int, list[int]] = {}
    for pid in psutil.pids():
        with suppress(OSError, ValueError, IndexError):
            # The name before it is in parentheses, and may hold any others (proc(5)).
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found.setdefault(int(fields[1]), []).append(pid)
    return lambda pid: found.get(pid, [])


def _listed(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def _cpu_seconds(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # A process's CPU clock counts nanoseconds, while psutil's figures count hundredths of a
        # second. Its number is made as clock_getcpuclockid(3) does it, which Python lacks.
        return time.clock_gettime((~process.pid << 3) | 2)
    times = process.cpu_times()
    return float(times.user + times.system)


def _is_remains(process: psutil.Process) -> bool:
    """Return whether a process has ended and is only waited for."""
    try:
        return process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _waited_for(process: psutil.Process) -> float:
    """Return the CPU seconds of a process's ended children, and of theirs."""
    times = process.cpu_times()
    return float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))
