"""The dependencies' containers: where each serves, when it does, and emptying it."""

from collections.abc import Callable

from windtunnel.address import Address
from windtunnel.backends.docker.compose_file import ComposeFile, variables_of
from windtunnel.backends.docker.container_readiness import await_healthy
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.stack_layout import StackLayout
from windtunnel.backends.empty_dependencies import empty_dependencies, runs_already
from windtunnel.configuration import Configuration
from windtunnel.configuration.account_in_urls import account_of
from windtunnel.errors import ConfigurationError
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

    def __repr__(self) -> str:
        return f"<DependencyContainers {', '.join(self._layout.services)}>"

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
        settings = self._configuration.dependencies[name]
        service = self._layout.services[name]
        if not service:
            return Address.parse(settings.upstream)
        routes = self._layout.routes
        port = routes[name].port if routes is not None else settings.port
        port = port or self._file.port_of(name, settings, service, self._layout.target)
        published = self._engine.state(service).address_of(port)
        return published or Address(self._engine.any_address(service), port)

    def account(self, name: str) -> ServerAccount:
        """Return as whom the target asks a dependency, also by the variables of its service."""
        service = self._layout.services[name]
        target = self._file.services[self._layout.target]
        urls = [text.replace("$$", "$") for text in variables_of(target).values() if text]
        names = (*self._file.names(service), self._layout.tap) if service else ()
        return account_of(self._configuration, name, names=names, urls=urls)

    def empty(self, *, once: Callable[[], None]) -> None:
        """Empty those that are fresh for each test, if any, once that returns."""
        if any(each.is_fresh for each in self._configuration.dependencies.values()):
            once()
        empty_dependencies(self._configuration, self.address, self._start_anew, self.account)

    def _start_anew(self, name: str) -> None:
        service = self._layout.services[name]
        if not service:
            raise ConfigurationError(runs_already(name))
        self._engine.remove_with_volumes(service)
        self._layout.compose.up_alone(service)
        self.wait(name)
