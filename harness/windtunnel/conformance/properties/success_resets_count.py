"""A success sets the count of consecutive failures back."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.failure_counts import almost, still_closed
from windtunnel.conformance.property_definition import Property
from windtunnel.criteria import Verdict


def plan(experiment: Experiment) -> None:
    """Bring it one failure short of opening, twice, with a success between."""
    failures = almost(experiment)
    with experiment.resetting():
        experiment.drive("failures", failures)
    experiment.drive("success", 1)
    with experiment.resetting():
        experiment.drive("failures again", failures)
    experiment.drive("check", 1)


def judge(recording: Recording) -> Verdict:
    """Judge that the second series did not open it."""
    return still_closed(
        recording,
        "a success resets the consecutive count",
        before="success",
        steps=("failures again",),
        last="check",
    )


PROPERTY = Property(
    name="success-resets-count",
    promise="Where it counts consecutive failures, a success sets the count back.",
    source="Nygard, Release It!, 2nd ed., ch. 5; Polly v7, CircuitBreaker",
    plan=plan,
    judge=judge,
)
