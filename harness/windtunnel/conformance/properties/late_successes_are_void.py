"""A late success of a call begun before the opening does not close an open breaker."""

from contextlib import ExitStack

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Capability, HttpDelay

SLOW = 2
"""Calls that succeed late."""
TAKES = 1.0
"""Seconds that they take, at the most."""
SHARE = 0.9
"""Of the recovery time: when exactly it ends is another property's matter."""
ENOUGH = 3
LATE = "late"


def plan(experiment: Experiment) -> None:
    """Have slow calls under way while others open it; once they succeed ask whether it is open."""
    experiment.drive("healthy", 2)
    takes = min(experiment.within_timeout(TAKES, share=0.6), experiment.recovery.least * 0.5)
    with ExitStack() as faults:
        slow = HttpDelay(experiment.dependency, takes, first=SLOW)
        faults.enter_context(experiment.inject(slow))
        with experiment.meanwhile("slow", SLOW):
            # Used up by the opening itself: to heal it now would set the slow calls free.
            faults.enter_context(experiment.used_up(experiment.threshold))
            experiment.open()
        experiment.drive(LATE, 2 * ENOUGH)


def judge(recording: Recording) -> Verdict:
    """Judge that no call starts after the late successes until the recovery time is over."""
    opened, slow = recording.opened, recording.run("slow").responses
    late = [each for each in slow if each in recording.real and each.ended > opened.latest]
    since = max((each.ended for each in late), default=float("inf"))
    until = opened.earliest + SHARE * recording.open_time.least
    asked = [r for r in recording.run(LATE).responses if since < r.started < until]
    seen = tuple(a for a in recording.attempts(LATE) if since < a.started < until)
    ruling = Ruling.FAIL if seen else Ruling.PASS
    if len(late) < len(slow) or (not seen and len(asked) < ENOUGH):
        ruling = Ruling.INCONCLUSIVE
    return rule(
        recording,
        "late successes change nothing",
        ruling,
        f"{len(late)} of {len(slow)} calls begun before the opening succeeded while it was open;"
        f" after that {len(seen)} calls of {len(asked)} requests reached the dependency in the open"
        " time, allowed are 0.",
        steps=(LATE,),
        counted=seen,
        needs="calls that succeed while it is open: a longer recovery time, or a less loaded"
        " machine",
    )


PROPERTY = Property(
    name="late-successes-are-void",
    promise="A success of a call begun before the opening does not close it while it is open.",
    source="sony/gobreaker: a result of an earlier generation is dropped",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    needs_timeout=True,
    needs=Capability.HTTP,
    workers_matter=WorkersMatter.CROWDS,
)
