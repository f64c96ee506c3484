"""The contract of every backend: what it does, and what it reports of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from windtunnel.address import Address
from windtunnel.network_profiles import Profile
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.records import Evidence
from windtunnel_faults import Capability, Fault

if TYPE_CHECKING:
    from windtunnel.backends.tap import Tap
    from windtunnel.backends.wall_clock import WallClock


@dataclass(frozen=True, slots=True)
class Program:
    """What to start as a target instead of the configured one. An empty field keeps that one's."""

    directory: str = ""
    """Where its command is run: another work tree. Processes only."""
    python: str = ""
    """What {python} in its command stands for. Processes only."""
    image: str = ""
    """What its container is made from. Docker only."""


CONFIGURED = Program()


@dataclass(frozen=True, slots=True)
class ProgramEnd:
    """The end of a program that nobody asked for."""

    name: str
    exit_status: int
    """Negative: the number of the signal that ended it."""
    log: str
    """The last lines that it printed, under a heading."""

    def __str__(self) -> str:
        status = f"with exit status {self.exit_status}"
        if self.exit_status < 0:
            status = f"by the signal {-self.exit_status}"
        return f"{self.name} ended by itself {status}\n{self.log}"


class Backend(Protocol):
    """Starts a stack and breaks it. Calls block, have deadlines, and raise WindtunnelError."""

    name: str
    capabilities: frozenset[Capability]
    directory: str
    """Where the logs of this run are, as long as it lasts."""

    @property
    def tap(self) -> "Tap":
        """The tap, whose evidence this backend returns; ControlError before the start."""
        ...

    @property
    def description(self) -> tuple[str, ...]:
        """What runs here, as short sentences for a person."""
        ...

    def start(self) -> None:
        """Start the dependencies behind their proxies; StartError names what did not come up."""
        ...

    def upstream(self, dependency: str) -> Address:
        """Return where a dependency itself serves this machine: past the tap, and past faults."""
        ...

    def account(self, dependency: str) -> ServerAccount:
        """Return as whom the target asks a dependency; empty where nothing says so."""
        ...

    def prepare_session(self) -> None:
        """Bring the dependencies into the state that `prepare.session` says, once."""
        ...

    def prepare_test(self) -> None:
        """Empty what is fresh for each test, and do what `prepare.test` says; no target runs."""
        ...

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Start a target under `name`, wait until it is healthy, and return its address."""
        ...

    def start_programs(self, environment: Mapping[str, str]) -> None:
        """Start the programs beside the driven one, each after those that it calls. StartError.

        Each has these variables on top of its own: what a scenario sets is for all of them. Only a
        configuration with such programs asks for it: once a scenario, before its targets.
        """
        ...

    def stop_programs(self) -> None:
        """Stop those programs."""
        ...

    def target_pid(self, name: str) -> int:
        """Return the pid of the target `name` as this machine's engine knows it."""
        ...

    def pids(self) -> tuple[int, ...] | None:
        """Return the first processes of what it runs, but of those that this process started.

        Theirs and their descendants' CPU time is the run's own; all other is other people's work.
        None where not all are known. Never raises.
        """
        ...

    def stop_target(self, name: str) -> None:
        """Stop the target `name`."""
        ...

    def ended_programs(self) -> tuple[ProgramEnd, ...]:
        """Return the programs that ended though neither we nor a fault ended them."""
        ...

    def wall_clock(self, name: str) -> "WallClock":
        """Return the clock for the target `name`, not yet started; NotTestable without one."""
        ...

    def inject(self, fault: Fault) -> None:
        """Bring a fault about; it is in force when this returns."""
        ...

    def heal(self, fault: Fault) -> None:
        """Undo a fault; it is over when this returns."""
        ...

    def apply(self, profile: Profile) -> Profile:
        """Put a network between target and dependencies; return it with the means that was used."""
        ...

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what the tap of a dependency, or of an `Edge`, recorded at or after `since`."""
        ...

    def mark(self) -> None:
        """Read the refusal counters, so that evidence before and after can be separated."""
        ...

    @property
    def lapses(self) -> int:
        """How often the lease ran out while the runner lived, so that faults healed too early."""
        ...

    def stop(self) -> None:
        """Stop everything that this backend started."""
        ...
