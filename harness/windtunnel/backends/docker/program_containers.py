"""Starts the programs of the system under test in containers, each led to its own taps."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program
from windtunnel.backends.docker.container_readiness import await_answer, await_healthy
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.program_readiness import readiness_of
from windtunnel.backends.docker.stack_layout import StackLayout
from windtunnel.backends.docker.target_containers import TargetContainers
from windtunnel.backends.docker.target_service import TargetService
from windtunnel.backends.proxy_variables import without_proxy
from windtunnel.backends.running_stack import RunningStack
from windtunnel.backends.target_files import write_files
from windtunnel.configuration import Configuration, topology
from windtunnel.configuration.placeholders import fill, named, variables
from windtunnel.errors import ConfigurationError, ControlError, StartError
from windtunnel.ports import free_port
from windtunnel.records.edge import Edge

LOG = logging.getLogger(__name__)

FILES = "/windtunnel-files"
"""Where a program's container sees the files that are written for it."""


@dataclass(frozen=True, slots=True)
class ProgramImage:
    """What a program's containers are made from."""

    name: str
    environment: Mapping[str, str]
    """Its variables, those of the image included."""


class ProgramContainers:
    """The containers of the user's programs, the driven one among them."""

    def __init__(
        self,
        configuration: Configuration,
        engine: DockerEngine,
        layout: StackLayout,
        *,
        directory: Path,
        patience: float,
    ) -> None:
        self._configuration = configuration
        self._engine = engine
        self._layout = layout
        self._directory = directory
        self._patience = patience
        self._containers = TargetContainers(engine)
        self._images: dict[str, ProgramImage] = {}
        self._programs: dict[str, str] = {}
        """The program of each service that was started."""
        self._others: list[str] = []

    def __repr__(self) -> str:
        return f"<ProgramContainers: {self._containers}>"

    @property
    def started(self) -> dict[str, str]:
        """The services of what runs, by name."""
        return self._containers.started

    def look_at_images(self) -> None:
        """Create a container of each program, which is not started: its image is there then."""
        for name, program in self._layout.programs.items():
            self._layout.compose.create(program.service)
            image = self._engine.image(program.service)
            self._images[name] = ProgramImage(image, self._engine.environment(program.service))

    def folder(self, program: str) -> Path:
        """Return where a program's files are written."""
        driven = program == self._configuration.target
        return self._directory / ("files" if driven else f"files-{program}")

    def write_files(self, addresses: Mapping[Edge, Address], authority: bytes) -> dict[str, str]:
        """Write each program's files, `addresses` being where each reaches what it calls.

        Return what {files} and {ca} stand for.
        """
        given = {"files": FILES, "ca": f"{FILES}/ca.pem" if authority else ""}
        for name in self._layout.programs:
            folder = self.folder(name)
            folder.mkdir(exist_ok=True)
            if authority:
                (folder / "ca.pem").write_bytes(authority)
            own = topology.program(self._configuration, name)
            place = f"programs.{name}." if name in self._configuration.programs else ""
            caller = "" if name == self._configuration.target else name
            reached = {e.dependency: at for e, at in addresses.items() if e.caller == caller}
            write_files(own.files, folder, named(reached) | given, place)
        return given

    def start_target(
        self, stack: RunningStack, name: str, environment: Mapping[str, str], program: Program
    ) -> Address:
        """Start the driven program under `name`, with these variables on top of its own."""
        if program.directory or program.python:
            raise ConfigurationError(
                "work trees run as processes: take the backend embedded or local, or give images"
            )
        if program.image and not self._engine.has_image(program.image):
            raise StartError(f"the engine has no image {program.image!r}: build or pull it first")
        driven = self._configuration.target
        return self._start(stack, driven, name, environment, program.image)

    def start_others(self, stack: RunningStack, environment: Mapping[str, str]) -> None:
        """Start the other programs, each after those that it calls. StartError."""
        for name in topology.others(self._configuration):
            self._start(stack, name, name, environment, CONFIGURED.image)
            self._others.append(name)

    def _start(
        self,
        stack: RunningStack,
        program: str,
        name: str,
        environment: Mapping[str, str],
        image: str,
    ) -> Address:
        configuration, made = self._configuration, self._images[program]
        port = self._layout.programs[program].port
        settings = topology.program(configuration, program)
        caller = "" if program == configuration.target else program
        service = self._containers.service_of(name)
        own = {"host": "0.0.0.0", "port": str(port)}  # noqa: S104 - as a container's program does
        led = variables(configuration, settings, stack.addresses_of(caller), stack.given)
        given = {key: fill(text, own) for key, text in {**led, **environment}.items()}
        direct = without_proxy({**made.environment, **given}, self._layout.names_led_to_the_tap)
        folder = self.folder(program)
        container = TargetService(
            service=service,
            environment={**direct, **given},
            port=port,
            # Its own, so that it is the same after a fault that ends the container.
            published=free_port() if port else 0,
            image=image or made.name,
            files=folder if any(folder.iterdir()) else None,
            mounted=FILES,
        )
        LOG.info("starting %s: a container of the image %s", name, container.image)
        try:
            self._layout.start_program(program, container, self._directory)
            self._programs[service] = program
            for edge in stack.addresses:
                if edge.dependency == program:
                    stack.fault_proxy.lead(edge, Address(service, port))
            address = self.wait(service)
            self._containers.note_start(name)
        except BaseException:
            self._containers.discard(name)
            raise
        return address

    def wait(self, service: str) -> Address:
        """Return where a program's container is reached from here, once it is ready. StartError."""
        program = self._programs[service]
        own = self._layout.programs[program]
        settings = topology.program(self._configuration, program)
        tls = self._configuration.target_tls if program == self._configuration.target else None
        if settings.ready and settings.ready.http:
            return await_answer(
                self._engine,
                service,
                own.port,
                settings.ready.http,
                deadline=self._patience,
                called=own.called,
                tls=tls,
            )
        probe = readiness_of(settings, self._engine, service, own.port)
        await_healthy(self._engine, service, probe, deadline=self._patience, called=own.called)
        found = self._engine.state(service).address_of(own.port)
        return replace(found or Address("127.0.0.1", own.port), tls=tls)

    def running(self, name: str) -> tuple[str, ...]:
        """Return the services that run under the name of a program; a dependency as it is."""
        if name not in self._layout.programs or name in self._configuration.dependencies:
            return (name,)
        return tuple(
            service for service in self.started.values() if self._programs.get(service) == name
        )

    def address(self, program: str) -> Address:
        """Return where this machine reaches a program; ControlError where it does not run."""
        port = self._layout.programs[program].port
        for service in self.running(program):
            if found := self._engine.state(service).address_of(port):
                return found
        raise ControlError(f"{program} does not run yet: the first request of a test starts it")

    def is_program(self, service: str) -> bool:
        """Whether this is the service of a program's container."""
        return service in self._programs

    def pid(self, name: str) -> int:
        """Return the pid of a container's first process, as the engine's machine knows it."""
        return self._engine.pid(self._containers.service_of(name))

    def pids(self) -> tuple[int, ...]:
        """Return the first processes of the run's containers."""
        return self._containers.pids()

    def service_of(self, name: str) -> str:
        """Return the service of a target that runs, or is to be started."""
        return self._containers.service_of(name)

    def stop_target(self, name: str) -> None:
        """Kill and remove a container; the next is not given before it is gone."""
        self._containers.remove(name)
        LOG.info("stopped %s", name)

    def stop_others(self) -> None:
        """Stop the other programs, each before those that it calls."""
        while self._others:
            self.stop_target(self._others.pop())

    def await_removals(self) -> None:
        """Return once all that were stopped are gone: ControlError where one is not."""
        self._containers.await_removals()

    def close(self) -> None:
        """Return once all that were stopped are gone, or could not be removed."""
        self._containers.close()
