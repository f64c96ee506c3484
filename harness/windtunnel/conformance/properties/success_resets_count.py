"""A success sets the count of consecutive failures back."""

from dataclasses import replace

from windtunnel.conformance.claims import Counting
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties.failure_counts import almost, still_closed
from windtunnel.conformance.property_definition import Property, WorkersMatter
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import NotTestable


def plan(experiment: Experiment) -> None:
    """Bring it one failure short of opening, twice, with a success between."""
    if experiment.claims.counts in {Counting.SHARE, Counting.WINDOW}:
        raise NotTestable(
            f"it counts by {experiment.claims.counts}, as claimed",
            needs="a breaker that counts consecutive failures; see counts-as-claimed",
        )
    failures = almost(experiment)
    with experiment.resetting():
        experiment.drive("failures", failures)
    experiment.drive("success", 1)
    with experiment.resetting():
        experiment.drive("failures again", failures)
    experiment.drive("check", 1)


def judge(recording: Recording) -> Verdict:
    """Judge that the second series did not open it; without a claim it may have."""
    verdict = still_closed(
        recording,
        "a success resets the consecutive count",
        before="success",
        steps=("failures again",),
        last="check",
    )
    if verdict.ruling is Ruling.FAIL and recording.claims.counts is None:
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            statement="a success did not set the count back: it counts by a window, or a share.",
            needs="how it counts (--threshold for consecutive failures, --share, or --like)",
        )
    return verdict


PROPERTY = Property(
    name="success-resets-count",
    promise="Where it counts consecutive failures, a success sets the count back.",
    source="Nygard, Release It!, 2nd ed., ch. 5; Polly v7, CircuitBreaker",
    plan=plan,
    judge=judge,
    workers_matter=WorkersMatter.NEVER,
)
