"""Measures when an unknown breaker opens and for how long, before any property is tested."""

from windtunnel.conformance.conformance_report import Observed
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import TimeBounds, opening
from windtunnel.conformance.properties.recovery_time import open_time
from windtunnel.errors import ConfigurationError, NotTestable

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


def survey(experiment: Experiment, recovery: float | None, *, measure: bool) -> Observed:
    """Return when it opens, and for how long: as claimed, else measured where that is asked for."""
    known = None if recovery is None else TimeBounds(recovery, recovery)
    try:
        with experiment.resetting():
            opened = experiment.open()
            if known is None and measure:
                experiment.probe(
                    "waiting",
                    every=0.01,
                    slower=1 / STEPS,
                    until=opened.latest + experiment.deadline,
                    successfully=False,
                )
    except NotTestable:
        return Observed(failures=None, recovery=known, measured=False)
    recording = experiment.recording()
    found = opening(recording.run("opening"), experiment.dependency)
    failures = found.failures if found else None
    if known is not None or not measure:
        return Observed(failures=failures, recovery=known, measured=False)
    measured = open_time(recording)
    if measured.most == float("inf"):
        return Observed(failures=failures, recovery=None, measured=False)
    return Observed(failures=failures, recovery=measured, measured=True)
