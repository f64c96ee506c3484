"""What can be done to a dependency that runs as a process: suspend it, kill it."""

from signal import SIGCONT, SIGSTOP

from windtunnel.backends.program_launcher import ProgramLauncher
from windtunnel.keeper.keeper_client import KeeperClient


class SuspendProcess:
    """Suspends a dependency's process group (SIGSTOP), and continues it (SIGCONT)."""

    def __init__(self, keeper: KeeperClient) -> None:
        self._keeper = keeper

    def __repr__(self) -> str:
        return f"<SuspendProcess by {self._keeper}>"

    def strike(self, dependency: str) -> None:
        """Suspend it."""
        self._keeper.signal(dependency, SIGSTOP)

    def undo(self, dependency: str) -> None:
        """Continue it."""
        self._keeper.signal(dependency, SIGCONT)


class KillProcess:
    """Kills a dependency's process group (SIGKILL), and starts it again on the same port."""

    def __init__(self, programs: ProgramLauncher) -> None:
        self._programs = programs

    def __repr__(self) -> str:
        return f"<KillProcess by {self._programs}>"

    def strike(self, dependency: str) -> None:
        """Kill it."""
        self._programs.kill(dependency)

    def undo(self, dependency: str) -> None:
        """Start it again, and wait until it serves."""
        self._programs.restart(dependency)
