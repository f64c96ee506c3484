"""The control group of a container: the kernel's own account of all its processes (cgroups(7))."""

from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


class ControlGroup:
    """A group that holds an arm's processes and no others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __repr__(self) -> str:
        return f"<ControlGroup {self._folder}>"

    @classmethod
    def of(cls, pid: int) -> "ControlGroup | None":
        """Return the group of a process that is not ours too; None where there is none to read."""
        theirs, ours = _path(f"{pid}"), _path("self")
        if not theirs or not ours or theirs == "/" or ours.startswith(theirs):
            return None
        group = cls(ROOT / theirs.lstrip("/"))
        return None if group.cpu_seconds() is None else group

    def cpu_seconds(self) -> float | None:
        """Return the CPU time of all that ever ran in it; None where that cannot be read."""
        try:
            for line in (self._folder / "cpu.stat").read_text().splitlines():
                if line.startswith("usage_usec "):
                    return int(line.split()[1]) / 1e6
        except (OSError, ValueError):
            return None
        return None


def _path(pid: str) -> str:
    """Return a process's group in the unified hierarchy; "" where there is none."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return ""
    return next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "")
