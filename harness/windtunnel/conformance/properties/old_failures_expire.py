"""Failures older than the window do not count."""

import time

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.failure_counts import almost, still_closed
from windtunnel.conformance.property_definition import Property
from windtunnel.criteria import Verdict
from windtunnel.errors import NotTestable


def plan(experiment: Experiment) -> None:
    """Bring it one failure short of opening, twice, with the whole window between."""
    window = experiment.claims.window
    if window is None:
        raise NotTestable("no window is claimed", needs="the window (--window), where there is one")
    failures = almost(experiment)
    with experiment.resetting():
        experiment.drive("failures", failures)
    experiment.until(time.monotonic() + window * 1.1 + 0.1, "the window")
    with experiment.resetting():
        experiment.drive("failures again", failures)
    experiment.drive("check", 1)


def judge(recording: Recording) -> Verdict:
    """Judge that the second series did not open it."""
    return still_closed(
        recording,
        "failures older than the window do not count",
        before="failures",
        steps=("failures again",),
        last="check",
    )


PROPERTY = Property(
    name="old-failures-expire",
    promise="A failure older than the window does not count.",
    source="Nygard, Release It!, 2nd ed., ch. 5; Polly, SamplingDuration;"
    " resilience4j, slidingWindowSize (TIME_BASED)",
    plan=plan,
    judge=judge,
)
