"""Starts the dependencies as processes: those that need others after these, all else at once."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.concurrent_starts import concurrent_starts
from windtunnel.backends.program_launcher import OWN_PATIENCE, ProgramLauncher
from windtunnel.backends.target_files import write_files_without_proxies
from windtunnel.configuration import Configuration, Dependency, topology
from windtunnel.configuration.placeholders import fill, named
from windtunnel.errors import ConfigurationError


class DependencyStarts:
    """The starts of one run's dependencies. `files` is what {files} in their commands is."""

    def __init__(
        self,
        configuration: Configuration,
        launcher: ProgramLauncher,
        redis_command: Callable[[], tuple[str, ...]],
        *,
        backend: str,
        files: Path,
    ) -> None:
        self._configuration = configuration
        self._launcher = launcher
        self._redis_command = redis_command
        self._backend = backend
        self._files = files
        self._serving: dict[str, Address] = {}

    def __repr__(self) -> str:
        return f"<DependencyStarts: {', '.join(self._configuration.dependencies)}>"

    def start(self, beside: Mapping[str, Callable[[], Address]]) -> dict[str, Address]:
        """Start all, and what else is to start beside them; return where each serves."""
        configuration = self._configuration
        files = topology.program(configuration, configuration.target).files
        write_files_without_proxies(files, self._files)
        dependencies = configuration.dependencies
        starts = {name: partial(self._start, name, each) for name, each in dependencies.items()}
        after = {name: each.depends for name, each in dependencies.items()}
        return concurrent_starts({**beside, **starts}, after)

    def _start(self, name: str, dependency: Dependency) -> Address:
        address = self._serve(name, dependency)
        self._serving[name] = address
        return address

    def _serve(self, name: str, dependency: Dependency) -> Address:
        if dependency.upstream:
            return Address.parse(dependency.upstream)
        command = self._redis_command() if dependency.has_own_server else dependency.command
        if not command:
            raise ConfigurationError(
                f"missing key 'dependencies.{name}.command' (or 'dependencies.{name}.upstream',"
                f" where it runs already): the backend {self._backend} starts it as a process"
            )
        # What it needs serves by now, and is reached past the taps, which are the target's.
        needed = {each: self._serving[each] for each in dependency.depends}
        known = {**named(needed), "files": str(self._files)}
        return self._launcher.start(
            name,
            [fill(part, known) for part in command],
            environment={},
            probe=dependency.speaks.probe,
            patience=OWN_PATIENCE if dependency.has_own_server else 0.0,
        )
