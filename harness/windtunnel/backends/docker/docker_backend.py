"""Starts the stack through compose, and breaks it through Toxiproxy and the Docker engine."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.backend import CONFIGURED, Program
from windtunnel.backends.docker.compose_command import find_compose
from windtunnel.backends.docker.container_clock import ContainerClock
from windtunnel.backends.docker.container_readiness import await_healthy
from windtunnel.backends.docker.container_template import ContainerTemplate
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.netem import Netem
from windtunnel.backends.docker.stack_layout import lay_out
from windtunnel.backends.fault_support import TAP_ONLY, check_fault, toxic_prefix
from windtunnel.backends.own_control import FaultControl, OwnControl
from windtunnel.backends.probes import answers_http
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_tls import check_authority, write_authority
from windtunnel.backends.target_files import write_files
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.backends.wall_clock import WallClock
from windtunnel.configuration import Configuration
from windtunnel.configuration.telling import fill, named, variables
from windtunnel.errors import ConfigurationError, ControlError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.network_profiles import Profile
from windtunnel.ports import CONTROL_PORT
from windtunnel.records import Evidence
from windtunnel.run_identity import RUN_LABEL
from windtunnel_faults import Capability, Disabled, Fault, ProcessAction, Processing, Toxics

FILES = "/windtunnel-files"
"""Where the target's container sees the files that are written for it."""
START_DEADLINE = 60.0
"""Seconds for the containers to become healthy, at least: engines differ by much."""


