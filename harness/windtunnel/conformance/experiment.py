"""One experiment: a fresh service that a plan drives, whose dependency it breaks; no judging."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from windtunnel.backends.wall_clock import WallClock
from windtunnel.conformance.clock_check import check_clock
from windtunnel.conformance.experiment_recording import Opening, opening, real_answers
from windtunnel.conformance.failures import DependencyFailure
from windtunnel.conformance.recorded_target import Pause, RecordedTarget
from windtunnel.conformance.subject import Subject
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.errors import NotTestable
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import (
    Capability,
    HttpAbort,
    HttpDelay,
    HttpStatus,
    Latency,
)

SILENT = 3
"""Requests in a row without a call at the dependency that show an open breaker."""
CROWDS, CROWD = 20, 32
"""How many crowds open the breakers of all workers, of how many callers each."""
MARGIN = 0.1
"""Seconds beyond the recovery time after which a breaker must be ready to probe."""
UNKNOWN_MOST = 250
"""Failures after which a breaker of which nothing is claimed is taken never to open: the libraries'
own defaults ask for as many as a hundred calls."""


class Experiment(RecordedTarget):
    """One fresh target, its dependency's failures, and its breaker's times."""

    def __init__(
        self,
        stack: Stack,
        target: Target,
        subject: Subject,
        *,
        failure: DependencyFailure,
        pause: Pause,
        clock: WallClock | None = None,
    ) -> None:
        super().__init__(stack, target, subject, pause)
        self.timeout = subject.observed.timeout
        """Seconds after which the service gives a call up; None where that is not known."""
        self._recovery = subject.observed.recovery
        self.failure = failure
        """The kind of failure under test."""
        self._clock = clock
        self._clock_checked = False

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

    @contextmanager
    def failing(self, seconds: float = 0.0) -> Iterator[None]:
        """Make the dependency fail in the way under test.

        With `seconds` after that time, where that kind of failure can be delayed.
        """
        with ExitStack() as faults:
            for fault in self.failure.faults(self.dependency, seconds):
                faults.enter_context(self.inject(fault))
            yield

    def resetting(self) -> AbstractContextManager[object]:
        """Reset each call, or fail it in another way where the client repeats what was reset."""
        return self.inject(self._subject.opener.fault(self.dependency))

    def used_up(self, calls: int) -> AbstractContextManager[object]:
        """Fail so many calls, and leave those that are under way alone even when it is healed."""
        if self._subject.opener.needs is Capability.HTTP:
            return self.inject(HttpStatus(self.dependency, 503, first=calls))
        return self.inject(HttpAbort(self.dependency, first=calls))

    def slow(self, calls: int, seconds: float) -> AbstractContextManager[object]:
        """Delay the answers to the next calls, and not those by which it is opened meanwhile."""
        if self._subject.opener.needs is Capability.HTTP:
            return self.inject(HttpDelay(self.dependency, seconds, first=calls))
        # A reset strikes what is sent from then on: calls already sent await their answers.
        return self.inject(Latency(self.dependency, seconds))

    def open(self, step: str = "opening") -> Opening:
        """Send one request after another until the breaker is open; a failure must be in force.

        Raises NotTestable where it does not open, or is not seen to be open before it probes again.
        """
        found = self.until_silent(step)
        run = self._step(step)
        seen = matched_attempts(run, self.dependency)
        if found is None:
            failures = sum(attempt.failed for attempt in seen)
            raise NotTestable(
                f"the breaker did not open: {failures} calls failed in {len(run.responses)}"
                " requests",
                needs="a breaker that opens",
            )
        if any(attempt.started > found.latest for attempt in seen):
            # It may be open again since then: all that is measured from here would be wrong.
            raise NotTestable(
                f"a call came before {SILENT} requests were kept back",
                needs="a longer recovery time, or a less loaded machine",
                again=True,
            )
        return found

    def open_all(self, opened: Opening) -> Opening:
        """Open the breakers of all workers by crowds, until one of these calls nobody; return when.

        Raises NotTestable where each crowd calls somebody.
        """
        for _ in range(CROWDS):
            began = time.monotonic()
            run = self._with_evidence(self.drive("opening all", CROWD, concurrency=CROWD))
            calls = [a for a in matched_attempts(run, self.dependency) if a.started >= began]
            if not calls:
                return opened
            opened = Opening(opened.earliest, time.monotonic(), opened.failures + len(calls))
        raise NotTestable(
            f"each of {CROWDS} crowds reached {self.dependency}", needs="a breaker that opens"
        )

    def until_silent(self, step: str, *, silent: int = SILENT, most: int = 0) -> Opening | None:
        """Send one request after another until so many are kept back, or `most` were sent.

        Returns when it opened. Without `most` enough are sent for any breaker like this one.
        """
        known = self._subject.observed.failures or self.claims.counts
        silent *= self.workers_met
        most = most or self.workers_met * (max(20, 4 * self.threshold) if known else UNKNOWN_MOST)
        end = time.monotonic() + self.deadline
        for _ in range(most):
            self.drive(step, 1)
            run = self._step(step)
            found = opening(run, self.dependency)
            if found and any(
                a.started > found.latest for a in matched_attempts(run, self.dependency)
            ):
                return found
            if found and sum(r.started >= found.latest for r in run.responses) >= silent:
                return found
            if time.monotonic() > end:
                break
        return None

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
                not successfully or real_answers(run, self.dependency)
            ):
                return True
            if time.monotonic() >= until:
                return False
            self.pause(every + slower * (time.monotonic() - began))

    def all_answered(self, step: str, requests: int) -> bool:
        """Send requests one at a time; say whether each brought the dependency's own answer."""
        run = self._with_evidence(self.drive(step, requests))
        return len(real_answers(run, self.dependency)) == requests

    def until_half_open(self, opened: Opening) -> None:
        """Wait until the breaker's recovery time is over."""
        self.until(opened.latest + self.recovery.most + MARGIN, "the recovery time")

    @property
    def next_open_time(self) -> float:
        """Seconds for which it may stay open after a failed probe, at the most."""
        return self.recovery.most * (self.claims.backoff or 1)

    def within_timeout(self, seconds: float, share: float = 0.5) -> float:
        """Return these seconds, or a share of the service's own time-out where that is less."""
        return seconds if self.timeout is None else min(seconds, share * self.timeout)

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
