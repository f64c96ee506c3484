"""It opens under concurrent failures too; how many calls reach a dead dependency is reported."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, surely_held
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Finding, Ruling, Verdict

CALLERS, FEWER = 100, 30
"""By resets, which tell the exposure, and by other kinds of failure: a busy machine must be done
with all of them before the recovery time is over."""
TAKES = 0.1
"""Seconds until a call fails, where it can be delayed: all callers may be in flight by then."""
AFTER = 8
"""Requests that must be kept back once all calls have failed."""
SHARE = 0.9
"""Of the recovery time: when exactly it ends is another property's matter."""


def plan(experiment: Experiment) -> None:
    """Let many calls be in flight at the first failure, and look whether it is open after them."""
    experiment.drive("healthy", 2)
    with experiment.failing(experiment.within_timeout(TAKES)):
        by_resets = experiment.failure is FAILURES["reset"]
        callers = max(2 * experiment.threshold, CALLERS if by_resets else FEWER)
        experiment.drive("burst", callers, concurrency=callers)
        experiment.drive("after", AFTER)


def judge(recording: Recording) -> Verdict:
    """Judge only the requests after the burst: what was in flight by then is exposure, no fault."""
    burst, after = recording.attempts("burst"), recording.run("after")
    failed, callers = recording.failed("burst"), len(recording.run("burst").responses)
    threshold = recording.claimed
    ended = sorted(a.ended for a in failed if a.ended is not None)
    known = ended[threshold - 1] if len(ended) >= threshold else float("inf")
    late = sum(attempt.started > known for attempt in burst)
    recovery = recording.recovery.least if recording.recovery else float("inf")
    # It cannot have opened before so many calls had started. That is sure; when it learned of their
    # failures is not: a busy tap may note them late.
    started = sorted(attempt.started for attempt in burst)
    since = started[threshold - 1] if len(started) >= threshold else known
    until = since + surely_held(recording, burst) + recovery * SHARE
    seen = tuple(a for a in recording.attempts("after") if a.started < until)
    requests = sum(response.started < until for response in after.responses)
    ruling = Ruling.FAIL if seen else Ruling.PASS
    if len(ended) < threshold or (not seen and requests < AFTER // 2):
        ruling = Ruling.INCONCLUSIVE
    return rule(
        recording,
        "opens under concurrent failures",
        ruling,
        f"{len(burst)} of {callers} concurrent requests reached the dependency; after them"
        f" {len(seen)} calls of {requests} requests did, allowed are 0.",
        steps=("after",),
        counted=seen,
        needs=f"{threshold} calls that fail at once, and a recovery time longer than they take",
        findings=(
            Finding("exposure", max(0, len(burst) - threshold), "calls beyond the threshold"),
            Finding("of these begun once the dependency was known to be dead", late, "calls"),
        ),
    )


PROPERTY = Property(
    name="opens-under-concurrency",
    promise="It is open once concurrent calls have failed; its exposure is reported, not judged.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Circuit Breaker",
    plan=plan,
    judge=judge,
    each_failure=True,
    needs_timeout=True,
    workers_matter=WorkersMatter.CROWDS,
)
