"""Looks at an unknown breaker first: when it opens, for how long, and when its calls time out."""

import time

from windtunnel.conformance.conformance_report import Observed
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, opening, repeated
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.properties.recovery_time import open_time
from windtunnel.conformance.recorded_target import PATIENCE
from windtunnel.errors import ConfigurationError, InconclusiveVerdict, NotTestable, VacuousFault

HEALTHY = 5
"""Requests that must each reach the dependency before anything is broken."""
STEPS = 40
"""How finely the time so far is divided by requests: each waits a fortieth of it."""


def check_reach(experiment: Experiment, endpoint: str) -> None:
    """Raise ConfigurationError unless every request calls the dependency."""
    experiment.drive("healthy", HEALTHY)
    recording = experiment.recording()
    run, seen = recording.run("healthy"), recording.attempts("healthy")
    wrong = [r.answer for r in run.responses if not r.succeeded]
    if wrong:
        raise ConfigurationError(
            f"{endpoint}: {len(wrong)} of {HEALTHY} requests to the healthy service were answered"
            f" {', '.join(dict.fromkeys(wrong))}; expected an answer below 400"
        )
    if len(seen) < HEALTHY:
        raise ConfigurationError(
            f"{endpoint}: {len(seen)} of {HEALTHY} requests reached {experiment.dependency},"
            " expected all: name an --endpoint whose every request calls it, and switch caches off"
            " (the sample target's with --env CACHE_TTL=0)"
        )
    if (answered := recording.answered("healthy")) < HEALTHY:
        raise ConfigurationError(
            f"{endpoint}: {answered} of {HEALTHY} answers of the healthy service rest on a whole"
            f" answer of {experiment.dependency}, expected all: it answers its callers before its"
            " call is over, or cuts the call off"
        )


def survey(experiment: Experiment, *, measure: bool) -> Observed:
    """Return when it opens; with `measure` also for how long, and when its calls time out.

    A claimed recovery time stands in the place of a measured one.
    """
    claimed = experiment.claims.open_time
    try:
        with experiment.resetting():
            opened = experiment.open()
        if measure and experiment.claims.health_checks:
            # They must be answered before its time begins.
            end = time.monotonic() + experiment.deadline
            experiment.probe("waiting", every=0.05, until=end, successfully=True)
        elif measure:
            # Its first probe hangs, which shows the service's own time-out.
            with experiment.inject(FAILURES["timeout"].fault(experiment.dependency)):
                experiment.probe(
                    "waiting",
                    every=0.01,
                    slower=1 / STEPS,
                    until=opened.latest + experiment.deadline,
                    successfully=False,
                )
    except (NotTestable, VacuousFault, InconclusiveVerdict):
        # What was recorded until then shows what it shows.
        measure = False
    recording = experiment.recording()
    if all(step.name != "opening" for step in recording.steps):
        return Observed(failures=None, recovery=claimed, measured=False)
    found = opening(recording.run("opening"), experiment.dependency)
    failures = found.failures if found else None
    retried = repeated(recording, "opening")
    if failures is None or not measure:
        return Observed(failures=failures, recovery=claimed, measured=False, retried=retried)
    timeout = _timeout(recording)
    measured = open_time(recording)
    if claimed is not None or measured.most == float("inf"):
        return Observed(
            failures=failures, recovery=claimed, measured=False, retried=retried, timeout=timeout
        )
    return Observed(
        failures=failures, recovery=measured, measured=True, retried=retried, timeout=timeout
    )


def _timeout(recording: Recording) -> float | None:
    """Return after how many seconds the caller of the hanging probe was answered."""
    last = recording.run("waiting").responses[-1]
    given_up = recording.attempts("waiting") and last not in recording.real
    return last.duration if given_up and last.duration < 0.9 * PATIENCE else None
