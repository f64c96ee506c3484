"""A late failure of a call begun before the opening does not open a breaker closed again."""

from contextlib import ExitStack

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, real
from windtunnel.conformance.failures import FOREVER
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Capability, HttpAbort, HttpDelay

AFTER = 6


def plan(experiment: Experiment) -> None:
    """Have calls hang while others open it and it closes again; then they fail by their timeout."""
    experiment.drive("healthy", 2)
    # As many as could open it, were they to count.
    hanging = max(experiment.threshold, experiment.claims.threshold)
    with ExitStack() as faults:
        faults.enter_context(
            experiment.inject(HttpDelay(experiment.dependency, FOREVER, first=hanging))
        )
        with experiment.meanwhile("hanging", hanging):
            # Used up by the opening itself: to heal it now would set the hanging calls free.
            faults.enter_context(
                experiment.inject(HttpAbort(experiment.dependency, first=experiment.threshold))
            )
            opened = experiment.open()
            experiment.until_half_open(opened)
            experiment.drive("probing", experiment.claims.probes)
            experiment.drive("closed", 3)
        experiment.drive("after", AFTER)


def judge(recording: Recording) -> Verdict:
    """Judge that every request after the late failures was answered by the dependency."""
    closed, after = recording.run("closed"), recording.run("after")
    hanging = recording.run("hanging").responses
    late = [each for each in hanging if not real(each) and each.ended > closed.ended]
    good = sum(real(response) for response in after.responses)
    sent = len(after.responses)
    needed = len(hanging)
    if len(late) < needed or not all(real(response) for response in closed.responses):
        ruling = Ruling.INCONCLUSIVE
    else:
        ruling = Ruling.PASS if good == sent else Ruling.FAIL
    return rule(
        recording,
        "late failures change nothing",
        ruling,
        f"{len(late)} of {needed} calls begun before the opening failed after it had closed again;"
        f" then {good} of {sent} requests were answered by the dependency, required are all.",
        steps=("after",),
        needs="calls that may take longer than the recovery time, and a breaker that closes",
    )


PROPERTY = Property(
    name="late-failures-are-void",
    promise="A failure of a call begun before the opening does not open it once it closed again.",
    source="sony/gobreaker: a result of an earlier generation is dropped",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    needs=Capability.HTTP,
)
