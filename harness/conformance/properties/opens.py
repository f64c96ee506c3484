"""It opens within so many consecutive failures, whatever their kind."""

from harness.conformance.property import Property, unscored
from harness.conformance.recording import Recording
from harness.conformance.stage import Stage
from harness.criteria import Verdict, breaker_opens
from harness.criteria.breaker_opens import ENOUGH_AFTER


def plan(stage: Stage) -> None:
    """Make calls fail one after another, and go on for long enough to see silence."""
    stage.drive("healthy", 2)
    with stage.failing():
        stage.drive("failing", stage.claims.threshold + ENOUGH_AFTER + 3)


def judge(recording: Recording) -> Verdict:
    """Judge that nothing reaches the dependency after the claimed number of failures."""
    return within(recording, recording.claims.threshold)


def within(recording: Recording, failures: int) -> Verdict:
    """Judge that nothing reaches the dependency after so many failures."""
    recovery = recording.recovery.least * 0.5 if recording.recovery else float("inf")
    return unscored(
        breaker_opens(
            recording.run("failing"),
            recording.dependency,
            within=failures,
            recovery=recovery,
        )
    )


PROPERTY = Property(
    name="opens",
    promise="It opens once so many calls in a row have failed.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Circuit Breaker; Polly v7, CircuitBreaker",
    plan=plan,
    judge=judge,
    each_failure=True,
)
