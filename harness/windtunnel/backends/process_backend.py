"""What embedded and local share: target, dependencies and taps as processes of this machine."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psutil

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program, ProgramEnd
from windtunnel.backends.dependency_starts import DependencyStarts
from windtunnel.backends.failed_start import stopped_on_failure
from windtunnel.backends.fault_forms.disabled_applier import DisabledApplier
from windtunnel.backends.fault_forms.form_table import FormTable
from windtunnel.backends.fault_forms.processing_applier import ProcessingApplier
from windtunnel.backends.fault_forms.toxics_applier import ToxicsApplier
from windtunnel.backends.fault_support import check_fault
from windtunnel.backends.own_control import FaultControl, OwnControl
from windtunnel.backends.process_access import access_to_processes
from windtunnel.backends.process_actions import process_actions
from windtunnel.backends.process_programs import NOT_YET, ProcessPrograms
from windtunnel.backends.process_taps import create_taps
from windtunnel.backends.program_launcher import OWN_PATIENCE, ProgramLauncher
from windtunnel.backends.running_stack import RunningStack, when_started
from windtunnel.backends.running_target import running_target
from windtunnel.backends.state_keeper import StateKeeper
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_fields import record_fields
from windtunnel.backends.tap_tls import check_authorities, write_authority
from windtunnel.backends.wall_clock import WallClock, clock_of_a_process
from windtunnel.configuration import Configuration, topology
from windtunnel.configuration.account_in_urls import account_of
from windtunnel.configuration.struck_edges import struck_edges
from windtunnel.errors import ConfigurationError, ControlError, UnsupportedFault
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.machine.listening_processes import listening_processes
from windtunnel.module_command import module_command
from windtunnel.network_profiles import Profile
from windtunnel.protocols.http.probe import answers_http
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.records import Edge, Evidence
from windtunnel_faults import Capability, Disabled, Fault, Processing, Toxics

LOG = logging.getLogger(__name__)

PROXY_COMMAND = module_command("windtunnel.proxy", "--host", "{host}", "--port", "{port}")


@dataclass(frozen=True, slots=True)
class FaultProxy:
    """What injects faults into the traffic, between the tap and the dependencies."""

    control: FaultControl
    upstreams: Mapping[Edge, Address]
    """Where the tap connects to for each edge."""
    heal_posts: tuple[str, ...] = ()
    """What the keeper posts to when the lease runs out; our own proxy needs no asking."""


class ProcessBackend(ABC):
    """Starts dependencies, each behind a tap; subclasses choose the fault proxy."""

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
        self._own = ProcessPrograms(configuration, self.programs, Path(self.directory))
        self._running: RunningStack | None = None
        self._outside: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} run {self.keeper.run}>"

    @property
    @abstractmethod
    def description(self) -> tuple[str, ...]:
        """What runs here, as short sentences for a person."""

    @property
    def own_redis(self) -> bool:
        """Whether some dependency is a Redis of this backend's own."""
        return any(each.has_own_server for each in self.configuration.dependencies.values())

    @abstractmethod
    def redis_command(self) -> tuple[str, ...]:
        """Return the command for a Redis of this backend's own."""

    @abstractmethod
    def start_fault_proxy(self, upstreams: Mapping[Edge, Address], tap: OwnControl) -> FaultProxy:
        """Start what injects faults into the traffic of each edge; `tap` could do it itself."""

    @property
    def running(self) -> RunningStack:
        """What runs; ControlError before the start."""
        return when_started(self._running, self.name)

    @property
    def tap(self) -> Tap:
        """The tap; ControlError before the start."""
        return self.running.tap

    def start(self) -> None:
        """Start dependencies, fault proxy and tap; on failure nothing is left running."""
        LOG.info("starting the backend %s, run %s", self.name, self.keeper.run)
        with stopped_on_failure(self.stop):
            self._running = self._start()

    def _start(self) -> RunningStack:
        starts = DependencyStarts(
            self.configuration,
            self.programs,
            self.redis_command,
            backend=self.name,
            files=Path(self._own.given(self.configuration.target, "")["files"]),
        )
        dependencies = starts.start({"tap": self._start_tap})
        address = dependencies.pop("tap")
        tap_control = OwnControl(address, lease=self.configuration.lease)
        try:
            return self._connect(Tap(address), tap_control, dependencies)
        except BaseException:
            tap_control.close()
            raise

    def _start_tap(self) -> Address:
        return self.programs.start(
            "tap",
            (*PROXY_COMMAND, "--seed", str(self.seed)),
            environment={},
            probe=answers_http("/version"),
            patience=OWN_PATIENCE,
        )

    def _connect(
        self, tap: Tap, tap_control: OwnControl, dependencies: Mapping[str, Address]
    ) -> RunningStack:
        """Lead from the tap to the dependencies, and write what the target needs to know."""
        tap.check_clock()
        edges = topology.edges(self.configuration)
        upstreams = {edge: dependencies.get(edge.dependency, NOT_YET) for edge in edges}
        proxy = self.start_fault_proxy(upstreams, tap_control)
        addresses = create_taps(tap, self.configuration, proxy.upstreams)
        record_fields(tap, self.configuration)
        authority = write_authority(tap, self.configuration, self.directory)
        self.keeper.arrange(heal_posts=proxy.heal_posts)
        forms = self._forms(tap_control, proxy.control)
        given = self._own.given(self.configuration.target, authority)
        access = access_to_processes(self.configuration, dependencies, self.programs, given)
        state = StateKeeper(self.configuration, self.keeper, access, given=given)
        stack = RunningStack(
            tap, tap_control, forms, addresses, dependencies, given, state, proxy.control
        )
        self._own.write_files(stack)
        return stack

    def _forms(self, tap: OwnControl, fault_proxy: FaultControl) -> FormTable:
        actions = process_actions(self.keeper, self.programs)
        proxies = partial(struck_edges, self.configuration)
        return FormTable(
            self.name,
            {
                Toxics: ToxicsApplier(tap=tap, fault_proxy=fault_proxy, proxies=proxies),
                Disabled: DisabledApplier(tap=tap, fault_proxy=fault_proxy, proxies=proxies),
                Processing: ProcessingApplier(actions, self._own.processes),
            },
        )

    def upstream(self, dependency: str) -> Address:
        """Return where a dependency itself serves, or a program that runs."""
        known = self.running.upstreams
        return known[dependency] if dependency in known else self.programs.address(dependency)

    def account(self, dependency: str) -> ServerAccount:
        """Return as whom the target asks a dependency."""
        return account_of(self.configuration, dependency)

    def prepare_session(self) -> None:
        """Bring the dependencies into the state that `prepare.session` says."""
        self.running.state.prepare_session()

    def prepare_test(self) -> None:
        """Empty what is fresh for each test, and do what `prepare.test` says."""
        self.running.state.prepare_test()

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Start a target whose dependencies are the taps."""
        if program.image:
            raise ConfigurationError(f"the image {program.image!r} needs the backend docker")
        running = self.running
        check_authorities(self.configuration, running.given["ca"])
        if self.configuration.address:
            return running_target(self.configuration, environment, program)
        return self._own.start_target(running, name, environment, program)

    def start_programs(self, environment: Mapping[str, str]) -> None:
        """Start the programs beside the driven one."""
        check_authorities(self.configuration, self.running.given["ca"])
        self._own.start_others(self.running, environment)

    def stop_programs(self) -> None:
        """Stop them."""
        self._own.stop_others()

    def target_pid(self, name: str) -> int:
        """Return the pid of the target's process."""
        if self.configuration.address:
            raise UnsupportedFault(
                f"the target runs already at {self.configuration.address}: its pid is not known"
            )
        return self.keeper.status(name).pid

    def pids(self) -> tuple[int, ...] | None:
        """Return those that listen where services run already; the keeper started all others."""
        if self._outside is None or not all(map(psutil.pid_exists, self._outside)):
            there = [self.configuration.address]
            there += [each.upstream for each in self.configuration.dependencies.values()]
            self._outside = listening_processes([Address.parse(each) for each in there if each])
        return self._outside

    def stop_target(self, name: str) -> None:
        """Stop the target `name`, unless it ran already."""
        if not self.configuration.address:
            self._own.stop_target(name)

    def ended_programs(self) -> tuple[ProgramEnd, ...]:
        """Return the targets, dependencies and proxies that ended by themselves."""
        return self.programs.ended()

    def wall_clock(self, name: str) -> WallClock:
        """Return the clock for a target that is started with its environment."""
        return clock_of_a_process(Path(self.directory) / f"{name}.wall-clock")

    def inject(self, fault: Fault) -> None:
        """Bring a fault about; it is in force when this returns."""
        check_fault(fault, self.configuration, self.name, self.capabilities)
        self.running.forms.inject(fault)

    def heal(self, fault: Fault) -> None:
        """Undo a fault; it is over when this returns."""
        self.running.forms.heal(fault)

    def apply(self, profile: Profile) -> Profile:
        """Put a network between target and dependencies, by toxics of our own proxy."""
        for edge in self.running.addresses:
            self.tap.apply(edge, profile)
        return replace(profile, means="the tap")

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what the dependency's tap recorded at or after `since`."""
        return self.tap.evidence(dependency, since)

    def mark(self) -> None:
        """Read the refusal counters."""
        self.tap.mark()

    @property
    def lapses(self) -> int:
        """How often the keeper's lease ran out, or one of our proxy's."""
        return self.keeper.lapses + self.running.tap_control.lapses

    def stop(self) -> None:
        """Stop everything; ControlError names what remains."""
        if self._running is not None:
            self._running.close()
        self.keeper.close()
        LOG.info("stopped the backend %s, run %s", self.name, self.keeper.run)
        if Path(self.directory).exists():
            raise ControlError(f"the run's directory {self.directory} could not be removed")
