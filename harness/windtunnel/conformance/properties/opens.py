"""It opens within so many consecutive failures, whatever their kind."""

from dataclasses import replace

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, unscored
from windtunnel.criteria import Ruling, Verdict, breaker_opens
from windtunnel.criteria.breaker_opens import ENOUGH_AFTER

SHARE = 0.9
"""Of the window: when exactly a failure ceases to count is another property's matter."""


def plan(experiment: Experiment) -> None:
    """Make calls fail one after another, and go on for long enough to see silence."""
    experiment.drive("healthy", 2)
    with experiment.failing():
        experiment.drive("failing", experiment.claims.threshold + ENOUGH_AFTER + 3)


def judge(recording: Recording) -> Verdict:
    """Judge that nothing reaches the dependency after the claimed number of failures."""
    return within(recording, recording.claims.threshold)


def within(recording: Recording, failures: int) -> Verdict:
    """Judge that nothing reaches the dependency after so many failures.

    Failures that do not fit into the window, slow ones as a rule, need not open it.
    """
    recovery = recording.recovery.least * 0.5 if recording.recovery else float("inf")
    verdict = unscored(
        breaker_opens(
            recording.run("failing"),
            recording.dependency,
            within=failures,
            recovery=recovery,
        )
    )
    ended = sorted(a.ended for a in recording.attempts("failing") if a.failed and a.ended)
    window = recording.claims.window
    if verdict.ruling is Ruling.FAIL and window and failures <= len(ended):
        span = ended[failures - 1] - ended[0]
        if span >= SHARE * window:
            return replace(
                verdict,
                ruling=Ruling.INCONCLUSIVE,
                statement=f"{failures} calls in a row failed over {span:.1f} s, and a failure"
                f" counts for {window:g} s.",
                needs="a shorter timeout of the service, or a longer window",
            )
    return verdict


PROPERTY = Property(
    name="opens",
    promise="It opens once so many calls in a row have failed.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Circuit Breaker; Polly v7, CircuitBreaker",
    plan=plan,
    judge=judge,
    each_failure=True,
)
