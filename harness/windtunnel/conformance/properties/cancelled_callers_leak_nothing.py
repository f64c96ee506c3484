"""A caller that goes away while its probe is under way keeps no place in the half-open state."""

import time

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, real
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Latency

TAKES = 0.4
PATIENCE = 0.15
"""Seconds after which these callers go away: well before their probes can end."""
AFTER = 5


def plan(experiment: Experiment) -> None:
    """Open it, wait, let callers go away in mid-probe, and look whether it ever closes again."""
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    callers = experiment.claims.probes + 3
    with experiment.inject(Latency(experiment.dependency, TAKES)):
        experiment.drive("leaving", callers, concurrency=callers, patience=PATIENCE)
        # A service may go on with a call whose caller has left.
        experiment.pause(TAKES)
    end = time.monotonic() + experiment.recovery.most * 1.5 + 1.0
    experiment.probe("waiting", every=0.05, until=end, successfully=True)
    # What is still half-open may admit several probes before it closes.
    experiment.drive("probing", experiment.claims.probes)
    experiment.drive("closed", AFTER)


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
    closed = recording.run("closed")
    good = sum(real(response) for response in closed.responses)
    ruling = Ruling.PASS if good == len(closed.responses) else Ruling.FAIL
    if not probes:
        ruling = Ruling.INCONCLUSIVE
    return rule(
        recording,
        "a cancelled caller leaks no probe's place",
        ruling,
        f"{len(left)} callers left while {len(probes)} probes were under way; after another"
        f" recovery time {good} of {len(closed.responses)} requests were answered by the"
        " dependency, required are all.",
        steps=("closed",),
        needs=f"probes that are under way for longer than {PATIENCE:g} s",
    )


PROPERTY = Property(
    name="cancelled-callers-leak-nothing",
    promise="A caller that goes away while its probe is under way keeps no probe's place.",
    source="resilience4j, CircuitBreaker.releasePermission",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