class DockerBackend:
    """target → tap → Toxiproxy → dependency, each in a container."""

    name = "docker"
    capabilities = frozenset(Capability)

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        self.configuration = configuration
        self.seed = seed
        self.engine = DockerEngine(run)
        find_compose()
        self.keeper = KeeperClient(run, lease=configuration.lease)
        self.directory = str(self.keeper.directory)
        try:
            self.layout = lay_out(configuration, self.engine, run, seed, Path(self.directory))
        except BaseException:
            self.keeper.close()
            self.engine.close()
            raise
        self._files = Path(self.directory) / "files"
        self._given = {"files": FILES, "ca": ""}
        self.tap: Tap
        self._tap_control: OwnControl
        self._toxiproxy: ToxiproxyControl
        self._template: ContainerTemplate
        self._netem: Netem
        self._networks: dict[str, tuple[str, ...]] = {}
        self._heal_commands: dict[str, tuple[tuple[str, ...], ...]] = {}

    def __repr__(self) -> str:
        return f"<DockerBackend run {self.keeper.run}>"

    @property
    def description(self) -> tuple[str, ...]:
        """What runs here."""
        return (
            f"Docker engine {self.engine.version}, started by `{self.layout.compose.name}`",
            "Toxiproxy in a container, behind our tap in another"
            + ("" if self.layout.routes is None else ", added to a copy of the compose file"),
        )

    def start(self) -> None:
        """Build the images, start dependencies and proxies; on failure nothing is left."""
        layout = self.layout
        try:
            self._arrange()
            target = self.configuration.service
            awaited = [*layout.dependencies, layout.toxiproxy, layout.tap]
            services = [*layout.others, *awaited]
            layout.compose.build([*services, target])
            layout.compose.up(services)
            for service in awaited:
                self._await(service)
            layout.compose.create(target)
            template = self.engine.template(target, layout.target)
            # The older compose joins a container's other networks only when it starts it.
            networks = layout.target_networks or template.networks
            self._template = replace(template, networks=networks)
            self.tap = Tap(self._control(layout.tap))
            self._tap_control = OwnControl(self.tap.address, lease=self.configuration.lease)
            self._toxiproxy = ToxiproxyControl(self._control(layout.toxiproxy))
            self._netem = Netem(self.engine, layout.tap, self._template.networks[0])
            self.tap.check_clock()
            layout.connect(self.engine, self.configuration, self.tap, self._toxiproxy)
            self._files.mkdir()
            if write_authority(self.tap, self.configuration, str(self._files)):
                self._given["ca"] = f"{FILES}/ca.pem"
            for dependency in self.configuration.dependencies:
                # Each must be known to both, or a fault would strike beside the traffic.
                self.tap.listening(dependency)
                self._toxiproxy.listening(dependency)
            for dependency in layout.services:
                self._await_dependency(dependency)
            write_files(
                self.configuration, self._files, named(layout.target_addresses()) | self._given
            )
            self._arrange()
        except BaseException:
            self.stop()
            raise

    def _control(self, service: str) -> Address:
        return self._await_answer(service, CONTROL_PORT, "/version")

    def _await_answer(self, service: str, port: int, path: str) -> Address:
        """Return where a service's port can be reached, once it is healthy and answers there."""
        found: list[Address] = []

        def probe() -> None:
            if not found:
                address = self.engine.published(service, port)
                if address is None:
                    raise ConnectionError(f"it does not publish its port {port}")
                found.append(address)
            answers_http(path)(found[0])

        self._await(service, probe)
        return found[0]

    def _await(self, service: str, probe: Callable[[], None] = lambda: None) -> None:
        deadline = max(START_DEADLINE, self.configuration.start_deadline)
        await_healthy(self.engine, service, probe, deadline=deadline)

    def _await_dependency(self, name: str) -> None:
        service = self.layout.services[name]
        if service and self.engine.state(service).health:
            self._await(service)
        elif service:
            # Without a healthcheck of its own it is up once it accepts connections.
            self._await(service, partial(self.layout.check, self.engine, name))

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Start a container like the compose file's target, or one of another image."""
        if program.directory or program.python:
            raise ConfigurationError(
                "work trees run as processes: take the backend embedded or local, or give images"
            )
        template = self._template
        if program.image:
            template = template.of_image(program.image)
        port = self.layout.target_port
        own = {"host": "0.0.0.0", "port": str(port)}  # noqa: S104 - as a container's program does
        for dependency, configured in self.configuration.dependencies.items():
            check_authority(dependency, configured, self._given["ca"])
        told = variables(self.configuration, self.layout.target_addresses(), self._given)
        given = {key: fill(text, own) for key, text in {**told, **environment}.items()}
        mounts = [f"{self._files}:{FILES}:ro"] if any(self._files.iterdir()) else []
        self.engine.start_like(template, name, given, port, mounts)
        try:
            return self._await_answer(name, port, self.configuration.health)
        except BaseException:
            self.engine.remove(name)
            raise

    def target_pid(self, name: str) -> int:
        """Return the pid of the container's first process, as the engine's machine knows it."""
        return self.engine.pid(name)

    def stop_target(self, name: str) -> None:
        """Remove the container."""
        self.engine.remove(name)

    def wall_clock(self, name: str) -> WallClock:
        """Return the clock for a target that is started with its environment."""
        return ContainerClock(self.engine, self.configuration.service, name)

    def inject(self, fault: Fault) -> None:
        """Bring a fault about; it is in force when this returns."""
        outside = self.layout.outside
        check_fault(fault, self.configuration, self.name, self.capabilities, outside=outside)
        name = fault.dependency
        service = self.layout.services[name]
        match fault.form:
            case Toxics() as toxics:
                self._striking(fault).add(name, toxics, prefix=toxic_prefix(fault))
            case Disabled():
                # The tap refuses too, so that a refused connection stays a refused one.
                self._tap_control.disable(name)
                self._toxiproxy.disable(name)
            case Processing(ProcessAction.PAUSE):
                self._leave(service, [("docker", "unpause", self._container(service))])
                self.engine.pause(service)
            case Processing(ProcessAction.KILL):
                self._leave(service, [("docker", "start", self._container(service))])
                self.engine.kill(service)
            case Processing(ProcessAction.DISCONNECT):
                self._networks[service] = networks = self.engine.networks(service)
                container = self._container(service)
                self._leave(
                    service,
                    [
                        ("docker", "network", "connect", "--alias", service, network, container)
                        for network in networks
                    ],
                )
                for network in networks:
                    self.engine.disconnect(service, network)

    def heal(self, fault: Fault) -> None:
        """Undo a fault; it is over when this returns."""
        name = fault.dependency
        # One that there is not was refused; healing it all the same is its own clear error.
        service = self.layout.services.get(name, name)
        match fault.form:
            case Toxics():
                self._striking(fault).remove(name, prefix=toxic_prefix(fault))
            case Disabled():
                self._toxiproxy.enable(name)
                self._tap_control.enable(name)
            case Processing(ProcessAction.PAUSE):
                if self.engine.state(service).status == "paused":
                    self.engine.unpause(service)
                self._leave(service, [])
            case Processing(ProcessAction.KILL):
                self.engine.start(service)
                self._await_dependency(name)
                self._leave(service, [])
            case Processing(ProcessAction.DISCONNECT):
                joined = self.engine.networks(service)
                for network in self._networks.pop(service, ()):
                    if network not in joined:
                        self.engine.connect(service, network)
                self._leave(service, [])

    def _striking(self, fault: Fault) -> FaultControl:
        """Return what strikes the traffic: only our own proxy can do more than Toxiproxy."""
        return self._tap_control if fault.needs in TAP_ONLY else self._toxiproxy

    def _container(self, service: str) -> str:
        return self.engine.identity(service)

    def _leave(self, service: str, commands: Sequence[tuple[str, ...]]) -> None:
        """Leave with the keeper what heals this dependency if the runner cannot."""
        self._heal_commands[service] = tuple(commands)
        self._arrange()

    def _arrange(self) -> None:
        # Our own proxy keeps its leases itself; the real one knows none.
        toxiproxy = getattr(self, "_toxiproxy", None)
        self.keeper.arrange(
            heal_posts=[] if toxiproxy is None else [f"http://{toxiproxy.address}/reset"],
            heal_commands=[c for commands in self._heal_commands.values() for c in commands],
            end_commands=[
                (sys.executable, "-m", "windtunnel.backends.docker.sweep", self.engine.run)
            ],
        )

    def apply(self, profile: Profile) -> Profile:
        """Delay the tap's side of the target's network by tc netem, or else in the tap itself."""
        refusal = self._netem.apply(profile.round_trip)
        if not refusal:
            return replace(profile, means="tc netem")
        for dependency in self.configuration.dependencies:
            self.tap.apply(dependency, profile)
        return replace(profile, means=f"the tap (no tc netem here: {refusal})")

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what the dependency's tap recorded at or after `since`."""
        return self.tap.evidence(dependency, since)

    def mark(self) -> None:
        """Take a reading of what is only counted."""
        self.tap.mark()

    @property
    def lapses(self) -> int:
        """How often the keeper's lease ran out, or one of our proxy's."""
        return self.keeper.lapses + self._tap_control.lapses

    def stop(self) -> None:
        """Remove everything; ControlError names what remains."""
        if hasattr(self, "_tap_control"):
            self._tap_control.close()
        self.keeper.close()
        left = self.engine.sweep()
        self.engine.close()
        if left:
            raise ControlError(
                f"the keeper left {', '.join(left)} (label {RUN_LABEL}={self.engine.run});"
                " they are removed now"
            )
