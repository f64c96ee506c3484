"""The targets' containers: a service of its own for each start, and removal beside what goes on."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import psutil

from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.errors import ControlError
from windtunnel.run_identity import PREFIX


class TargetContainers:
    """Knows each target's service, and removes its container in a thread.

    The engine takes half a second to end a container, as long as it takes to start the next. No
    service has its name twice, so that the one may end while the other starts.
    """

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine
        self._numbers = count(1)
        self._services: dict[str, str] = {}
        self._started: set[str] = set()
        self._threads = ThreadPoolExecutor(2, "windtunnel-removal")
        self._removals: list[Future[None]] = []
        self._pids: tuple[int, ...] = ()
        self._pids_of: frozenset[str] | None = None

    def __repr__(self) -> str:
        return f"<TargetContainers: {', '.join(sorted(self._started)) or 'none'}>"

    def service_of(self, name: str) -> str:
        """Return the service of a target that runs, or is to be started."""
        if name not in self._services:
            self._services[name] = f"{PREFIX}{name}-{next(self._numbers)}"
        return self._services[name]

    @property
    def started(self) -> dict[str, str]:
        """The services of the targets that run, by the targets' names."""
        return {name: self._services[name] for name in sorted(self._started)}

    def pids(self) -> tuple[int, ...]:
        """Return the first processes of all the run's containers, as of the targets' last start."""
        services = frozenset(self.started.values())
        if services != self._pids_of or not all(map(psutil.pid_exists, self._pids)):
            self._pids_of = services
            with suppress(ControlError):
                self._pids = self._engine.pids()
        return self._pids

    def note_start(self, name: str) -> None:
        """Note that a target serves, once those before it are gone: ControlError where one is not.

        None of their calls may come in its time.
        """
        self.await_removals()
        self._started.add(name)

    def await_removals(self) -> None:
        """Return once the targets that were stopped are gone: ControlError where one is not."""
        removals = tuple(self._removals)
        for removal in removals:
            removal.exception()
        self._removals = [each for each in self._removals if each not in removals]
        for removal in removals:
            removal.result()

    def discard(self, name: str) -> None:
        """Remove the container of a target that did not start, where there is one."""
        self._engine.discard(self._services.pop(name))

    def remove(self, name: str) -> None:
        """Kill a target's container, and remove it."""
        self._started.discard(name)
        service = self._services.pop(name)
        self._removals.append(self._threads.submit(self._engine.remove, service))

    def close(self) -> None:
        """End the threads once all are gone, or could not be removed."""
        self._threads.shutdown()
