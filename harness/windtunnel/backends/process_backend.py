"""What embedded and local share: target, dependencies and taps as processes of this machine."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

from windtunnel.address import Address
from windtunnel.backends.backend import CONFIGURED, Program
from windtunnel.backends.fault_support import TAP_ONLY, check_fault, toxic_prefix
from windtunnel.backends.own_control import FaultControl, OwnControl
from windtunnel.backends.probes import Probe, accepts_tcp, answers_http, answers_redis
from windtunnel.backends.program_launcher import ProgramLauncher
from windtunnel.backends.running_target import running_target
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_tls import check_authority, tls_field, write_authority
from windtunnel.backends.target_files import write_files
from windtunnel.backends.wall_clock import WallClock, clock_of_a_process
from windtunnel.configuration import Configuration, Dependency
from windtunnel.configuration.telling import fill, named, variables
from windtunnel.errors import ConfigurationError, ControlError, UnsupportedFault
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.network_profiles import Profile
from windtunnel.records import Evidence
from windtunnel_faults import Capability, Disabled, Fault, ProcessAction, Processing, Toxics

PROXY_COMMAND = ("{python}", "-m", "windtunnel.proxy", "--host", "{host}", "--port", "{port}")


class ProcessBackend(ABC):
    """Dependencies, each behind a tap; subclasses say what injects the faults into the traffic."""

    name = "process"
    capabilities = frozenset(Capability) - {Capability.NETWORK}

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        self.configuration = configuration
        self.seed = seed
        self.keeper = KeeperClient(run, lease=configuration.lease)
        self.directory = str(self.keeper.directory)
        self.programs = ProgramLauncher(
            self.keeper,
            deadline=configuration.start_deadline,
            directory=Path(configuration.directory),
        )
        self._files = Path(self.directory) / "files"
        self._dependencies: dict[str, Address] = {}
        self._taps: dict[str, Address] = {}
        self._authority = ""
        self._given: dict[str, str] = {}
        self.tap: Tap
        self.tap_control: OwnControl

    def __repr__(self) -> str:
        return f"<{type(self).__name__} run {self.keeper.run}>"

    @property
    @abstractmethod
    def description(self) -> tuple[str, ...]:
        """What runs here, as short sentences for a person."""

    @property
    def own_redis(self) -> bool:
        """Whether some dependency is a Redis of this backend's own."""
        return any(_own_redis(each) for each in self.configuration.dependencies.values())

    @abstractmethod
    def redis_command(self) -> tuple[str, ...]:
        """Return the command for a Redis of this backend's own."""

    @abstractmethod
    def start_fault_proxy(self, dependencies: Mapping[str, Address]) -> Mapping[str, Address]:
        """Start what injects faults into the traffic; return where each dependency is reached."""

    @property
    @abstractmethod
    def fault_proxy(self) -> FaultControl:
        """What injects faults into the traffic."""

    def heal_posts(self) -> tuple[str, ...]:
        """Return what the keeper asks for when the lease runs out; our proxy needs no asking."""
        return ()

    def start(self) -> None:
        """Start dependencies, fault proxy and tap; on failure nothing is left running."""
        try:
            for name, dependency in self.configuration.dependencies.items():
                self._dependencies[name] = self._start_dependency(name, dependency)
            address = self.programs.start(
                "tap",
                (*PROXY_COMMAND, "--seed", str(self.seed)),
                environment={},
                probe=answers_http("/version"),
            )
            self.tap = Tap(address)
            self.tap_control = OwnControl(address, lease=self.configuration.lease)
            self.tap.check_clock()
            behind = self.start_fault_proxy(self._dependencies)
            for name, upstream in behind.items():
                dependency = self.configuration.dependencies[name]
                self._taps[name] = self.tap.create(
                    name,
                    upstream=str(upstream),
                    protocol=dependency.protocol,
                    tls=tls_field(dependency.tls, Path(self.configuration.directory)),
                    listen=f"127.0.0.1:{dependency.listen}",
                )
            self._authority = write_authority(self.tap, self.configuration, self.directory)
            self._given = {"files": str(self._files), "ca": self._authority}
            write_files(self.configuration, self._files, named(self._taps) | self._given)
            self.keeper.arrange(heal_posts=self.heal_posts())
        except BaseException:
            self.stop()
            raise

    def _start_dependency(self, name: str, dependency: Dependency) -> Address:
        if dependency.upstream:
            return Address.parse(dependency.upstream)
        command = self.redis_command() if _own_redis(dependency) else dependency.command
        if not command:
            raise ConfigurationError(
                f"missing key 'dependencies.{name}.command' (or 'dependencies.{name}.upstream',"
                f" where it runs already): the backend {self.name} starts it as a process"
            )
        return self.programs.start(name, command, environment={}, probe=_probe(dependency))

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Start a target whose dependencies are the taps."""
        if program.image:
            raise ConfigurationError(f"the image {program.image!r} needs the backend docker")
        for dependency, configured in self.configuration.dependencies.items():
            check_authority(dependency, configured, self._authority)
        if self.configuration.address:
            return running_target(self.configuration, environment, program)
        known = named(self._taps) | self._given
        led = variables(self.configuration, self._taps, self._given)
        return self.programs.start(
            name,
            [fill(part, known) for part in self.configuration.command],
            environment={**led, **environment},
            probe=answers_http(self.configuration.health),
            port=self.configuration.port if program == CONFIGURED else 0,
            program=program,
        )

    def target_pid(self, name: str) -> int:
        """Return the pid of the target's process."""
        if self.configuration.address:
            raise UnsupportedFault(
                f"the target runs already at {self.configuration.address}: its pid is not known"
            )
        return self.keeper.status(name).pid

    def stop_target(self, name: str) -> None:
        """Stop the target `name`, unless it ran already."""
        if not self.configuration.address:
            self.programs.stop(name)

    def wall_clock(self, name: str) -> WallClock:
        """Return the clock for a target that is started with its environment."""
        return clock_of_a_process(Path(self.directory) / f"{name}.wall-clock")

    def inject(self, fault: Fault) -> None:
        """Bring a fault about; it is in force when this returns."""
        check_fault(fault, self.configuration, self.name, self.capabilities)
        match fault.form:
            case Toxics() as toxics:
                self._striking(fault).add(fault.dependency, toxics, prefix=toxic_prefix(fault))
            case Disabled():
                self.refuse(fault.dependency)
            case Processing(ProcessAction.PAUSE):
                self.keeper.signal(fault.dependency, SIGSTOP)
            case Processing(ProcessAction.KILL):
                self.keeper.signal(fault.dependency, SIGKILL)
            case Processing(ProcessAction.DISCONNECT):
                raise UnsupportedFault(f"{fault!r} needs a network of its own: use docker")

    def heal(self, fault: Fault) -> None:
        """Undo a fault; it is over when this returns."""
        match fault.form:
            case Toxics():
                self._striking(fault).remove(fault.dependency, prefix=toxic_prefix(fault))
            case Disabled():
                self.accept(fault.dependency)
            case Processing(ProcessAction.PAUSE):
                self.keeper.signal(fault.dependency, SIGCONT)
            case Processing():
                dependency = self.configuration.dependencies[fault.dependency]
                self.programs.restart(fault.dependency, _probe(dependency))

    def _striking(self, fault: Fault) -> FaultControl:
        """Return what strikes the traffic: only our own proxy can do more than Toxiproxy."""
        return self.tap_control if fault.needs in TAP_ONLY else self.fault_proxy

    def refuse(self, dependency: str) -> None:
        """Make every hop that the target could reach refuse."""
        self.fault_proxy.disable(dependency)

    def accept(self, dependency: str) -> None:
        """Undo `refuse`."""
        self.fault_proxy.enable(dependency)

    def apply(self, profile: Profile) -> Profile:
        """Put a network between target and dependencies, by toxics of our own proxy."""
        for dependency in self._taps:
            self.tap.apply(dependency, profile)
        return replace(profile, means="the tap")

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what the dependency's tap recorded at or after `since`."""
        return self.tap.evidence(dependency, since)

    def mark(self) -> None:
        """Take a reading of what is only counted."""
        self.tap.mark()

    @property
    def lapses(self) -> int:
        """How often the keeper's lease ran out, or one of our proxy's."""
        return self.keeper.lapses + self.tap_control.lapses

    def stop(self) -> None:
        """Stop everything; ControlError names what remains."""
        if hasattr(self, "tap_control"):
            self.tap_control.close()
        self.keeper.close()
        if Path(self.directory).exists():
            raise ControlError(f"the run's directory {self.directory} could not be removed")


def _probe(dependency: Dependency) -> Probe:
    return answers_redis if dependency.protocol == "redis" else accepts_tcp


def _own_redis(dependency: Dependency) -> bool:
    named = bool(dependency.command or dependency.upstream)
    return dependency.protocol == "redis" and not named
