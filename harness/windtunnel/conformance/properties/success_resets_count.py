"""A success sets the count of consecutive failures back."""

from windtunnel.conformance.properties.counting import almost, still_closed
from windtunnel.conformance.property import Property
from windtunnel.conformance.recording import Recording
from windtunnel.conformance.stage import Stage
from windtunnel.criteria import Verdict


def plan(stage: Stage) -> None:
    """Bring it one failure short of opening, twice, with a success between."""
    failures = almost(stage)
    with stage.resetting():
        stage.drive("failures", failures)
    stage.drive("success", 1)
    with stage.resetting():
        stage.drive("failures again", failures)
    stage.drive("check", 1)


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
