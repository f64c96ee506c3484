"""A caller that goes away while its probe is under way keeps no place in the half-open state."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.closing import CLOSED, UNCLAIMED_PROBES, close, served
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Latency

TAKES = 0.4
"""Seconds for which a probe is under way, at the most."""
PATIENCE = 0.4
"""The part of it after which these callers go away: well before their probes can end."""


def plan(experiment: Experiment) -> None:
    """Open it, wait, let callers go away in mid-probe, and look whether it ever closes again."""
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    callers = (experiment.claims.probes or UNCLAIMED_PROBES) + 3
    takes = experiment.within_timeout(TAKES)
    with experiment.inject(Latency(experiment.dependency, takes)):
        patience = takes * PATIENCE
        experiment.drive("leaving", callers, concurrency=callers, patience=patience)
        # A service may go on with a call whose caller has left.
        experiment.pause(takes)
    close(experiment)


def judge(recording: Recording) -> Verdict:
    """Judge that all is well some time after; the callers must have left while probes ran."""
    left = [r for r in recording.run("leaving").responses if r.status is None]
    probes = [
        attempt
        for attempt in recording.attempts("leaving")
        if any(
            r.started <= attempt.started
            and (attempt.ended is None or r.ended <= attempt.ended + 0.05)
            for r in left
        )
    ]
    good, sent = served(recording)
    ruling = Ruling.PASS if good == sent else Ruling.FAIL
    if not probes:
        ruling = Ruling.INCONCLUSIVE
    return rule(
        recording,
        "a cancelled caller leaks no probe's place",
        ruling,
        f"{len(left)} callers left while {len(probes)} probes were under way; after another"
        f" recovery time {good} of {sent} requests were answered by the dependency, required are"
        " all.",
        steps=(CLOSED,),
        needs="probes that are under way for longer than their callers wait",
    )


PROPERTY = Property(
    name="cancelled-callers-leak-nothing",
    promise="A caller that goes away while its probe is under way keeps no probe's place.",
    source="resilience4j, CircuitBreaker.releasePermission",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    needs_timeout=True,
    workers_matter=WorkersMatter.CROWDS,
)
