"""What one scenario starts: the programs it needs, its own target, and further ones."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import starmap

from windtunnel.backends.backend_contract import CONFIGURED, Program
from windtunnel.backends.wall_clock import WallClock
from windtunnel.scenario_context import ScenarioContext
from windtunnel.target import Target
from windtunnel.target_variables import variable


class ScenarioTargets:
    """The targets of one scenario, and the other programs, which start before the first of them."""

    def __init__(self, context: ScenarioContext, environment: Mapping[str, str]) -> None:
        self._context = context
        self._environment = dict(environment)
        self._number = 0
        self._starting = threading.RLock()
        self._held = ExitStack()
        self._others_run = False
        self._default: Target | None = None

    def __repr__(self) -> str:
        return f"<ScenarioTargets, {self._number} so far>"

    @property
    def default(self) -> Target:
        """The scenario's own target, started now if it was not yet."""
        # Several threads may be the first, as those of one `asyncio.gather` are.
        with self._starting:
            if self._default is None:
                self._default = self._held.enter_context(self.start({}))
            return self._default

    def start_the_first(self) -> None:
        """Start the scenario's own target where nothing was started yet."""
        with self._starting:
            if self._default is None and not self._number:
                _ = self.default

    @contextmanager
    def start(self, given: Mapping[str, object], program: Program = CONFIGURED) -> Iterator[Target]:
        """Start one more target with these variables on top of the scenario's, and stop it."""
        backend = self._context.backend
        self._start_others()
        name = self._next_name()
        variables = {**self._environment, **dict(starmap(variable, given.items()))}
        address = backend.start_target(name, variables, program)
        try:
            target = Target(name, address, self._context, variables)
            target.log_in()
            yield target
        finally:
            backend.stop_target(name)

    @contextmanager
    def start_clocked(self) -> Iterator[tuple[Target, WallClock]]:
        """Start one more target, whose wall clock can be stepped, and stop it. NotTestable."""
        clock = self._context.backend.wall_clock(f"target-{self._number + 1}")
        with self.start(clock.environment) as target:
            yield target, clock

    def _start_others(self) -> None:
        with self._starting:
            if not self._context.configuration.programs or self._others_run:
                return
            try:
                self._context.backend.start_programs(self._environment)
            except BaseException:
                self._context.backend.stop_programs()
                raise
            self._others_run = True

    def _next_name(self) -> str:
        with self._starting:
            self._number += 1
            return f"target-{self._number}"

    def close(self) -> None:
        """Stop the scenario's own target, then the other programs."""
        try:
            self._held.close()
        finally:
            self._default = None
            if self._others_run:
                self._others_run = False
                self._context.backend.stop_programs()
