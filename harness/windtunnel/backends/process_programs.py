"""Starts the programs of the system under test as processes, each led to its own taps."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program
from windtunnel.backends.process_readiness import over_tls, readiness
from windtunnel.backends.program_launcher import ProgramLauncher
from windtunnel.backends.running_stack import RunningStack
from windtunnel.backends.target_files import write_files
from windtunnel.configuration import Configuration, topology
from windtunnel.configuration.placeholders import fill, named, variables
from windtunnel.configuration.program_soundness import has_port
from windtunnel.errors import ConfigurationError

NOT_YET = Address("127.0.0.1", 1)
"""Where the taps of a program lead before it is started: nobody listens there."""


class ProcessPrograms:
    """The user's programs of one run, the driven one among them."""

    def __init__(
        self, configuration: Configuration, launcher: ProgramLauncher, directory: Path
    ) -> None:
        self._configuration = configuration
        self._launcher = launcher
        self._directory = directory
        self._targets: list[str] = []
        self._others: list[str] = []

    def __repr__(self) -> str:
        return f"<ProcessPrograms: {', '.join((*self._others, *self._targets)) or 'none'}>"

    def given(self, program: str, authority: str) -> dict[str, str]:
        """Return what {files} and {ca} stand for in a program's variables."""
        files = "files" if program == self._configuration.target else f"files-{program}"
        return {"files": str(self._directory / files), "ca": authority}

    def write_files(self, stack: RunningStack) -> None:
        """Write each program's files, with the addresses of its taps."""
        for name in topology.names(self._configuration):
            own = topology.program(self._configuration, name)
            given = self.given(name, stack.given["ca"])
            values = named(stack.addresses_of(self._caller(name))) | given
            place = f"programs.{name}." if name in self._configuration.programs else ""
            write_files(own.files, Path(given["files"]), values, place)

    def _caller(self, program: str) -> str:
        return "" if program == self._configuration.target else program

    def start_target(
        self, stack: RunningStack, name: str, environment: Mapping[str, str], program: Program
    ) -> Address:
        """Start the driven program under `name`, with these variables on top of its own."""
        address = self._start(stack, self._configuration.target, name, environment, program)
        self._targets.append(name)
        return replace(address, tls=self._configuration.target_tls)

    def start_others(self, stack: RunningStack, environment: Mapping[str, str]) -> None:
        """Start the other programs, each after those that it calls. StartError."""
        for name in topology.others(self._configuration):
            self._others.append(name)
            self._start(stack, name, name, environment, CONFIGURED)

    def _start(
        self,
        stack: RunningStack,
        program: str,
        name: str,
        environment: Mapping[str, str],
        instead: Program,
    ) -> Address:
        configuration = self._configuration
        own = topology.program(configuration, program)
        if not own.command:
            raise ConfigurationError(
                f"missing key 'programs.{program}.command': how it starts as a process; there is"
                f" its compose service {own.service!r} alone"
            )
        reached = stack.addresses_of(self._caller(program))
        given = self.given(program, stack.given["ca"])
        known = {**named(reached), **given}
        variables_of_it = {**variables(configuration, own, reached, given), **environment}
        where = instead.directory or own.directory
        address = self._launcher.start(
            name,
            [fill(part, known) for part in own.command],
            environment=variables_of_it,
            probe=over_tls(
                readiness(
                    own,
                    listens=has_port(configuration, program),
                    log=self._launcher.keeper.log(name),
                    environment=variables_of_it,
                    directory=Path(where or configuration.directory),
                ),
                configuration.target_tls if program == configuration.target else None,
            ),
            port=own.port if instead == CONFIGURED else 0,
            program=replace(instead, directory=where),
            serves=has_port(configuration, program) or own.is_asked_where_it_listens,
        )
        for edge in stack.addresses:
            if edge.dependency == program:
                stack.fault_proxy.lead(edge, address)
        return address

    def processes(self, name: str) -> tuple[str, ...]:
        """Return what runs under the name of a program or a dependency."""
        known = self._configuration
        driven = name == known.target and name not in known.dependencies
        return tuple(self._targets) if driven else (name,)

    def stop_target(self, name: str) -> None:
        """Stop one of the driven program's processes."""
        if name in self._targets:
            self._targets.remove(name)
        self._launcher.stop(name)

    def stop_others(self) -> None:
        """Stop the other programs, each before those that it calls."""
        while self._others:
            self._launcher.stop_if_started(self._others.pop())
