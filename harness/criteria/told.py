"""Attempts as the tap and the callers tell of them together."""

from dataclasses import replace

from harness.criteria.attempts import Attempt, attempts
from harness.records import Response, Run


def told(run: Run, dependency: str) -> list[Attempt]:
    """Return the attempts that started during a run, in order of their start.

    In a sequential run each belongs to one caller, whose answer tells more than the tap can see
    while a fault holds a connection: when the service gave up, and that it could not use an answer.
    """
    seen = [a for a in attempts(run.at(dependency)) if run.began <= a.started <= run.ended]
    if run.concurrency > 1:
        return seen
    return [_with_answer(attempt, run.responses, dependency) for attempt in seen]


def falls_back(response: Response, dependency: str) -> bool:
    """Return whether an answer names a dependency's fallback, among others perhaps: "a, b"."""
    return dependency in (name.strip() for name in response.fallback.split(","))


def _with_answer(attempt: Attempt, responses: tuple[Response, ...], dependency: str) -> Attempt:
    for each in responses:
        if each.started <= attempt.started <= each.ended:
            ended = each.ended if attempt.ended is None else min(attempt.ended, each.ended)
            # A service may turn a client error of its dependency into any answer.
            without = not each.succeeded or falls_back(each, dependency)
            unusable = without and ": 4" not in attempt.what
            return replace(attempt, ended=ended, failed=attempt.failed or unusable)
    return attempt
