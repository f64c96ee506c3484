"""A stack as one scenario uses it: a fresh target, faults, load, and the network between."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from windtunnel.awaited_injection import AwaitedInjection
from windtunnel.backends.backend_contract import CONFIGURED, Backend, Program
from windtunnel.backends.wall_clock import WallClock
from windtunnel.configuration import Configuration, own_env_files, topology
from windtunnel.configuration.struck_edges import struck_edges
from windtunnel.criteria import Category, Verdict
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.injected_fault import Injection, Record, WorkOf
from windtunnel.load.journeys.journey_function import Journey
from windtunnel.load.loop_thread import LoopThread
from windtunnel.machine.machine_meter import MachineMeter
from windtunnel.network_profiles import LOOPBACK, PROFILES, Profile
from windtunnel.records import FaultWindow, Response, Run
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request
from windtunnel.scenario_context import ScenarioContext
from windtunnel.scenario_targets import ScenarioTargets
from windtunnel.stack_observations import StackObservations
from windtunnel.struck_programs import struck_program
from windtunnel.target import Target
from windtunnel.unasked_calls import UnaskedCallsFilter
from windtunnel_faults import Capability, Fault

AnyRun = TypeVar("AnyRun", Run, LoadRun)


class Stack(StackObservations):
    """One scenario's view of a running backend.

    Its target starts at the first use, with the environment given here, and lives as long as the
    scenario, so that no scenario meets another's breakers, caches or pools. Close it.
    """

    def __init__(
        self,
        backend: Backend,
        configuration: Configuration,
        *,
        name: str,
        seed: int,
        loop: LoopThread,
        environment: Mapping[str, str] | None = None,
        record: Record = lambda verdict: None,
        profile: Profile = LOOPBACK,
        unasked: UnaskedCallsFilter | None = None,
        learn: Callable[[Iterable[str]], None] = lambda values: None,
    ) -> None:
        self.seed = seed
        self.random = random.Random(f"{seed} {name}")  # noqa: S311 - replayable, not secret
        self._name = name
        self._record = record
        self._injections: list[Injection] = []
        self._runs: list[Run | LoadRun] = []
        context = ScenarioContext(
            backend=backend,
            configuration=configuration,
            loop=loop,
            seed=seed,
            random=self.random,
            profile=profile,
            windows=self._windows,
            unasked=unasked
            or UnaskedCallsFilter(
                backend, configuration.model_copy(update={"control_period": 0.0})
            ),
            machine=MachineMeter(backend.pids),
            name=name,
            learn=learn,
        )
        super().__init__(backend, configuration, context)
        self._targets = ScenarioTargets(self._context, environment or {})

    def __repr__(self) -> str:
        return f"<Stack on {self.backend.name} for {self._name}>"

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that the criteria are about."""
        return self.configuration.endpoints

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The names of what the target calls."""
        return topology.calls(self.configuration, self.configuration.target)

    def can(self, capability: Capability) -> bool:
        """Whether this backend can inject faults that need `capability`."""
        if not isinstance(capability, str):
            raise ConfigurationError(f"{shown(capability)}: expected a windtunnel.Capability")
        return capability in self.backend.capabilities

    @property
    def default_target(self) -> Target:
        """The scenario's own target, started now if it was not yet."""
        return self._targets.default

    @property
    def profile(self) -> Profile:
        """The network between target and dependencies."""
        return self._context.profile

    @property
    def url(self) -> str:
        """Where the scenario's target serves."""
        return self.default_target.url

    @contextmanager
    def target(self, program: Program = CONFIGURED, /, **environment: object) -> Iterator[Target]:
        """Start one more target with these variables on top of the scenario's, and stop it.

        `program` is what it runs where that is not the configured target.
        """
        with self._targets.start(environment, program) as target:
            yield target

    @contextmanager
    def clocked_target(self) -> Iterator[tuple[Target, WallClock]]:
        """Start one more target, whose wall clock can be stepped, and stop it. NotTestable."""
        with self._targets.start_clocked() as found:
            yield found

    def wait_for_control_period(self) -> None:
        """Let the session's control period pass, unless it did.

        `drive`, `load`, `offer` and `inject` do this by themselves. Targets must run and get no
        request.
        """
        self._context.unasked.observe()

    def inject(self, fault: Fault, *, when: Callable[[], object] | None = None) -> Injection:
        """Return a context manager under which the fault is in force.

        With `when`, from the moment on at which this function returns what is true: it is asked
        again and again in a thread of its own while the block runs, and must come true in it.
        """
        if not (hasattr(fault, "form") and isinstance(getattr(fault, "dependency", None), str)):
            raise ConfigurationError(f"{shown(fault)}: expected a fault, such as Outage('catalog')")
        # A target that starts under a fault is tested in its start, not in its work.
        self._targets.start_the_first()
        self.wait_for_control_period()
        if not (when is None or callable(when)):
            raise ConfigurationError(f"when={shown(when)}: expected a function")
        kind = Injection if when is None else partial(AwaitedInjection, when=when)
        injection = kind(
            self.backend,
            fault,
            self._record,
            evidence=self.evidence,
            edges=partial(struck_edges, self.configuration),
            why_silent=partial(own_env_files.advice, self.configuration),
            work=self.work_of,
        )
        self._injections.append(injection)
        return injection

    @property
    def work_of(self) -> WorkOf:
        """What an Injection asks for the work of a program that is struck itself."""
        return partial(struck_program, self._context)

    @contextmanager
    def network(self, profile: str) -> Iterator[None]:
        """Put a network between target and dependencies, by its name.

        "loopback" adds nothing to a round trip, "zone" 1 ms, "metro" 5 ms and "region" 20 ms.
        Each exchange pays the round trip, and so does each new connection's handshake.
        """
        if not isinstance(profile, str) or profile not in PROFILES:
            raise ConfigurationError(
                f"no profile is named {shown(profile)}{suggestion(profile, PROFILES)}"
            )
        before = self._context.profile
        self._context.profile = self.backend.apply(PROFILES[profile])
        try:
            yield
        finally:
            self._context.profile = self.backend.apply(before)

    def get(self, path: str | Request, *, timeout: float | None = None) -> tuple[Response, bytes]:
        """Return the record of one request to the scenario's target, and the answer's body."""
        return self.default_target.get(path, timeout=timeout)

    def request(self, wanted: str | Request, path: str = "", **fields: Any) -> Response:  # noqa: ANN401 - as Request takes them
        """Send one request to the scenario's target; see Target.request."""
        return self.default_target.request(wanted, path, **fields)

    def drive(
        self,
        path: str | Request | Journey,
        requests: int = 20,
        *,
        concurrency: int = 1,
        timeout: float | None = None,
    ) -> Run:
        """Send one request again and again to the scenario's target, or make a journey so often.

        See Target.drive.
        """
        return self._made(
            self.default_target.drive(path, requests, concurrency=concurrency, timeout=timeout)
        )

    def load(
        self,
        paths: Sequence[str | Request] | None = None,
        *,
        connections: int = 32,
        requests: int | None = None,
        duration: float | None = None,
    ) -> Run:
        """Load the scenario's target; see Target.load."""
        return self._made(
            self.default_target.load(
                paths, connections=connections, requests=requests, duration=duration
            )
        )

    def offer(
        self,
        rate: float | str,
        *,
        duration: float = 10.0,
        requests: Sequence[str | Request] | None = None,
        connections: int = 32,
        poisson: bool = True,
    ) -> LoadRun:
        """Offer an open loop to the scenario's target, whatever its answers; see Target.offer.

        The run names the faults in force, whose moments are on its requests' clock.
        """
        return self._made(
            self.default_target.offer(
                rate,
                duration=duration,
                requests=requests,
                connections=connections,
                poisson=poisson,
            )
        )

    def report(self, verdict: Verdict) -> None:
        """Show a verdict in the session's reports without counting it in the score."""
        if not isinstance(verdict, Verdict):
            raise ConfigurationError(f"{shown(verdict)}: expected a Verdict")
        self._record(replace(verdict, category=Category.UNSCORED))

    @property
    def description(self) -> tuple[str, ...]:
        """What runs, and what it calls of itself as far as that is known."""
        return (
            *self.backend.description,
            *topology.description(self.configuration),
            *self._context.unasked.description,
        )

    @property
    def windows(self) -> tuple[FaultWindow, ...]:
        """The faults that were injected so far, each with the time it was in force."""
        return self._windows()

    @property
    def runs(self) -> tuple[Run | LoadRun, ...]:
        """What `drive`, `load` and `offer` returned so far."""
        return tuple(self._runs)

    def _windows(self) -> tuple[FaultWindow, ...]:
        return tuple(injection.window for injection in self._injections if injection.begun)

    def _made(self, run: AnyRun) -> AnyRun:
        self._runs.append(run)
        return run

    def close(self) -> None:
        """Heal what is still in force, and stop the scenario's target."""
        try:
            for injection in reversed(self._injections):
                injection.heal()
        finally:
            self._targets.close()
