"""Sends requests to one fresh target, and records what callers and taps saw, step by step."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from windtunnel.conformance.answering_processes import AnsweringProcesses, answering_processes
from windtunnel.conformance.experiment_recording import Recording, Step
from windtunnel.conformance.subject import Subject
from windtunnel.errors import NotTestable, WindtunnelError
from windtunnel.injected_fault import Injection
from windtunnel.records import Run
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import Fault

PATIENCE = 10.0
"""Seconds that a caller waits for its answer."""
ARRIVAL = "arrival"
"""The step of a target's first request."""

Pause = Callable[[float], None]
"""Waits for so many seconds; raises where the whole run ends meanwhile."""


class RecordedTarget:
    """One fresh target, and everything that is recorded of it, in a with statement."""

    def __init__(self, stack: Stack, target: Target, subject: Subject, pause: Pause) -> None:
        self.dependency = subject.dependency
        self.claims = subject.claims
        self.threshold = subject.threshold
        """Failures that are known to open it: as observed, or as claimed before that."""
        self.fewest = subject.fewest
        """Failures after which it may be open at the earliest."""
        self.workers_met = subject.workers_met
        """Workers of which each request may meet another."""
        self.deadline = subject.deadline
        self.pause = pause
        self._subject = subject
        self._stack = stack
        self._target = target
        self._endpoint = subject.endpoint
        self._injections: list[Injection] = []
        self._began = time.monotonic()
        self._steps: list[tuple[str, list[Run]]] = []
        self._first = target.drive(self._endpoint, 1)
        self._keep(ARRIVAL, self._first)
        self._held = ExitStack()
        self._get = self._held.enter_context(target.connected(timeout=PATIENCE))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection to the target."""
        self._held.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.dependency}: {[name for name, _ in self._steps]}>"

    @property
    def others(self) -> dict[str, str]:
        """The other dependencies, each with an endpoint that calls it."""
        names = [name for name in self._stack.dependencies if name != self.dependency]
        return {name: self._stack.endpoint_of(name) for name in names}

    def answering(self) -> AnsweringProcesses:
        """Look who answers its callers."""
        try:
            pid = self._target.pid
        except WindtunnelError:
            pid = None
        health = self._stack.configuration.health
        return answering_processes(pid, self._target.address, health, self.pause)

    def inject(self, fault: Fault) -> AbstractContextManager[object]:
        """Put any fault in force for a while."""
        self._injections.append(self._stack.inject(fault))
        return self._injections[-1]

    def drive(
        self,
        step: str,
        requests: int,
        *,
        concurrency: int = 1,
        endpoint: str = "",
        patience: float = PATIENCE,
    ) -> Run:
        """Send requests and record them under the step's name, after what it already holds.

        All that are sent one at a time share one connection, and so one worker of the service; of
        the others each caller waits for `patience` seconds at most.
        """
        path = endpoint or self._endpoint
        if concurrency > 1:
            run = self._target.drive(path, requests, concurrency=concurrency, timeout=patience)
        else:
            began = time.monotonic()
            responses = []
            for number in range(1, requests + 1):
                self.pause(0)
                responses.append(replace(self._get(path), number=number))
                # What is only counted is cut into requests by its readings.
                self._stack.backend.mark()
            run = replace(
                self._first,
                responses=tuple(responses),
                began=began,
                ended=time.monotonic(),
                faults=tuple(each.window for each in self._injections if each.begun),
            )
        self._keep(step, run)
        return run

    def spread(self, step: str, requests: int, *, patience: float = PATIENCE) -> None:
        """Send requests one at a time, each on a connection of its own."""
        for _ in range(requests):
            self.pause(0)
            self._keep(step, self._target.drive(self._endpoint, 1, timeout=patience))

    @contextmanager
    def meanwhile(self, step: str, requests: int) -> Iterator[None]:
        """Keep `requests` calls in flight while the body runs; wait for their answers after it."""
        with ThreadPoolExecutor(1) as pool:
            began = time.monotonic()
            driven = pool.submit(
                self._target.drive,
                self._endpoint,
                requests,
                concurrency=requests,
                timeout=self.deadline,
            )
            self._await_pending(requests, began)
            yield
            self._keep(step, driven.result())

    def _await_pending(self, requests: int, began: float) -> None:
        until = began + PATIENCE
        pending = 0
        while time.monotonic() < until:
            seen = self._stack.evidence(self.dependency, began).exchanges
            pending = sum(each.started >= began and each.ended is None for each in seen)
            if pending >= requests:
                return
            self.pause(0.005)
        raise NotTestable(
            f"{pending} of {requests} calls were in flight after {PATIENCE:g} s",
            needs=f"a service that calls {self.dependency} {requests} times at once",
        )

    def recording(self) -> Recording:
        """Return all that was recorded, with what the taps hold now."""
        evidence = tuple(
            self._stack.evidence(name, self._began) for name in self._stack.dependencies
        )
        return Recording(
            dependency=self.dependency,
            claims=self.claims,
            recovery=self._subject.observed.recovery,
            observed=self._subject.observed.failures,
            workers_met=self.workers_met,
            timeout=self._subject.observed.timeout,
            steps=tuple(
                Step(name, replace(_joined(runs), evidence=evidence)) for name, runs in self._steps
            ),
        )

    def _step(self, step: str) -> Run:
        """Return a step as it is so far, with what the dependency's tap holds now."""
        return self._with_evidence(
            next(_joined(runs) for name, runs in self._steps if name == step)
        )

    def _keep(self, step: str, run: Run) -> None:
        for name, runs in self._steps:
            if name == step:
                runs.append(run)
                return
        self._steps.append((step, [run]))

    def _with_evidence(self, run: Run) -> Run:
        return replace(run, evidence=(self._stack.evidence(self.dependency, self._began),))


def _joined(runs: list[Run]) -> Run:
    """Return the runs of one step as one, its requests numbered anew."""
    responses = [response for run in runs for response in run.responses]
    return replace(
        runs[-1],
        responses=tuple(replace(each, number=number) for number, each in enumerate(responses, 1)),
        began=runs[0].began,
        concurrency=max(run.concurrency for run in runs),
    )
