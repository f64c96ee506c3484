"""Brings the dependencies into the state that tests are to find, past the tap."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.empty_dependencies import empty_dependencies, is_emptied_while_it_runs
from windtunnel.backends.proxy_variables import proxy_variables, without_proxy
from windtunnel.backends.server_claims import ServerClaims
from windtunnel.configuration import Configuration
from windtunnel.configuration.placeholders import fill, named
from windtunnel.configuration.preparation_settings import PreparationStep
from windtunnel.errors import ConfigurationError, ControlError, StartError, WindtunnelError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.keeper.log_tail import log_tail
from windtunnel.outgoing.log_text import LogText
from windtunnel.protocols.server_account import ServerAccount

LOG = logging.getLogger(__name__)

PROGRAM = "prepare"
"""What the keeper knows a command by while it runs."""


@dataclass(frozen=True, slots=True)
class DependencyAccess:
    """How one backend reaches the dependencies themselves."""

    address: Callable[[str], Address]
    """Where one serves this machine."""
    account: Callable[[str], ServerAccount]
    """As whom the target asks it."""
    ends_with_us: Callable[[str], bool]
    """Whether the run started it."""
    has_ended: Callable[[str], bool]
    """Whether one that the run started has ended by itself."""
    start_anew: Callable[[str], None]
    """Ends one, and starts it with nothing in it."""
    variables: Callable[[Mapping[str, Address]], Mapping[str, str]]
    """The target's variables, which lead to these addresses."""
    run_in_service: Callable[[PreparationStep, float], None]
    """Runs a command in a service's container; StartError within so many seconds."""


