"""One experiment: a fresh service that a plan drives, whose dependency it breaks; no judging."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from windtunnel.backends.wall_clock import WallClock
from windtunnel.conformance.clock_check import check_clock
from windtunnel.conformance.experiment_recording import (
    Opening,
    Recording,
    Step,
    TimeBounds,
    opening,
    real,
)
from windtunnel.conformance.subject import Subject
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.errors import NotTestable
from windtunnel.injected_fault import Injection
from windtunnel.records import Run
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import ConnectionReset, Fault

PATIENCE = 10.0
"""Seconds that a caller waits for its answer."""
SILENT = 3
"""Requests in a row without a call at the dependency that show an open breaker."""
MARGIN = 0.1
"""Seconds beyond the recovery time after which a breaker must be ready to probe."""


Pause = Callable[[float], None]
"""Waits for so many seconds; raises where the whole run ends meanwhile."""


class Experiment:
    """One fresh target, and everything that is recorded of it, in a with statement."""

    def __init__(
        self,
        stack: Stack,
        target: Target,
        subject: Subject,
        *,
        failure: Callable[[str], Fault],
        pause: Pause,
        clock: WallClock | None = None,
    ) -> None:
        self.dependency = subject.dependency
        self.claims = subject.claims
        self.threshold = subject.threshold
        """Failures that are known to open it: as observed, or as claimed before that."""
        self.deadline = subject.deadline
        self.pause = pause
        self._stack = stack
        self._target = target
        self._endpoint = subject.endpoint
        self._recovery = subject.observed.recovery
        self._failure = failure
        self._clock = clock
        self._clock_checked = False
        self._injections: list[Injection] = []
        self._first = target.drive(self._endpoint, 1)
        self._held = ExitStack()
        self._get = self._held.enter_context(target.connected(timeout=PATIENCE))
        self._began = time.monotonic()
        self._steps: list[tuple[str, list[Run]]] = []

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
        return f"<Experiment of {self.dependency}: {[name for name, _ in self._steps]}>"

    @property
    def others(self) -> dict[str, str]:
        """The other dependencies, each with an endpoint that calls it."""
        names = [name for name in self._stack.dependencies if name != self.dependency]
        return {name: self._stack.endpoint_of(name) for name in names}

    @property
    def recovery(self) -> TimeBounds:
        """The recovery time; NotTestable where it is not known."""
        if self._recovery is None:
            raise NotTestable(
                f"no recovery was seen within {self.deadline:g} s",
                needs="the recovery time (--recovery), or a longer --deadline",
            )
        return self._recovery

    @property
    def clock(self) -> WallClock:
        """The target's wall clock; NotTestable where it does not follow its steps."""
        assert self._clock is not None  # noqa: S101 - set for the plans that step it
        if not self._clock_checked:
            check_clock(
                self._clock, self._target.address, self._stack.configuration.health, self.pause
            )
            self._clock_checked = True
        return self._clock

    def failing(self) -> AbstractContextManager[object]:
        """Make the dependency fail in the way under test."""
        return self.inject(self._failure(self.dependency))

    def resetting(self, seconds: float = 0.0) -> AbstractContextManager[object]:
        """Make the dependency reset each call: a failure to every client, seen at every tap."""
        return self.inject(ConnectionReset(self.dependency, seconds))

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

    def spread(self, step: str, requests: int) -> None:
        """Send requests one at a time, each on a connection of its own."""
        for _ in range(requests):
            self._keep(step, self._target.drive(self._endpoint, 1))

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

    def open(self, step: str = "opening") -> Opening:
        """Send one request after another until the breaker is open; a failure must be in force.

        Raises NotTestable where it does not open, or is not seen to be open before it probes again.
        """
        most = max(20, 4 * self.threshold)
        for _ in range(most):
            self.drive(step, 1)
            joined = next(_joined(runs) for name, runs in self._steps if name == step)
            run = self._with_evidence(joined)
            found = opening(run, self.dependency)
            if found and any(
                a.started > found.latest for a in matched_attempts(run, self.dependency)
            ):
                # It may be open again since then: all that is measured from here would be wrong.
                raise NotTestable(
                    f"a call came before {SILENT} requests were kept back",
                    needs="a longer recovery time, or a less loaded machine",
                    again=True,
                )
            if found and sum(r.started >= found.latest for r in run.responses) >= SILENT:
                return found
        failures = sum(attempt.failed for attempt in matched_attempts(run, self.dependency))
        raise NotTestable(
            f"the breaker did not open: {failures} calls failed in {most} requests",
            needs="a breaker that opens",
        )

    def probe(
        self, step: str, *, every: float, until: float, successfully: bool, slower: float = 0.0
    ) -> bool:
        """Send one request after another until one reaches the dependency; say whether one did.

        With `successfully` it must also bring the caller the dependency's own answer. They are
        `every` seconds apart, and further the longer it takes: by `slower` of the time so far. One
        is sent however late it is.
        """
        self.check_deadline(until, step)
        began = time.monotonic()
        while True:
            run = self._with_evidence(self.drive(step, 1))
            if matched_attempts(run, self.dependency) and (
                not successfully or real(run.responses[0])
            ):
                return True
            if time.monotonic() >= until:
                return False
            self.pause(every + slower * (time.monotonic() - began))

    def until_half_open(self, opened: Opening) -> None:
        """Wait until the breaker's recovery time is over."""
        self.until(opened.latest + self.recovery.most + MARGIN, "the recovery time")

    def until(self, moment: float, what: str) -> None:
        """Wait until a moment; NotTestable where that is beyond the deadline."""
        self.check_deadline(moment, what)
        self.pause(moment - time.monotonic())

    def check_deadline(self, moment: float, what: str) -> None:
        """Raise NotTestable where a moment is beyond the deadline."""
        seconds = moment - time.monotonic()
        if seconds > self.deadline:
            raise NotTestable(
                f"{what} ends after {seconds:.1f} s, beyond the deadline of {self.deadline:g} s",
                needs=f"--deadline {seconds + 1:.0f} or more, or a shorter setting of the service",
            )

    def recording(self) -> Recording:
        """Return all that was recorded, with what the taps hold now."""
        evidence = tuple(
            self._stack.evidence(name, self._began) for name in self._stack.dependencies
        )
        return Recording(
            dependency=self.dependency,
            claims=self.claims,
            recovery=self._recovery,
            observed=self.threshold,
            steps=tuple(
                Step(name, replace(_joined(runs), evidence=evidence)) for name, runs in self._steps
            ),
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
