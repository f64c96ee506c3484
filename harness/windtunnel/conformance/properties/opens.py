"""It opens after as many failures as are claimed, neither sooner nor later, whatever their kind."""

from dataclasses import replace

from windtunnel.conformance.expected_opening import expected_opening, failures_needed
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import (
    HEALTHY_BEFORE,
    Recording,
    opening,
    reached,
    repeated,
)
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule, unscored
from windtunnel.criteria import Ruling, Verdict, breaker_opens
from windtunnel.criteria.breaker_opens import ENOUGH_AFTER

SHARE = 0.9
"""Of the window: when exactly a failure ceases to count is another property's matter."""
AFTER = ENOUGH_AFTER + 3
"""Requests that are sent after the last failure that may be needed, to see silence."""


def plan(experiment: Experiment) -> None:
    """Make calls fail one after another, and go on for long enough to see silence."""
    experiment.drive("healthy", HEALTHY_BEFORE - 1)
    needed = failures_needed(experiment.claims, HEALTHY_BEFORE)
    with experiment.failing():
        if needed is None:
            experiment.until_silent("failing", silent=AFTER)
        else:
            experiment.drive("failing", (needed + AFTER) * experiment.workers_met)


def judge(recording: Recording) -> Verdict:
    """Judge the claim from both sides; without one, report what was seen."""
    if recording.claims.counts is None:
        return as_measured(recording, "failing")
    return as_claimed(recording, "failing")


def as_claimed(recording: Recording, step: str) -> Verdict:
    """Judge that it opened in a step when the calls so far must open it, and not before."""
    run, claims = recording.run(step), recording.claims
    needed = failures_needed(claims, HEALTHY_BEFORE)
    if run.at(recording.dependency).refusals and needed is not None:
        # Refused connections are counted, and not all of them seen one by one.
        return within(recording, needed * recording.workers_met, step=step)
    expected = expected_opening(claims, recording.ended_calls, since=run.began)
    latest = expected.latest
    if latest is None:
        return _undecided(recording, step, expected.earliest)
    verdict = within(recording, latest * recording.workers_met, step=step)
    early = kept_back_after(recording, step)
    takes = expected.earliest
    if verdict.ruling is Ruling.FAIL or early is None or takes is None or early >= takes:
        return verdict
    return _too_early(recording, verdict.criterion, early, f"{takes}", step=step)


def _too_early(
    recording: Recording, criterion: str, failures: int, takes: str, *, step: str
) -> Verdict:
    """Rule on one that opened before its callers' failures could open it.

    Health checks that open it as well as close it meet the fault, too: where they are claimed, they
    may have been what opened it.
    """
    checked = recording.claims.health_checks
    return rule(
        recording,
        criterion,
        Ruling.INCONCLUSIVE if checked else Ruling.FAIL,
        f"it opened after {failures} failures; as claimed it takes {takes}."
        + (" Its health checks met the fault too." if checked else ""),
        steps=(step,),
        needs="a fault that spares the health checks" if checked else "",
    )


def _undecided(recording: Recording, step: str, earliest: int | None) -> Verdict:
    """Judge a series of calls that may open it, as claimed, but need not."""
    found = opening(recording.run(step), recording.dependency)
    criterion = "breaker opens as claimed"
    if found and (earliest is None or found.failures < earliest):
        takes = "more" if earliest is None else f"{earliest}"
        return _too_early(recording, criterion, found.failures, takes, step=step)
    calls = [call for call in recording.attempts(step) if call.failed]
    ended = [call.ended for call in calls if call.ended is not None]
    span = max(ended, default=0.0) - min(ended, default=0.0)
    window = recording.claims.window
    counts = "" if window is None else f", and a failure counts for {window:g} s"
    return rule(
        recording,
        criterion,
        Ruling.PASS if found else Ruling.INCONCLUSIVE,
        f"{len(calls)} calls in a row failed over {span:.1f} s"
        f"{counts}"
        f"{f'; it opened after {found.failures}' if found else ''}.",
        steps=(step,),
        needs="a shorter timeout of the service, or a longer window",
    )


def as_measured(recording: Recording, step: str) -> Verdict:
    """Report after how many failures it opened; FAIL where none of many opened it."""
    found = opening(recording.run(step), recording.dependency)
    run, calls = recording.run(step), recording.attempts(step)
    if run.at(recording.dependency).refusals:
        # What could not be seen one by one is judged by its bounds.
        return within(recording, recording.threshold, step=step)
    seen = (
        f"it opened after {found.failures} failures"
        if found
        else f"{len(calls)} calls failed in {len(run.responses)} requests, and it did not open"
    )
    return rule(
        recording,
        "breaker opens",
        Ruling.PASS if found else Ruling.FAIL,
        f"{seen}; when it should is not claimed (--threshold, --share or --like).",
        steps=(step,),
    )


def kept_back_after(recording: Recording, step: str) -> int | None:
    """Return how many failures had begun when the first request was kept back; None if none was.

    None also where a call may have gone unseen.
    """
    run, seen = recording.run(step), recording.attempts(step)
    if run.at(recording.dependency).refusals:
        return None
    for response in sorted(run.responses, key=lambda each: each.started):
        # One that was cut off may have met a connection that the service was closing.
        if response.status is not None and not reached(response, seen):
            return sum(call.failed and call.started < response.started for call in seen)
    return None


def within(recording: Recording, failures: int, *, step: str = "failing") -> Verdict:
    """Judge that nothing reaches the dependency after so many failures.

    Failures that do not fit into the window, slow ones as a rule, need not open it.
    """
    recovery = recording.recovery.least * 0.5 if recording.recovery else float("inf")
    verdict = unscored(
        breaker_opens(
            recording.run(step),
            recording.dependency,
            within=failures,
            recovery=recovery,
        )
    )
    if verdict.ruling is Ruling.FAIL and repeated(recording, step):
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            statement=f"{verdict.statement} The client repeats what fails so by itself, which"
            " no-hidden-retries judges.",
            needs="a client that makes one call a request",
        )
    ended = sorted(a.ended for a in recording.attempts(step) if a.failed and a.ended)
    workers = recording.workers_met
    if verdict.ruling is Ruling.FAIL and workers > 1 and failures <= len(ended):
        span = ended[failures - 1] - ended[failures // workers - 1]
        if span >= recovery:
            return replace(
                verdict,
                ruling=Ruling.INCONCLUSIVE,
                statement=f"{verdict.statement} It took {span:.1f} s to open all {workers} workers'"
                " breakers, and the first may have probed by then.",
                needs="a shorter timeout of the service, or a longer recovery time",
            )
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
    workers_matter=WorkersMatter.UNCLAIMED,
    counts_failures=True,
)
