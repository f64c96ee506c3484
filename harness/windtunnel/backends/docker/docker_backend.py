"""Starts the stack through compose, and breaks it through Toxiproxy and the Docker engine."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program, ProgramEnd
from windtunnel.backends.docker.compose_command import UP_DEADLINE
from windtunnel.backends.docker.compose_layout import lay_out
from windtunnel.backends.docker.container_actions import container_actions
from windtunnel.backends.docker.container_clock import ContainerClock
from windtunnel.backends.docker.container_readiness import (
    await_answer,
    await_conditions,
    await_healthy,
    ended_containers,
    last_words_of,
)
from windtunnel.backends.docker.dependency_containers import DependencyContainers
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.keeper_orders import KeeperOrders
from windtunnel.backends.docker.netem import Netem
from windtunnel.backends.docker.program_containers import ProgramContainers
from windtunnel.backends.docker.running_containers import RunningContainers
from windtunnel.backends.failed_start import stopped_on_failure
from windtunnel.backends.fault_forms.disabled_applier import DisabledApplier
from windtunnel.backends.fault_forms.form_table import FormTable
from windtunnel.backends.fault_forms.processing_applier import ProcessingApplier
from windtunnel.backends.fault_forms.toxics_applier import ToxicsApplier
from windtunnel.backends.fault_support import check_fault
from windtunnel.backends.own_control import OwnControl
from windtunnel.backends.running_stack import RunningStack, when_started
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_tls import check_authorities, write_authority
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.backends.wall_clock import WallClock
from windtunnel.configuration import Configuration, topology
from windtunnel.configuration.struck_edges import struck_edges
from windtunnel.errors import ControlError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.network_profiles import Profile
from windtunnel.ports import CONTROL_PORT
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.records import Evidence
from windtunnel.run_identity import RUN_LABEL
from windtunnel_faults import Capability, Disabled, Fault, Processing, Toxics

LOG = logging.getLogger(__name__)

START_DEADLINE = 60.0
"""Seconds for the containers to become healthy, at least: engines differ by much."""


class DockerBackend:
    """target → tap → Toxiproxy → dependency, each in a container."""

    name = "docker"
    capabilities = frozenset(Capability)

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        self.configuration, self.seed = configuration, seed
        self.engine = DockerEngine(run)
        self.keeper = KeeperClient(run, lease=configuration.lease)
        self.directory = str(self.keeper.directory)
        try:
            self.layout = lay_out(configuration, self.engine, run, seed, Path(self.directory))
        except BaseException:
            self.keeper.close()
            self.engine.close()
            raise
        self._orders = KeeperOrders(self.keeper)
        self._patience = max(START_DEADLINE, configuration.start_deadline)
        self._programs = ProgramContainers(
            configuration,
            self.engine,
            self.layout,
            directory=Path(self.directory),
            patience=self._patience,
        )
        self._dependencies = DependencyContainers(
            configuration, self.engine, self.layout, self._patience
        )
        self._running: RunningContainers | None = None

    def __repr__(self) -> str:
        return f"<DockerBackend run {self.keeper.run}>"

    @property
    def description(self) -> tuple[str, ...]:
        """What runs here."""
        return (
            f"Docker engine {self.engine.version}, started by `{self.layout.compose.name}`",
            "Toxiproxy in a container, behind our tap in another"
            + ("" if self.layout.routes is None else ", added to a copy of the compose file"),
            *map(str, self.layout.mentions),
        )

    @property
    def running(self) -> RunningContainers:
        """What runs; ControlError before the start."""
        return when_started(self._running, self.name)

    @property
    def tap(self) -> Tap:
        """The tap; ControlError before the start."""
        return self.running.stack.tap

    def start(self) -> None:
        """Build the images, start dependencies and proxies; on failure nothing is left."""
        LOG.info("starting the backend docker, run %s", self.keeper.run)
        with stopped_on_failure(self.stop):
            self._running = self._start()

    def _start(self) -> RunningContainers:
        layout = self.layout
        self._orders.send()
        programs = [each.service for each in layout.programs.values()]
        awaited = [*layout.dependencies, layout.toxiproxy, layout.tap]
        services = [*layout.others, *awaited]
        layout.compose.build([*services, *self._dependencies.services_of_steps, *programs])
        with last_words_of(self.engine, layout.services_of_the_file):
            layout.compose.up(services, deadline=max(UP_DEADLINE, self._patience))
        for service in awaited:
            await_healthy(self.engine, service, lambda state: None, deadline=self._patience)
        await_conditions(self.engine, layout.conditions, deadline=self._patience)
        self._programs.look_at_images()
        tap = Tap(self._answer(layout.tap, CONTROL_PORT, "/version"))
        tap_control = OwnControl(tap.address, lease=self.configuration.lease)
        try:
            stack = self._connect(tap, tap_control)
        except BaseException:
            tap_control.close()
            raise
        networks = layout.fronts or self.engine.networks(self.configuration.service)[:1]
        return RunningContainers(stack, Netem(self.engine, layout.tap, networks))

    def _connect(self, tap: Tap, tap_control: OwnControl) -> RunningStack:
        """Lead from the tap to the dependencies, and write what the target needs to know."""
        layout = self.layout
        toxiproxy = ToxiproxyControl(self._answer(layout.toxiproxy, CONTROL_PORT, "/version"))
        tap.check_clock()
        layout.connect(self.engine, self.configuration, tap, toxiproxy)
        self._dependencies.fault_proxy = toxiproxy
        authority = write_authority(tap, self.configuration, self.directory)
        for dependency in layout.services:
            self._dependencies.wait(dependency)
        addresses = layout.addresses()
        given = self._programs.write_files(
            addresses, Path(authority).read_bytes() if authority else b""
        )
        self._orders.heal_by_post(f"http://{toxiproxy.address}/reset")
        forms = self._forms(tap_control, toxiproxy)
        files = self._programs.folder(self.configuration.target)
        state = self._dependencies.state(self.keeper, given, files)
        return RunningStack(tap, tap_control, forms, addresses, {}, given, state, toxiproxy)

    def _forms(self, tap: OwnControl, toxiproxy: ToxiproxyControl) -> FormTable:
        actions = container_actions(self.engine, self._orders, self.layout.services, self._wait)
        proxies = partial(struck_edges, self.configuration)
        return FormTable(
            self.name,
            {
                Toxics: ToxicsApplier(tap=tap, fault_proxy=toxiproxy, proxies=proxies),
                Disabled: DisabledApplier(tap=tap, fault_proxy=toxiproxy, proxies=proxies),
                Processing: ProcessingApplier(actions, self._programs.running),
            },
        )

    def _wait(self, name: str) -> None:
        """Return once a dependency, or a program's service, serves again."""
        if self._programs.is_program(name):
            self._programs.wait(name)
        else:
            self._dependencies.wait(name)

    def _answer(self, service: str, port: int, path: str, called: str = "") -> Address:
        patience = self._patience
        return await_answer(self.engine, service, port, path, deadline=patience, called=called)

    def upstream(self, dependency: str) -> Address:
        """Return where the container of a dependency, or of a program that runs, serves us."""
        if dependency in self.layout.services:
            return self._dependencies.address(dependency)
        return self._programs.address(dependency)

    def account(self, dependency: str) -> ServerAccount:
        """Return as whom the target asks a dependency."""
        return self._dependencies.account(dependency)

    def prepare_session(self) -> None:
        """Bring the dependencies into the state that `prepare.session` says."""
        self.running.stack.state.prepare_session()

    def prepare_test(self) -> None:
        """Empty and prepare the dependencies for a test, once the last target is gone."""
        self.running.stack.state.prepare_test(once=self._programs.await_removals)

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Let compose start a container of the target's service, or one of another image."""
        stack = self.running.stack
        check_authorities(self.configuration, stack.given["ca"])
        return self._programs.start_target(stack, name, environment, program)

    def start_programs(self, environment: Mapping[str, str]) -> None:
        """Start the programs beside the driven one."""
        stack = self.running.stack
        check_authorities(self.configuration, stack.given["ca"])
        self._programs.start_others(stack, environment)

    def stop_programs(self) -> None:
        """Stop them."""
        self._programs.stop_others()

    def target_pid(self, name: str) -> int:
        """Return the pid of the container's first process, as the engine's machine knows it."""
        return self._programs.pid(name)

    def pids(self) -> tuple[int, ...]:
        """Return the first processes of the run's containers."""
        return self._programs.pids()

    def stop_target(self, name: str) -> None:
        """Kill and remove the container; the next target is not given before it is gone."""
        self._programs.stop_target(name)

    def ended_programs(self) -> tuple[ProgramEnd, ...]:
        """Return the targets, dependencies and proxies whose containers ended by themselves."""
        services = self._programs.started
        services |= {name: each for name, each in self.layout.services.items() if each}
        services |= {each: each for each in (self.layout.tap, self.layout.toxiproxy)}
        return ended_containers(self.engine, services, struck=self._orders.struck)

    def wall_clock(self, name: str) -> WallClock:
        """Return the clock for a target that is started with its environment."""
        own = self._programs.service_of(name)
        return ContainerClock(self.engine, self.configuration.service, own)

    def inject(self, fault: Fault) -> None:
        """Bring a fault about; it is in force when this returns."""
        outside = self.layout.outside
        check_fault(fault, self.configuration, self.name, self.capabilities, outside=outside)
        self.running.stack.forms.inject(fault)

    def heal(self, fault: Fault) -> None:
        """Undo a fault; it is over when this returns."""
        self.running.stack.forms.heal(fault)

    def apply(self, profile: Profile) -> Profile:
        """Delay the tap's side of the target's network by tc netem, or else in the tap itself."""
        refusal = self.running.netem.apply(profile.round_trip)
        if not refusal:
            return replace(profile, means="tc netem")
        for edge in topology.edges(self.configuration):
            self.tap.apply(edge, profile)
        return replace(profile, means=f"the tap (no tc netem here: {refusal})")

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what the dependency's tap recorded at or after `since`."""
        return self.tap.evidence(dependency, since)

    def mark(self) -> None:
        """Read the refusal counters."""
        self.tap.mark()

    @property
    def lapses(self) -> int:
        """How often the keeper's lease ran out, or one of our proxy's."""
        return self.keeper.lapses + self.running.stack.tap_control.lapses

    def stop(self) -> None:
        """Remove everything; ControlError names what remains."""
        if self._running is not None:
            self._running.stack.close()
        self._programs.close()
        self.keeper.close()
        left = self.engine.sweep()
        self.engine.close()
        LOG.info("stopped the backend docker, run %s", self.keeper.run)
        if left:
            raise ControlError(
                f"the keeper left {', '.join(left)} (label {RUN_LABEL}={self.engine.run});"
                " they are removed now"
            )
