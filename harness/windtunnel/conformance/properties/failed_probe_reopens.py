"""One failed probe opens it again, for another recovery time."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, unscored
from windtunnel.criteria import Verdict, breaker_opens
from windtunnel.criteria.breaker_opens import ENOUGH_AFTER


def plan(experiment: Experiment) -> None:
    """Open it, wait, and probe a dependency that still fails."""
    with experiment.resetting():
        opened = experiment.open()
        experiment.until_half_open(opened)
        experiment.drive("probing", 1 + ENOUGH_AFTER + 3)


def judge(recording: Recording) -> Verdict:
    """Judge that no call follows the first failed probe."""
    return unscored(
        breaker_opens(
            recording.run("probing"),
            recording.dependency,
            within=1,
            recovery=recording.open_time.least * 0.5,
        )
    )


PROPERTY = Property(
    name="failed-probe-reopens",
    promise="One failed probe opens it again.",
    source="Nygard, Release It!, 2nd ed., ch. 5; Polly, state HalfOpen",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
