"""Failures among successes open it when the claim says so, where it counts by window or share."""

from windtunnel.conformance.claims import Counting
from windtunnel.conformance.expected_opening import SURE_CALLS, EndedCall, expected_opening
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import HEALTHY_BEFORE, Recording
from windtunnel.conformance.properties.opens import AFTER, as_claimed
from windtunnel.conformance.property_definition import Property
from windtunnel.criteria import Verdict
from windtunnel.errors import NotTestable

ROUNDS = 3
STEP = "mixed"


def plan(experiment: Experiment) -> None:
    """Bring it one failure short of opening, again and again, with a success between; then open it.

    How many that takes is computed from the calls that really came.
    """
    if experiment.claims.counts not in {Counting.SHARE, Counting.WINDOW}:
        raise NotTestable(
            "no window or share of failures is claimed", needs="--share, or --counting window"
        )
    experiment.drive("healthy", HEALTHY_BEFORE - 1)
    for _ in range(ROUNDS):
        failures = _one_short(experiment)
        if failures:
            with experiment.resetting():
                experiment.drive(STEP, failures)
        experiment.drive(STEP, 1)
    with experiment.resetting():
        experiment.drive(STEP, _one_short(experiment) + 2 + AFTER)


def _one_short(experiment: Experiment) -> int:
    """Return how many failures in a row are one fewer than may open it now."""
    calls = experiment.recording().ended_calls
    now = calls[-1].ended if calls else 0.0
    for failures in range(SURE_CALLS):
        calls.append(EndedCall(now + 1e-6, now + 1e-6, failed=True))
        if expected_opening(experiment.claims, calls, since=now).earliest is not None:
            return failures
    raise NotTestable("no number of failures opens it, as claimed", needs="a claim that can be met")


def judge(recording: Recording) -> Verdict:
    """Judge the claim from both sides, over all calls that came."""
    return as_claimed(recording, STEP)


PROPERTY = Property(
    name="counts-as-claimed",
    promise="Where it counts by a window or a share, successes between failures count as claimed.",
    source="resilience4j, failureRateThreshold and minimumNumberOfCalls; Polly, FailureRatio;"
    " nginx, max_fails",
    plan=plan,
    judge=judge,
    counts_failures=True,
)
