"""The dependencies' containers: where each serves, when it does, and emptying it."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.docker.compose_file import ComposeFile, variables_of
from windtunnel.backends.docker.container_readiness import await_healthy
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.preparation_job import JOB, job_document
from windtunnel.backends.docker.stack_layout import StackLayout
from windtunnel.backends.empty_dependencies import runs_already
from windtunnel.backends.state_keeper import DependencyAccess, StateKeeper
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.configuration import Configuration, ProgramSettings, topology
from windtunnel.configuration.account_in_urls import account_of
from windtunnel.configuration.placeholders import fill, named, variables
from windtunnel.configuration.preparation_settings import PreparationStep
from windtunnel.errors import ConfigurationError, ControlError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.protocols.server_account import ServerAccount


class DependencyContainers:
    """What is done to the dependencies of a stack beside its faults: past tap and fault proxy."""

    def __init__(
        self,
        configuration: Configuration,
        engine: DockerEngine,
        layout: StackLayout,
        patience: float,
    ) -> None:
        self._configuration = configuration
        self._engine = engine
        self._layout = layout
        self._patience = patience
        self._file = ComposeFile(dict(layout.document))
        self.fault_proxy: ToxiproxyControl | None = None
        """It knows where dependencies listen, where the file has proxies of its own."""

    def __repr__(self) -> str:
        return f"<DependencyContainers {', '.join(self._layout.services)}>"

    @property
    def services_of_steps(self) -> tuple[str, ...]:
        """The services in which something is prepared."""
        steps = self._configuration.prepare.steps.values()
        return tuple(dict.fromkeys(each.service for when in steps for each in when if each.service))

    def wait(self, name: str) -> None:
        """Return once a dependency serves; StartError where it does not in time."""
        service = self._layout.services[name]
        if not service:
            return
        if self._engine.state(service).health:
            await_healthy(self._engine, service, lambda state: None, deadline=self._patience)
        else:
            # Without a healthcheck of its own it is up once it accepts connections.
            await_healthy(
                self._engine,
                service,
                lambda state: self._layout.check(self._engine, name),
                deadline=self._patience,
            )

    def address(self, name: str) -> Address:
        """Return where this machine reaches a dependency: a published port, or the container's."""
        service = self._layout.services[name]
        if not service:
            return Address.parse(self._configuration.dependencies[name].upstream)
        port = self._port(name)
        published = self._engine.state(service).address_of(port)
        return published or Address(self._engine.any_address(service), port)

    def _port(self, name: str) -> int:
        """Return the port on which a dependency's container listens."""
        if self._layout.routes is not None:
            return self._layout.route_of(name).port
        settings = self._configuration.dependencies[name]
        service = self._layout.services[name]
        if self.fault_proxy is not None and not settings.port:
            with suppress(ControlError):  # one that only other programs call is named otherwise
                return self.fault_proxy.leads_to(name).port
        return self._file.port_of(name, settings, service, self._layout.target)

    def account(self, name: str) -> ServerAccount:
        """Return as whom the target asks a dependency, also by the variables of its service."""
        service = self._layout.services[name]
        target = self._file.services[self._layout.target]
        urls = [text.replace("$$", "$") for text in variables_of(target).values() if text]
        if not service:
            return account_of(self._configuration, name, urls=urls)
        names = (*self._file.names(service), self._layout.tap)
        own = variables_of(self._file.services[service])
        return account_of(
            self._configuration,
            name,
            names=names,
            urls=urls,
            own={key: text for key, text in own.items() if text},
        )

    def state(self, keeper: KeeperClient, given: Mapping[str, str], files: Path) -> StateKeeper:
        """Return what empties and prepares them. `files` are those that targets see as {files}."""
        access = DependencyAccess(
            address=self.address,
            account=self.account,
            ends_with_us=lambda name: bool(self._layout.services[name]),
            has_ended=self._has_ended,
            start_anew=self._start_anew,
            variables=self._variables,
            run_in_service=partial(self._run_in_service, given, files),
        )
        here = {"files": str(files), "ca": str(files / "ca.pem") if given["ca"] else ""}
        return StateKeeper(self._configuration, keeper, access, given=here)

    def _has_ended(self, name: str) -> bool:
        service = self._layout.services[name]
        return bool(service) and self._engine.state(service).status in {"exited", "dead"}

    def _start_anew(self, name: str) -> None:
        service = self._layout.services[name]
        if not service:
            raise ConfigurationError(runs_already(name))
        self._engine.remove_with_volumes(service)
        self._layout.compose.up_alone(service)
        self.wait(name)

    @property
    def _target(self) -> ProgramSettings:
        return topology.program(self._configuration, self._configuration.target)

    def _variables(self, addresses: Mapping[str, Address]) -> dict[str, str]:
        """Return the target's variables, in which these addresses stand for the file's names."""
        target = self._file.services[self._layout.target]
        found = {
            name: self._led(text.replace("$$", "$"), addresses)
            for name, text in variables_of(target).items()
            if text is not None and name != "PATH"
        }
        return found | variables(self._configuration, self._target, addresses, {})

    def _led(self, text: str, addresses: Mapping[str, Address]) -> str:
        for dependency, address in addresses.items():
            service = self._layout.services[dependency]
            if not service:
                continue
            names = "|".join(map(re.escape, self._file.names(service)))
            if re.fullmatch(names, text):
                return address.host
            text = re.sub(rf"(?<![\w.-])(?:{names}):{self._port(dependency)}\b", str(address), text)
        return text

    def _run_in_service(
        self, given: Mapping[str, str], files: Path, step: PreparationStep, deadline: float
    ) -> None:
        self._file.check(step.service, "prepare: service")
        inside = {
            name: Address(service, self._port(name))
            for name, service in self._layout.services.items()
            if service
        }
        known = {**named(inside), **given, "python": "python"}
        led = variables(self._configuration, self._target, inside, given)
        near = [self._file.services[each] for each in self._layout.dependencies]
        document = job_document(
            self._layout.document,
            step.service,
            # Where it meets the dependencies themselves, unless the file says where that is.
            networks=[network for each in near for network in each["networks"]]
            if self._layout.routes is not None
            else None,
            environment=led if step.service == self._layout.target else {},
            labels=self._layout.labels,
            files=files if any(files.iterdir()) else None,
            mounted=given["files"],
        )
        file = files.parent / "compose.prepare.json"
        file.write_text(json.dumps(document, indent=2))
        command = [fill(part, known) for part in step.command]
        self._layout.compose.run(file, JOB, command, deadline=deadline)
