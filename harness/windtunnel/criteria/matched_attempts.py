"""The attempts of a run, each matched with the answer of the caller that made it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from windtunnel.records import Attempt, AttemptFailure, Edge, Evidence, ObservedRun, Response


def matched_attempts(run: ObservedRun, dependency: str) -> list[Attempt]:
    """Return the attempts that started during a run, in order of their start.

    In a sequential run each attempt belongs to one caller, and to one step of a journey; those
    between two steps are left as the tap saw them. While a fault holds a connection, that
    caller's answer shows more than the tap can see: when the service gave up, and that it could not
    use an answer. An error that another dependency may have caused is not counted against this one.
    """
    own = run.at(dependency)
    seen = list(own.attempts_between(run.began, run.ended))
    if not run.is_sequential:
        return seen
    others = [evidence for evidence in run.evidence if evidence is not own]
    asked = run.single_requests
    starts = [response.started for response in asked]
    found: list[Attempt] = []
    for attempt in seen:
        # One caller sends its requests one by one, so the last that began is the only candidate.
        last = bisect_right(starts, attempt.started) - 1
        answer = asked[last] if last >= 0 else None
        found.append(
            _with_answer(attempt, answer, run, dependency, others)
            if answer is not None and attempt.started <= answer.ended
            else attempt
        )
    return found


def falls_back(response: Response, dependency: str) -> bool:
    """Return whether an answer names this dependency's fallback, alone or in a list: "a, b"."""
    return Edge(dependency).dependency in (name.strip() for name in response.fallback.split(","))


def _with_answer(
    attempt: Attempt,
    answer: Response,
    run: ObservedRun,
    dependency: str,
    others: Sequence[Evidence],
) -> Attempt:
    ended = answer.ended if attempt.ended is None else min(attempt.ended, answer.ended)
    without = not answer.succeeded and (
        _gave_up(attempt, answer) or not _elsewhere(run, answer, dependency, others)
    )
    failure = attempt.failure
    # A service may turn a client error of its dependency into any answer.
    if (without or falls_back(answer, dependency)) and not attempt.is_client_error:
        failure = failure or AttemptFailure.UNUSED
    return replace(attempt, ended=ended, failure=failure)


def _gave_up(attempt: Attempt, response: Response) -> bool:
    """Whether the caller had its answer before its call ended."""
    return attempt.ended is None or attempt.ended > response.ended


def _elsewhere(
    run: ObservedRun, response: Response, dependency: str, others: Sequence[Evidence]
) -> bool:
    """Whether another dependency, and not this one, may have caused a caller's error.

    That is so where a call there failed or was given up, or where a fault was in force there (its
    breaker may be open), and no fault was in force here.
    """
    faulty = [
        window
        for window in run.faults
        if window.began <= response.ended
        and (window.ended is None or window.ended >= response.started)
    ]
    name = Edge(dependency).dependency
    if any(each.dependency == name and each.caller in {"", run.target} for each in faulty):
        return False
    return bool(faulty) or any(
        attempt.failed or _gave_up(attempt, response)
        for evidence in others
        for attempt in evidence.attempts_between(response.started, response.ended)
    )