class StateKeeper:
    """Empties and prepares dependencies. Raises StartError, which names the step that failed."""

    def __init__(
        self,
        configuration: Configuration,
        keeper: KeeperClient,
        access: DependencyAccess,
        *,
        given: Mapping[str, str],
    ) -> None:
        self._configuration = configuration
        self._keeper = keeper
        self._access = access
        self._given = given
        self._kept: set[str] = set()
        self._claims = ServerClaims()
        self._held = ExitStack()

    def __repr__(self) -> str:
        return f"<StateKeeper of {', '.join(self._configuration.dependencies)}>"

    def prepare_session(self) -> None:
        """Carry out what is to be done once. ConfigurationError where another run is at it too."""
        for name, each in self._configuration.dependencies.items():
            if each.is_fresh and not self._access.ends_with_us(name):
                self._claim(name)
        # Two dependencies may be one database.
        emptied = {
            (self._access.address(name), self._access.account(name).database): name
            for name, each in self._configuration.dependencies.items()
            if each.is_fresh and is_emptied_while_it_runs(each)
        }
        held: set[str] = set()
        for (where, _), name in emptied.items():
            with _keeping(name, where):
                try:
                    self._hold(name, where)
                    held.add(name)
                    self._recover(name, where)
                except BlockingIOError:
                    raise
                except OSError as error:
                    # Such as of a login that is still to be prepared.
                    LOG.info("%s at %s is not looked at yet: %s", name, where, error)
        self._carry_out("session")
        for (where, _), name in emptied.items():
            with _keeping(name, where):
                if name not in held:
                    self._hold(name, where)
                speaks = self._configuration.dependencies[name].speaks
                speaks.keep(where, self._access.account(name))
            self._kept.add(name)

    def release(self) -> None:
        """Leave the dependencies that run on without us as they were kept; no errors."""
        for name in sorted(self._kept):
            settings = self._configuration.dependencies[name]
            if self._access.ends_with_us(name):
                continue
            try:
                settings.speaks.release(self._access.address(name), self._access.account(name))
            except (OSError, WindtunnelError) as error:
                LOG.warning("%s is not as it was: %s", name, error)
        self._kept.clear()
        self._close_held()
        self._claims.close()

    def _hold(self, name: str, where: Address) -> None:
        """Let no run on another machine have what this one empties. BlockingIOError: one has."""
        if not self._access.ends_with_us(name):
            speaks = self._configuration.dependencies[name].speaks
            self._held.enter_context(speaks.held(where, self._access.account(name)))

    def _recover(self, name: str, where: Address) -> None:
        """Bring back what a run that was killed left, before this run prepares anything."""
        speaks = self._configuration.dependencies[name].speaks
        if done := speaks.recover(where, self._access.account(name)):
            # Of one that ends with us, what it keeps on disk is as every run leaves it.
            level = logging.INFO if self._access.ends_with_us(name) else logging.WARNING
            LOG.log(level, "%s at %s: %s", name, where, done)

    def _close_held(self) -> None:
        try:
            self._held.close()
        except OSError as error:  # it ended with the server, or as the server saw fit
            LOG.info("a connection that held a server: %s", error)

    def _claim(self, name: str) -> None:
        """Let no other run, and no other worker, empty a server while this one tests by it."""
        where = self._access.address(name)
        if not self._claims.claim(where):
            raise ConfigurationError(
                f"dependencies.{name}.fresh = 'test': another run, or another worker of"
                f" pytest-xdist, empties {name} at {where} before each of its tests: give each"
                " worker a server of its own (by a command, or by the fixture"
                " windtunnel_configuration), or run without -n"
            )

    @property
    def has_work_for_tests(self) -> bool:
        """Whether anything is done before each test."""
        fresh = any(each.is_fresh for each in self._configuration.dependencies.values())
        return fresh or bool(self._configuration.prepare.test)

    def prepare_test(self, once: Callable[[], None] = lambda: None) -> None:
        """Empty what is fresh for each test, and carry out what is to be done before each.

        Where anything is done, `once` is called before it.
        """
        if self.has_work_for_tests:
            once()
        empty_dependencies(
            self._configuration,
            self._access.address,
            self._access.start_anew,
            self._access.account,
            self._access.has_ended,
        )
        self._carry_out("test")

    def _carry_out(self, when: str) -> None:
        for number, step in enumerate(self._configuration.prepare.steps[when]):
            begun = time.monotonic()
            try:
                self._do(step)
            except StartError as error:
                raise StartError(f"prepare.{when}[{number}], `{step}`: {error}") from None
            took = time.monotonic() - begun
            LOG.info("prepare.%s[%d], %s, took %.3f s", when, number, LogText(f"{step}"), took)

    def _do(self, step: PreparationStep) -> None:
        addresses = {name: self._access.address(name) for name in self._configuration.dependencies}
        known = {"python": sys.executable, **named(addresses), **self._given}
        if step.service:
            self._access.run_in_service(step, self._configuration.prepare.deadline)
        elif step.command:
            environment = dict(self._access.variables(addresses))
            self._run([fill(part, known) for part in step.command], environment)
        else:
            self._run_sql(step, addresses)

    def _run(self, command: Sequence[str], environment: dict[str, str]) -> None:
        if not proxy_variables(environment):
            environment |= without_proxy({**os.environ, **environment})
        log = self._keeper.log(PROGRAM)
        log.unlink(missing_ok=True)
        directory = Path(self._configuration.directory)
        try:
            self._keeper.spawn(PROGRAM, command, environment=environment, directory=directory)
        except ControlError as error:
            raise StartError(f"{error}") from None
        begun, pause = time.monotonic(), 0.005
        deadline = self._configuration.prepare.deadline
        try:
            while (status := self._keeper.status(PROGRAM)).running:
                if time.monotonic() - begun > deadline:
                    raise StartError(
                        f"not done within {deadline:g} s (prepare.deadline)\n{log_tail(log)}"
                    )
                time.sleep(pause)
                pause = min(pause * 1.5, 0.1)
        finally:
            self._keeper.stop(PROGRAM)  # also what it left running in its process group
        if status.exit_status:
            raise StartError(f"ended {_status(status.exit_status)}\n{log_tail(log)}")

    def _run_sql(self, step: PreparationStep, addresses: Mapping[str, Address]) -> None:
        name = sql_dependency(self._configuration, step)
        speaks = self._configuration.dependencies[name].speaks
        try:
            statements = Path(step.sql).read_text(encoding="utf-8")
            speaks.execute(addresses[name], self._access.account(name), statements)
        except (OSError, UnicodeDecodeError) as error:
            raise StartError(f"{name} at {addresses[name]}: {error}") from None


@contextmanager
def _keeping(name: str, where: Address) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StartError(
            f"dependencies.{name}.fresh = 'test': {name} at {where} cannot be kept as it is:"
            f" {error}"
        ) from None


def sql_dependency(configuration: Configuration, step: PreparationStep) -> str:
    """Return which dependency carries out a file of SQL; "" where that is not clear."""
    able = [n for n, each in configuration.dependencies.items() if each.speaks.carries_out_sql]
    return step.dependency or (able[0] if len(able) == 1 else "")


def _status(status: int) -> str:
    return f"by the signal {-status}" if status < 0 else f"with exit status {status}"
