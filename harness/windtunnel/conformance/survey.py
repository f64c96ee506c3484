"""Looks at an unknown breaker first: when it opens, and for how long."""

from windtunnel.conformance.properties.recovery_time import open_time
from windtunnel.conformance.recording import Span, opening
from windtunnel.conformance.report import Observed
from windtunnel.conformance.stage import Stage
from windtunnel.errors import ConfigurationError, NotTestable

HEALTHY = 5
"""Requests that must each reach the dependency before anything is broken."""
STEPS = 40
"""How finely the time so far is divided by requests: each waits a fortieth of it."""


def check_reach(stage: Stage, endpoint: str) -> None:
    """Raise ConfigurationError unless every request calls the dependency."""
    stage.drive("healthy", HEALTHY)
    recording = stage.recording()
    run, seen = recording.run("healthy"), recording.attempts("healthy")
    wrong = [str(r.status or r.failure) for r in run.responses if not r.succeeded]
    if wrong:
        raise ConfigurationError(
            f"{endpoint}: {len(wrong)} of {HEALTHY} requests to the healthy service were answered"
            f" {', '.join(dict.fromkeys(wrong))}; expected an answer below 400"
        )
    if len(seen) < HEALTHY:
        raise ConfigurationError(
            f"{endpoint}: {len(seen)} of {HEALTHY} requests reached {stage.dependency}, expected"
            " all: name an --endpoint whose every request calls it, and switch caches off"
            " (the sample target's with --env CACHE_TTL=0)"
        )


def survey(stage: Stage, recovery: float | None, *, measure: bool) -> Observed:
    """Return when it opens, and for how long: as claimed, else measured where that is asked for."""
    known = None if recovery is None else Span(recovery, recovery)
    try:
        with stage.resetting():
            opened = stage.open()
            if known is None and measure:
                stage.probe(
                    "waiting",
                    every=0.01,
                    slower=1 / STEPS,
                    until=opened.latest + stage.deadline,
                    successfully=False,
                )
    except NotTestable:
        return Observed(failures=None, recovery=known, measured=False)
    recording = stage.recording()
    found = opening(recording.run("opening"), stage.dependency)
    failures = found.failures if found else None
    if known is not None or not measure:
        return Observed(failures=failures, recovery=known, measured=False)
    measured = open_time(recording)
    if measured.most == float("inf"):
        return Observed(failures=failures, recovery=None, measured=False)
    return Observed(failures=failures, recovery=measured, measured=True)
