"""Half-open, it admits only its probes, with a hundred callers waiting."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, unscored
from windtunnel.criteria import Verdict, breaker_half_opens
from windtunnel_faults import Latency

CALLERS = 100
TAKES = 0.2
"""Seconds for which a probe is under way."""


def plan(experiment: Experiment) -> None:
    """Open it, wait, and send a crowd at a dependency that works again but is slow."""
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    with experiment.inject(Latency(experiment.dependency, TAKES)):
        experiment.drive("crowd", CALLERS, concurrency=CALLERS)


def judge(recording: Recording) -> Verdict:
    """Judge how many calls start before the first of them has ended."""
    return unscored(
        breaker_half_opens(
            recording.run("crowd"), recording.dependency, at_most=recording.claims.probes
        )
    )


PROPERTY = Property(
    name="half-open-probes",
    promise="Half-open, it admits no more than its probes, however many callers wait.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j,"
    " permittedNumberOfCallsInHalfOpenState",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
