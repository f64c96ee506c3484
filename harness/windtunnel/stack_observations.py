"""What a scenario looks up itself, past the taps: where a dependency serves, and what it holds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from windtunnel.address import Address
from windtunnel.backends.backend_contract import Backend
from windtunnel.configuration import Configuration, Dependency, topology
from windtunnel.ended_programs import check_programs
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.number_bounds import MOMENT, SECONDS, check_number
from windtunnel.records import (
    Cell,
    Evidence,
    Observation,
    ObservedRun,
    Rows,
    Wait,
    WaitOutcome,
)
from windtunnel.scenario_context import ScenarioContext

AnyRun = TypeVar("AnyRun", bound=ObservedRun)

MOST_ROWS = 100_000
"""Rows of an answer that are kept."""
SHOWN = 200
"""Characters of a condition's value that are recorded."""


class StackObservations:
    """What a stack lets a scenario look up, and records, in order."""

    def __init__(
        self, backend: Backend, configuration: Configuration, context: ScenarioContext
    ) -> None:
        self.backend = backend
        self.configuration = configuration
        self._context = context
        self._observations: list[Observation] = []

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What `query` and `wait_until` returned so far."""
        return tuple(self._observations)

    def endpoint_of(self, dependency: str) -> str:
        """Return the endpoint that calls this dependency once for each request."""
        known = topology.callees(self.configuration)
        if not isinstance(dependency, str) or dependency not in known:
            raise ConfigurationError(
                f"no dependency is named {shown(dependency)}{suggestion(dependency, known)}"
            )
        if not known[dependency].endpoint:
            raise ConfigurationError(
                f"{dependency} has no endpoint: {self.configuration.target} gets no requests, and"
                " is driven by what it reads: `stack.drive` of a function without a client"
            )
        return known[dependency].endpoint

    def evidence(self, dependency: str, since: float = 0.0, *, caller: str = "") -> Evidence:
        """Return what the dependency's tap recorded at or after `since` (monotonic seconds).

        Of several programs that call it, `caller` says whose calls are meant: without it, the
        target's, or else those of the only one. Calls that programs make of themselves are left
        out.
        """
        edge = topology.edge(self.configuration, dependency, caller)
        check_number("", "since", since, MOMENT)
        return self._context.unasked.evidence(edge, since)

    def up_to_now(self, run: AnyRun) -> AnyRun:
        """Return a run with what its taps recorded up to now, or until the scenario's next run.

        For what a service goes on with after its answers: tasks of a queue, and retries. Wait for
        them first. Calls of a later run are no longer this one's; those of single requests
        (`stack.request`) are.
        """
        if not isinstance(run, ObservedRun):
            raise ConfigurationError(
                f"{shown(run)}: expected what `drive`, `load` or `offer` returned"
            )
        evidence = tuple(
            self._context.unasked.evidence(edge, run.began)
            for edge in topology.edges(self.configuration)
        )
        later = [each for each in self._context.began if each > run.began]
        return replace(
            run,
            evidence=evidence,
            ended=max(run.ended, min([*later, time.monotonic()])),
            load_ended=run.ended if run.load_ended is None else run.load_ended,
        )

    def address(self, dependency: str) -> Address:
        """Return where a dependency or program serves this machine: past the tap and past faults.

        For seeding and looking: nothing of it is evidence.
        """
        if dependency not in topology.others(self.configuration):
            self._dependency(dependency)
        return self.backend.upstream(dependency)

    def query(self, dependency: str, sql: str, parameters: Sequence[object] = ()) -> Rows:
        """Ask a PostgreSQL, MySQL or MariaDB past the tap, as whom the target does.

        What it answers is recorded. `parameters` take the places of `%s`. Needs the extra
        postgresql or mysql. ConfigurationError where it cannot be asked, or refuses the statement.
        """
        speaks = self._dependency(dependency).speaks
        if not isinstance(sql, str) or not sql.strip():
            raise ConfigurationError(f"sql={shown(sql)}: expected a statement of SQL")
        if not speaks.carries_out_sql:
            raise ConfigurationError(
                f"query: {dependency} speaks {speaks.name}, not asked in SQL; expected"
                f' dependencies.{dependency}.protocol = "postgresql" or "mysql"'
            )
        address, account = self.address(dependency), self.backend.account(dependency)
        began = time.monotonic()
        try:
            columns, rows = speaks.query(address, account, sql, parameters, MOST_ROWS + 1)
        except OSError as error:
            raise ConfigurationError(f"query of {dependency} at {address}: {error}") from None
        made = Rows(
            dependency=dependency,
            query=sql,
            began=began,
            ended=time.monotonic(),
            columns=columns,
            rows=tuple(tuple(_cell(value) for value in row) for row in rows[:MOST_ROWS]),
            complete=len(rows) <= MOST_ROWS,
        )
        self._observations.append(made)
        return made

    def wait_until(
        self,
        condition: Callable[[], object],
        *,
        within: float,
        every: float = 0.05,
        what: str = "",
    ) -> Wait:
        """Look at a condition every so many seconds until it is true, and record whether it came.

        The last look begins no earlier than `within` seconds after the first. What the function
        raises ends the wait. `eventually` judges what this returns, by when that look ended.
        """
        if not callable(condition):
            raise ConfigurationError(f"condition={shown(condition)}: expected a function")
        check_number("", "within", within, SECONDS)
        check_number("", "every", every, SECONDS)
        reading = self._context.machine.read()
        began = time.monotonic()
        looks, value, last = 0, None, False
        while not value and not last:
            left = began + within - time.monotonic()
            if looks:
                time.sleep(max(0.0, min(every, left)))
            last = time.monotonic() >= began + within
            value = condition()
            looks += 1
        if not value:
            check_programs(self.backend)
        made = Wait(
            what=what or getattr(condition, "__name__", "a condition"),
            within=within,
            began=began,
            ended=time.monotonic(),
            outcome=WaitOutcome.CAME_TRUE if value else WaitOutcome.DEADLINE_PASSED,
            looks=looks,
            value=shown(value, SHOWN),
            machine=self._context.machine.since(reading),
        )
        self._observations.append(made)
        return made

    def _dependency(self, name: object) -> Dependency:
        known = self.configuration.dependencies
        if not isinstance(name, str) or name not in known:
            raise ConfigurationError(
                f"no dependency is named {shown(name)}{suggestion(name, known)}"
            )
        return known[name]


def _cell(value: object) -> Cell:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
