"""Starts programs through the keeper, and waits until they serve."""

import http.client
import logging
import os
import shlex
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program, ProgramEnd
from windtunnel.backends.log_waits import log_wait
from windtunnel.backends.proxy_variables import proxy_variables, without_proxy
from windtunnel.errors import ControlError, StartError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.keeper.log_tail import log_tail
from windtunnel.outgoing.log_text import LogText
from windtunnel.ports import free_port
from windtunnel.protocols.wire_protocol import Probe, accepts_tcp

LOG = logging.getLogger(__name__)

OWN_PATIENCE = 20.0
"""Seconds that what we bring ourselves may take to start at least: the configured deadline is for
the user's own programs, and a busy machine takes seconds over any."""
GRACE = 10.0
"""Seconds that a program may take to end in order, as `docker stop` gives it."""
PORT_ATTEMPTS = 3
"""How often another free port is tried: one may be taken between its choice and its use."""


@dataclass(frozen=True, slots=True)
class _StartedProgram:
    """What starts a program again, just as before."""

    command: Sequence[str]
    environment: Mapping[str, str]
    address: Address
    probe: Probe
    patience: float
    directory: str
    serves: bool

    @property
    def healthy_where(self) -> str:
        """What it was to become, and where, if it listens there."""
        return f"healthy on {self.address}" if self.serves else "ready"


class PortTaken(StartError):
    """Another program listens on the port that this one should have."""


