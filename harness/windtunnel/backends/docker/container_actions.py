"""What can be done to what runs in a container: freeze, kill, stop, restart or disconnect it.

Each leaves with the keeper, before it strikes, what undoes it if the runner cannot.
"""

from collections.abc import Callable, Mapping

from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.keeper_orders import KeeperOrders
from windtunnel.backends.fault_forms.processing_applier import ProcessAct
from windtunnel_faults import ProcessAction


def container_actions(
    engine: DockerEngine,
    orders: KeeperOrders,
    services: Mapping[str, str],
    wait: Callable[[str], None],
) -> dict[ProcessAction, ProcessAct]:
    """Return what can be done to dependencies, by name, and to the services of programs.

    `wait` returns once one serves again.
    """
    return {
        ProcessAction.PAUSE: PauseContainer(engine, orders, services),
        ProcessAction.KILL: EndContainer(engine, orders, services, wait, engine.kill),
        ProcessAction.STOP: EndContainer(engine, orders, services, wait, engine.stop),
        ProcessAction.RESTART: RestartContainer(
            EndContainer(engine, orders, services, wait, engine.stop)
        ),
        ProcessAction.DISCONNECT: DisconnectContainer(engine, orders, services),
    }


class PauseContainer:
    """Freezes a dependency's container, and lets it go on."""

    def __init__(
        self, engine: DockerEngine, orders: KeeperOrders, services: Mapping[str, str]
    ) -> None:
        self._engine = engine
        self._orders = orders
        self._services = services

    def __repr__(self) -> str:
        return f"<PauseContainer in {self._engine}>"

    def strike(self, dependency: str) -> None:
        """Freeze it."""
        service = service_of(self._services, dependency)
        self._orders.heal_by(service, [("docker", "unpause", self._engine.identity(service))])
        self._engine.pause(service)

    def undo(self, dependency: str) -> None:
        """Let it go on, unless the keeper has done so already."""
        service = service_of(self._services, dependency)
        if self._engine.state(service).status == "paused":
            self._engine.unpause(service)
        self._orders.heal_by(service, [])


class EndContainer:
    """Ends a container, at once or in order, and starts it again.

    `wait` takes a dependency and returns once it serves, `end` ends a service's container.
    """

    def __init__(
        self,
        engine: DockerEngine,
        orders: KeeperOrders,
        services: Mapping[str, str],
        wait: Callable[[str], None],
        end: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._orders = orders
        self._services = services
        self._wait = wait
        self._end = end

    def __repr__(self) -> str:
        return f"<EndContainer in {self._engine}>"

    def strike(self, dependency: str) -> None:
        """End it."""
        service = service_of(self._services, dependency)
        self._orders.heal_by(service, [("docker", "start", self._engine.identity(service))])
        self._end(service)

    def undo(self, dependency: str) -> None:
        """Start it again, and wait until it serves."""
        service = service_of(self._services, dependency)
        self._engine.start(service)
        self._wait(dependency)
        self._orders.heal_by(service, [])


class RestartContainer:
    """Ends a container in order, and starts it again at once."""

    def __init__(self, stop: EndContainer) -> None:
        self._stop = stop

    def __repr__(self) -> str:
        return f"<RestartContainer by {self._stop}>"

    def strike(self, dependency: str) -> None:
        """End it, start it again, and wait until it serves."""
        self._stop.strike(dependency)
        self._stop.undo(dependency)

    def undo(self, dependency: str) -> None:
        """Do nothing: it serves already."""


class DisconnectContainer:
    """Takes a dependency's container out of its networks, and puts it back."""

    def __init__(
        self, engine: DockerEngine, orders: KeeperOrders, services: Mapping[str, str]
    ) -> None:
        self._engine = engine
        self._orders = orders
        self._services = services
        self._networks: dict[str, tuple[str, ...]] = {}
        """The networks that each disconnected service was in."""

    def __repr__(self) -> str:
        return f"<DisconnectContainer in {self._engine}>"

    def strike(self, dependency: str) -> None:
        """Take it out of its networks."""
        service = service_of(self._services, dependency)
        self._networks[service] = networks = self._engine.networks(service)
        container = self._engine.identity(service)
        connect = ("docker", "network", "connect", "--alias", service)
        self._orders.heal_by(service, [(*connect, network, container) for network in networks])
        for network in networks:
            self._engine.disconnect(service, network)

    def undo(self, dependency: str) -> None:
        """Put it back into those networks, unless the keeper has done so already."""
        service = service_of(self._services, dependency)
        joined = self._engine.networks(service)
        for network in self._networks.pop(service, ()):
            if network not in joined:
                self._engine.connect(service, network)
        self._orders.heal_by(service, [])


def service_of(services: Mapping[str, str], dependency: str) -> str:
    """Return a dependency's service; the name itself where it is a program's service.

    Where it is neither, a fault on it was refused; to heal it is the engine's own clear error.
    """
    return services.get(dependency, dependency)
