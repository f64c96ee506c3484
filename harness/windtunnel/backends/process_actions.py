"""What can be done to what runs as a process: suspend it, kill it, stop it, start it anew."""

from signal import SIGCONT, SIGSTOP

from windtunnel.backends.fault_forms.processing_applier import ProcessAct
from windtunnel.backends.program_launcher import ProgramLauncher
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel_faults import ProcessAction


def process_actions(
    keeper: KeeperClient, programs: ProgramLauncher
) -> dict[ProcessAction, ProcessAct]:
    """Return what can be done to processes, by the action that a fault asks for."""
    return {
        ProcessAction.PAUSE: SuspendProcess(keeper),
        ProcessAction.KILL: KillProcess(programs),
        ProcessAction.STOP: StopProcess(programs),
        ProcessAction.RESTART: RestartProcess(programs),
    }


class SuspendProcess:
    """Suspends a process group (SIGSTOP), and continues it (SIGCONT)."""

    def __init__(self, keeper: KeeperClient) -> None:
        self._keeper = keeper

    def __repr__(self) -> str:
        return f"<SuspendProcess by {self._keeper}>"

    def strike(self, name: str) -> None:
        """Suspend it."""
        self._keeper.signal(name, SIGSTOP)

    def undo(self, name: str) -> None:
        """Continue it."""
        self._keeper.signal(name, SIGCONT)


class KillProcess:
    """Kills a process group (SIGKILL), and starts it again on the same port."""

    def __init__(self, programs: ProgramLauncher) -> None:
        self._programs = programs

    def __repr__(self) -> str:
        return f"<KillProcess by {self._programs}>"

    def strike(self, name: str) -> None:
        """Kill it."""
        self._programs.kill(name)

    def undo(self, name: str) -> None:
        """Start it again, and wait until it serves."""
        self._programs.restart(name)


class StopProcess:
    """Ends a program in order (SIGTERM), and starts it again on the same port."""

    def __init__(self, programs: ProgramLauncher) -> None:
        self._programs = programs

    def __repr__(self) -> str:
        return f"<StopProcess by {self._programs}>"

    def strike(self, name: str) -> None:
        """End it."""
        self._programs.end(name)

    def undo(self, name: str) -> None:
        """Start it again, and wait until it serves."""
        self._programs.restart(name)


class RestartProcess:
    """Ends a program in order (SIGTERM), and starts it again at once on the same port."""

    def __init__(self, programs: ProgramLauncher) -> None:
        self._programs = programs

    def __repr__(self) -> str:
        return f"<RestartProcess by {self._programs}>"

    def strike(self, name: str) -> None:
        """End it, start it again, and wait until it serves."""
        self._programs.end(name)
        self._programs.restart(name)

    def undo(self, name: str) -> None:
        """Do nothing: it serves already."""