class ProgramLauncher:
    """The programs of one run. Raises StartError with the last lines of a program's log."""

    def __init__(self, keeper: KeeperClient, *, deadline: float, directory: Path) -> None:
        self.keeper = keeper
        self._deadline = deadline
        self._directory = directory
        self._struck: set[str] = set()
        """Programs that a fault has ended."""
        self._started: dict[str, _StartedProgram] = {}
        self._drawing = threading.Lock()
        self._drawn: set[int] = set()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        probe: Probe,
        port: int = 0,
        host: str = "127.0.0.1",
        program: Program = CONFIGURED,
        patience: float = 0.0,
        serves: bool = True,
    ) -> Address:
        """Start `command` with {python}, {host} and {port} filled in; return where it serves.

        The values of `environment` are filled in too. Port 0 takes a free one. It may take
        `patience` seconds where that is longer than the deadline. Without `serves` it listens
        nowhere, and its probe tells by other means when it is ready.
        """
        for attempt in range(PORT_ATTEMPTS):
            address = Address(host, port or self._new_port())
            if port:
                _check_free(name, address)
            try:
                self._start_at(
                    name,
                    command,
                    environment,
                    address,
                    probe,
                    program=program,
                    patience=patience,
                    serves=serves,
                )
            except PortTaken:
                if port or attempt == PORT_ATTEMPTS - 1:
                    raise
            else:
                return address
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _new_port(self) -> int:
        """Return a free port that no other program of the run was given: they start at once."""
        with self._drawing:
            while (port := free_port()) in self._drawn:
                pass
            self._drawn.add(port)
            return port

    def _start_at(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        address: Address,
        probe: Probe,
        *,
        program: Program,
        patience: float,
        serves: bool,
    ) -> None:
        python = program.python or sys.executable
        values = {"python": python, "host": address.host, "port": address.port}
        argv = [_fill(part, values) for part in command]
        environment = {key: _fill(text, values) for key, text in environment.items()}
        self._spawn(name, argv, environment, program.directory)
        started = _StartedProgram(
            argv, environment, address, probe, patience, program.directory, serves
        )
        self._started[name] = started
        try:
            self._await(name, started)
        except BaseException:
            del self._started[name]
            raise

    def _spawn(
        self, name: str, argv: Sequence[str], environment: Mapping[str, str], directory: str = ""
    ) -> None:
        self.keeper.log(name).unlink(missing_ok=True)
        if not proxy_variables(environment):
            # One that is configured is meant; the runner's own may lead past the tap.
            inherited = {**os.environ, **environment}
            environment = {**environment, **without_proxy(inherited)}
        where = Path(directory) if directory else self._directory
        LOG.info("starting %s: %s", name, LogText(shlex.join(argv), environment))
        try:
            self.keeper.spawn(name, argv, environment=environment, directory=where)
        except ControlError as error:
            raise StartError(f"{name}: {error}") from None

    def kill(self, name: str) -> None:
        """Kill a program's process group, as a fault does (SIGKILL)."""
        self._struck.add(name)
        self.keeper.signal(name, SIGKILL)

    def end(self, name: str) -> None:
        """End a program in order, as a fault does (SIGTERM), or by force after `GRACE` seconds."""
        self._struck.add(name)
        self.keeper.signal(name, SIGTERM)
        until = time.monotonic() + GRACE
        # Asked for again and again: a keeper that waits itself takes no heartbeat meanwhile.
        while self.keeper.status(name).running and time.monotonic() < until:
            time.sleep(0.02)
        self.keeper.stop(name, grace=0.0)

    def ended(self) -> tuple[ProgramEnd, ...]:
        """Return the programs that ended though neither a fault nor we ended them."""
        found = []
        for name, started in tuple(self._started.items()):
            if name in self._struck:
                continue
            status = self.keeper.status(name)
            # A launcher may end and leave a server behind.
            if not status.running and not _accepts(started.address):
                found.append(ProgramEnd(name, status.exit_status or 0, self.tail(name)))
        return tuple(found)

    def address(self, name: str) -> Address:
        """Return where a program serves; ControlError where it was not started."""
        if name not in self._started:
            raise ControlError(f"{name} does not run yet: the first request of a test starts it")
        return self._started[name].address

    def restart(self, name: str) -> None:
        """Start a program that has ended again, just as before and on the same port."""
        if name not in self._started:
            raise ControlError(f"{name} cannot be started again: this run never started it")
        started = self._started[name]
        self._spawn(name, started.command, started.environment, started.directory)
        self._await(name, started)
        self._struck.discard(name)

    def start_anew(self, name: str) -> None:
        """End a program in order, and start it again just as before and on the same port."""
        self._struck.add(name)
        self.keeper.stop(name)
        self.restart(name)

    def _await(self, name: str, started: _StartedProgram) -> None:
        address = started.address
        deadline = max(self._deadline, started.patience)
        begun = time.monotonic()
        reason = ""
        while time.monotonic() - begun < deadline:
            status = self.keeper.status(name)
            if not status.running:
                error = PortTaken if _accepts(address) else StartError
                taken = f"; another program listens on {address}" if error is PortTaken else ""
                raise error(
                    f"{name} exited at its start with status {status.exit_status}{taken}"
                    f"\n{self.tail(name)}"
                )
            try:
                started.probe(address)
            except (OSError, http.client.HTTPException) as failure:
                reason = str(failure) or type(failure).__name__
                time.sleep(0.02)
            else:
                log_wait(LOG, f"{name} on {address}", time.monotonic() - begun, reason)
                return
        self.keeper.stop(name)
        raise StartError(
            f"{name} was not {started.healthy_where} within {deadline:g} s:"
            f" {reason or 'it did not listen'}"
            f"\n{self.tail(name)}"
        )

    def stop(self, name: str) -> None:
        """End a program in order, or by force after two seconds."""
        self._started.pop(name, None)
        self._struck.discard(name)
        self.keeper.stop(name)
        LOG.info("stopped %s", name)

    def stop_if_started(self, name: str) -> None:
        """End a program as `stop` does; one that never came to run is fine."""
        try:
            self.stop(name)
        except ControlError as error:
            LOG.info("%s was not there to be stopped: %s", name, error)

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the last lines that a program printed, indented, under a heading."""
        return log_tail(self.keeper.log(name), lines)


def _check_free(name: str, address: Address) -> None:
    with socket.socket() as probe:
        # As servers do: a port whose last connections still linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise PortTaken(
                f"{name} cannot have port {address.port}: {error.strerror};"
                " free it, or configure port = 0 to let the system choose"
            ) from None


def _accepts(address: Address) -> bool:
    try:
        accepts_tcp(address)
    except OSError:
        return False
    return True


def _fill(part: str, values: Mapping[str, object]) -> str:
    # Not str.format: a command may contain braces of its own.
    for name, value in values.items():
        part = part.replace("{" + name + "}", str(value))
    return part
