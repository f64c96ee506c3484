"""With several workers, each with a breaker of its own, the failures that get through add up."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Finding, Ruling, Verdict
from windtunnel.records import AttemptKind

REQUESTS = 25
QUIET = 8
"""Requests, each on a connection of its own, that must be kept back after the last call."""

CUT = {AttemptKind.REFUSED_CONNECTION, AttemptKind.FAILED_CONNECTION}
"""Attempts that came to no request: nobody can say whose they are."""


def plan(experiment: Experiment) -> None:
    """Fail requests on connections of their own, which spread over the workers."""
    experiment.drive("healthy", 3)
    workers = experiment.claims.workers or 1
    with experiment.resetting():
        experiment.spread("spread", REQUESTS + 10 * experiment.threshold * (workers - 1))


def judge(recording: Recording) -> Verdict:
    """Judge against the workers' number where it is known; else report what got through."""
    claims, run = recording.claims, recording.run("spread")
    failed = sorted(a.started for a in recording.attempts("spread") if a.failed)
    until = float("inf")
    if recording.recovery and len(failed) >= recording.threshold:
        # No breaker can have opened before so many had begun, so none may probe until then.
        until = failed[recording.threshold - 1] + 0.9 * recording.recovery.least
    seen = [attempt for attempt in recording.attempts("spread") if attempt.started < until]
    requests = [response for response in run.responses if response.started < until]
    last = seen[-1].started if seen else run.ended
    quiet = sum(response.started > last for response in requests)
    allowed = recording.threshold * (claims.workers or 1)
    ruling, needs = Ruling.PASS, ""
    # A worker that starts late, or checks on the dependency, makes calls that no request asked for.
    asked = {(attempt.kind, attempt.request) for attempt in recording.attempts("healthy")}
    own = [a for a in seen if a.kind in CUT or (a.kind, a.request) in asked]
    if len(own) > allowed:
        ruling = Ruling.FAIL if claims.workers else Ruling.INCONCLUSIVE
        needs = "the number of workers (--workers)"
    elif len(seen) > allowed:
        ruling = Ruling.INCONCLUSIVE
        needs = "calls like those of healthy requests alone"
    elif quiet < QUIET:
        ruling = Ruling.INCONCLUSIVE
        needs = f"{QUIET} requests that are kept back: a longer recovery time"
    return rule(
        recording,
        "failures let through by all workers",
        ruling,
        f"{len(seen)} failures reached the dependency in {len(requests)} requests, each on a"
        f" connection of its own, and none in the last {quiet}; allowed are {allowed}.",
        steps=("spread",),
        counted=tuple(seen[allowed:]),
        needs=needs,
        findings=(
            Finding("breakers' worth of failures", len(seen) / recording.threshold, ""),
            *_by_worker(len(seen), claims.workers),
        ),
    )


def _by_worker(failures: int, workers: int | None) -> tuple[Finding, ...]:
    return (Finding("failures let through by a worker", failures / workers, ""),) if workers else ()


PROPERTY = Property(
    name="workers",
    promise="Each of several workers lets no more failures through than its own breaker may.",
    source="Envoy, circuit breaking: limits hold for each process, not for the whole service",
    plan=plan,
    judge=judge,
    workers_matter=WorkersMatter.NEVER,
)
