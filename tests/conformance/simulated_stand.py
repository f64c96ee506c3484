"""The suite's plans and judges on breakers in this process, in simulated time.

A property takes milliseconds here, and no machine is too busy for it. What is real: plans,
experiments, recordings, judges, and the breakers, on a loop whose time goes on when all wait. What
is simulated: the service around the breaker, its dependencies, their taps, and the faults there.
"""

import asyncio
import importlib
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import SimpleNamespace, TracebackType
from typing import Self, cast

import pytest

from tests.conformance.services.settings import Settings
from tests.conformance.simulated_service import (
    Driven,
    Guard,
    InForce,
    SimulatedDependency,
    SimulatedLoop,
    SimulatedTarget,
    SimulatedTime,
)
from tests.conformance.stand import SETTINGS
from windtunnel.conformance import recorded_target
from windtunnel.conformance.conformance_report import PropertyResult
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.properties import PROPERTIES
from windtunnel.conformance.property_trial import PropertyTrial, experiment_on
from windtunnel.conformance.subject import Subject
from windtunnel.records import Evidence, Run
from windtunnel.stack import Stack
from windtunnel_faults import Fault


class SimulatedStack:
    """Two dependencies, and a fresh target for each trial."""

    def __init__(
        self,
        guard: Callable[[], Guard],
        loop: SimulatedLoop,
        settings: Settings,
    ) -> None:
        self.loop = loop
        self.simulated = {name: SimulatedDependency(name, loop) for name in ("first", "second")}
        self.dependencies = tuple(self.simulated)
        self.configuration = SimpleNamespace(health="/healthz")
        self.backend = SimpleNamespace(name="simulated", mark=lambda: None)
        self._guard = guard
        self._settings = settings

    def can(self, _: object) -> bool:
        return True

    def endpoint_of(self, name: str) -> str:
        return f"/{name}"

    def target(self) -> AbstractContextManager[SimulatedTarget]:
        return nullcontext(SimulatedTarget(self._guard(), self.simulated, self._settings))

    def inject(self, fault: Fault) -> InForce:
        first = getattr(fault, "first", 0)
        return InForce(fault, self.simulated[fault.dependency].faults, first or math.inf)

    def evidence(self, name: str, since: float) -> Evidence:
        seen = (each for each in self.simulated[name].exchanges if each.started >= since)
        return Evidence(dependency=name, at=self.loop.time(), exchanges=tuple(seen))


class SimulatedPool:
    """In the place of a thread that drives meanwhile: tasks of the loop."""

    def __init__(self, _: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def submit(
        self, drive: Callable[..., Run], path: str, requests: int, **options: float
    ) -> Driven:
        target = cast("SimulatedTarget", drive.__self__)  # type: ignore[attr-defined]
        return target.begin(path, requests, **options)  # type: ignore[arg-type]


class SimulatedStand:
    """Tries properties on breakers of modules, in simulated time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.loop = SimulatedLoop(SimulatedTime())
        importlib.import_module("tests.conformance.services.with_target")
        for name, module in list(sys.modules.items()):
            if name.startswith(("windtunnel.conformance", "tests.conformance.services")):
                self._simulate_time(module)
        monkeypatch.setattr(recorded_target, "ThreadPoolExecutor", SimulatedPool)

    def try_property(
        self,
        module: str,
        name: str,
        subject: Subject,
        *,
        failure: str = "reset",
        settings: Mapping[str, float] | None = None,
    ) -> PropertyResult:
        """Return what a property finds of a module's breaker."""
        [chosen] = [each for each in PROPERTIES if each.name == name]
        trial = PropertyTrial(chosen, FAILURES[failure], subject, self._pause)
        return trial(self._stack(module, settings or {}))

    @contextmanager
    def experiment(
        self, module: str, subject: Subject, settings: Mapping[str, float] | None = None
    ) -> Iterator[Experiment]:
        """Give an experiment on a module's breaker."""
        with experiment_on(self._stack(module, settings or {}), subject, self._pause) as made:
            yield made

    def _stack(self, module: str, settings: Mapping[str, float]) -> Stack:
        values = {name: str(value) for name, value in {**SETTINGS, **settings}.items()}

        def guard() -> Guard:
            # Loaded anew: the module may keep what its breakers share.
            loaded = importlib.reload(importlib.import_module(f"tests.conformance.{module}"))
            self._simulate_time(loaded)
            found: Guard = loaded.guard
            return found

        return cast("Stack", SimulatedStack(guard, self.loop, Settings.of(values)))

    def _simulate_time(self, module: object) -> None:
        if getattr(module, "time", None) is time:
            clock = SimpleNamespace(monotonic=self.loop.clock.monotonic)
            self._monkeypatch.setattr(module, "time", clock)

    def _pause(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(max(seconds, 0.0)))
