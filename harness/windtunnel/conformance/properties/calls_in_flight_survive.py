"""Calls that are in flight when it opens are neither lost nor made twice."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, opening
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict

IN_FLIGHT = 5
TAKES = 0.5
"""Seconds for which they are under way, at the most."""
SHARE = 0.5
"""Of the service's own time-out: they must end well before it."""


def plan(experiment: Experiment) -> None:
    """Have slow calls under way while others fail and open it, then let the slow ones end."""
    experiment.drive("healthy", 2)
    takes = experiment.within_timeout(TAKES, SHARE)
    slow = experiment.slow(IN_FLIGHT, takes)
    with slow, experiment.meanwhile("in flight", IN_FLIGHT), experiment.resetting():
        experiment.open()


def judge(recording: Recording) -> Verdict:
    """Judge that each call in flight was made once, and brought its caller the real answer."""
    flight = recording.run("in flight")
    takes = TAKES if recording.timeout is None else min(TAKES, SHARE * recording.timeout)
    opened = opening(recording.run("opening"), recording.dependency)
    seen = [a for a in recording.attempts("in flight") if not a.failed]
    failed = [a for a in recording.attempts("in flight") if a.failed]
    answers = recording.answered("in flight")
    sent = len(flight.responses)
    early = sum(opened is not None and r.ended <= opened.latest for r in flight.responses)
    slow = sum(a.ended is None or a.ended - a.started > takes / 2 for a in failed)
    ruling, needs = Ruling.PASS, ""
    if early or slow:
        ruling = Ruling.INCONCLUSIVE
        needs = f"a service whose calls may take longer than {takes:.2g} s, and opens before that"
    elif answers < sent or len(seen) != sent:
        ruling = Ruling.FAIL
    return rule(
        recording,
        "calls in flight survive the opening",
        ruling,
        f"of {sent} calls in flight at the opening, {len(seen)} were answered at the dependency and"
        f" {answers} callers got that answer; required are {sent} of each.",
        steps=("in flight",),
        needs=needs,
    )


PROPERTY = Property(
    name="calls-in-flight-survive",
    promise="Calls in flight when it opens are neither lost nor made twice.",
    source="Nygard, Release It!, 2nd ed., ch. 5: an open breaker stops the calls that follow",
    plan=plan,
    judge=judge,
    needs_timeout=True,
    workers_matter=WorkersMatter.NEVER,
)
