"""With several workers, each with a breaker of its own, the failures that get through add up."""

from harness.conformance.property import Property, rule
from harness.conformance.recording import Recording
from harness.conformance.stage import Stage
from harness.criteria import Finding, Ruling, Verdict

REQUESTS = 40
QUIET = 10
"""Requests at the end, each on a connection of its own, that must be kept back."""


def plan(stage: Stage) -> None:
    """Fail requests on connections of their own, which spread over the workers."""
    workers = stage.claims.workers or 1
    with stage.resetting():
        stage.spread("spread", REQUESTS + 10 * stage.claims.threshold * (workers - 1))


def judge(recording: Recording) -> Verdict:
    """Judge against the workers' number where it is known; else report what got through."""
    seen, run = recording.attempts("spread"), recording.run("spread")
    claims = recording.claims
    last = run.responses[-QUIET].started
    loud = sum(attempt.started >= last for attempt in seen)
    allowed = claims.threshold * (claims.workers or 1)
    ruling, needs = Ruling.PASS, ""
    if not seen:
        ruling, needs = Ruling.INCONCLUSIVE, "requests that reach the dependency"
    elif len(seen) > allowed:
        ruling = Ruling.FAIL if claims.workers else Ruling.INCONCLUSIVE
        needs = "the number of workers (--workers)"
    return rule(
        recording,
        "failures let through by all workers",
        ruling,
        f"{len(seen)} failures reached the dependency in {len(run.responses)} requests, each on its"
        f" own connection, {loud} of them in the last {QUIET}; allowed are {allowed}.",
        step="spread",
        counted=tuple(seen[allowed:]),
        needs=needs,
        findings=(Finding("breakers' worth of failures", len(seen) / claims.threshold, ""),),
    )


PROPERTY = Property(
    name="workers",
    promise="Each of several workers lets no more failures through than its own breaker may.",
    source="Envoy, circuit breaking: limits hold for each process, not for the whole service",
    plan=plan,
    judge=judge,
)
