"""The attempts of a run, each matched with the answer of the caller that made it."""

from collections.abc import Sequence
from dataclasses import replace

from windtunnel.criteria.tap_attempts import attempts
from windtunnel.records import Attempt, AttemptFailure, Response, Run


def matched_attempts(run: Run, dependency: str) -> list[Attempt]:
    """Return the attempts that started during a run, in order of their start.

    In a sequential run each attempt belongs to one caller. While a fault holds a connection, that
    caller's answer shows more than the tap can see: when the service gave up, and that it could not
    use an answer. An error that another dependency may have caused is not counted against this one.
    """
    seen = [a for a in attempts(run.at(dependency)) if run.began <= a.started <= run.ended]
    if run.concurrency > 1:
        return seen
    others = [
        attempt
        for evidence in run.evidence
        if evidence.dependency != dependency
        for attempt in attempts(evidence)
    ]
    return [_with_answer(attempt, run, dependency, others) for attempt in seen]


def falls_back(response: Response, dependency: str) -> bool:
    """Return whether an answer names this dependency's fallback, alone or in a list: "a, b"."""
    return dependency in (name.strip() for name in response.fallback.split(","))


def _with_answer(attempt: Attempt, run: Run, dependency: str, others: Sequence[Attempt]) -> Attempt:
    for each in run.responses:
        if each.started <= attempt.started <= each.ended:
            ended = each.ended if attempt.ended is None else min(attempt.ended, each.ended)
            without = not each.succeeded and (
                _gave_up(attempt, each) or not _elsewhere(run, each, dependency, others)
            )
            failure = attempt.failure
            # A service may turn a client error of its dependency into any answer.
            if (without or falls_back(each, dependency)) and not attempt.is_client_error:
                failure = failure or AttemptFailure.UNUSED
            return replace(attempt, ended=ended, failure=failure)
    return attempt


def _gave_up(attempt: Attempt, response: Response) -> bool:
    """Whether the caller had its answer before its call ended."""
    return attempt.ended is None or attempt.ended > response.ended


def _elsewhere(run: Run, response: Response, dependency: str, others: Sequence[Attempt]) -> bool:
    """Whether another dependency, and not this one, may have caused a caller's error.

    That is so where a call there failed or was given up, or where a fault was in force there (its
    breaker may be open), and no fault was in force here.
    """
    faulty = {
        window.dependency
        for window in run.faults
        if window.began <= response.ended
        and (window.ended is None or window.ended >= response.started)
    }
    if dependency in faulty:
        return False
    return bool(faulty) or any(
        (attempt.failed or _gave_up(attempt, response))
        and response.started <= attempt.started <= response.ended
        for attempt in others
    )
