"""Callers that go away open nothing: the dependency did not fail."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, reached
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Latency

TAKES = 0.3
"""Seconds for which a call is under way, at the most."""
PATIENCE = 0.4
"""The part of it after which these callers go away."""
ALONE_MOST = 20
"""Callers that go away one after another, at the most."""
ALONE, CROWD = "leaving", "leaving at once"
AFTER = 5
ENOUGH = 3
"""Callers more than failures would open it."""


def plan(experiment: Experiment) -> None:
    """Have more callers go away than failures would open it, one by one and all at once."""
    experiment.drive("healthy", 2)
    takes = experiment.within_timeout(TAKES, share=0.4)
    callers = experiment.threshold + ENOUGH
    with experiment.inject(Latency(experiment.dependency, takes)):
        experiment.spread(ALONE, min(callers, ALONE_MOST), patience=takes * PATIENCE)
        experiment.drive(CROWD, callers, concurrency=callers, patience=takes * PATIENCE)
        # A service may go on with a call whose caller has left.
        experiment.pause(takes)
    experiment.drive("check", AFTER)


def judge(recording: Recording) -> Verdict:
    """Judge that none was kept back; the callers must have left while calls were under way."""
    alone, crowd = (recording.run(step).responses for step in (ALONE, CROWD))
    seen = recording.attempts(ALONE)
    left = sum(each.status is None for each in (*alone, *crowd))
    # Who is answered before they leave, without a call, met an open breaker.
    kept = sum(each.status is not None and not reached(each, seen) for each in alone)
    kept += min(
        len(crowd) - len(recording.attempts(CROWD)),
        sum(each.status is not None for each in crowd),
    )
    check = recording.run("check").responses
    good = recording.answered("check")
    ruling = Ruling.PASS if good == len(check) and not kept else Ruling.FAIL
    if left < ENOUGH or (ruling is Ruling.PASS and left < recording.threshold):
        ruling = Ruling.INCONCLUSIVE
    return rule(
        recording,
        "cancelled callers open nothing",
        ruling,
        f"{left} callers left while their calls were under way; {kept} others were kept back, and"
        f" then {good} of {len(check)} requests were answered by the dependency, required are all.",
        steps=("check",),
        needs="calls that take longer than their callers wait",
    )


PROPERTY = Property(
    name="cancelled-callers-do-not-count",
    promise="A caller that goes away is no failure of the dependency: it opens nothing.",
    source="resilience4j, CircuitBreaker.releasePermission; Polly, ShouldHandle: a cancelled call"
    " is not handled by default",
    plan=plan,
    judge=judge,
    needs_timeout=True,
    workers_matter=WorkersMatter.CROWDS,
)
