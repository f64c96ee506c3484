"""What became of one journey: one record, whatever its function returned or raised."""

from collections.abc import Sequence
from dataclasses import replace

from windtunnel.errors import shortened
from windtunnel.load.journeys.step_sender import JourneySteps, TookTooLong
from windtunnel.records import JourneyStep, RequestFailure, Response

KEPT = 10_000
"""Journeys that succeeded whose steps keep headers and bodies: a million would fill the memory."""
LONGEST = 300
"""Characters of an exception's message that are kept."""


class AskedNothing(Exception):
    """The journey has a client, and made no request by it."""


def outcome(
    name: str,
    number: int,
    span: tuple[float, float],
    steps: JourneySteps,
    error: BaseException | None,
) -> Response:
    """Return the record of a journey whose function ran in that span and raised this, if any."""
    made = sorted(steps.made, key=lambda step: step.started)
    began = made[0].started if made else span[0]
    fallbacks = dict.fromkeys(
        part.strip() for step in made for part in step.fallback.split(",") if part.strip()
    )
    done = Response(
        number=number,
        endpoint=name,
        started=began,
        ended=max(step.ended for step in made) if made and error is None else span[1],
        fallback=", ".join(fallbacks),
        renewed=any(step.renewed for step in made),
        steps=_expected(made, is_kept=number <= KEPT) if error is None else tuple(made),
    )
    if error is None:
        return done
    failure, detail = _failure(error, steps)
    told = _told(error, made)
    return replace(
        done,
        failure=failure,
        detail=detail,
        status=told.status if told else None,
        headers=told.headers if told else {},
    )


def at_once(responses: Sequence[Response]) -> int:
    """Return how many steps of one journey were under way at the same time, at most."""
    most = 1
    for response in responses:
        moments = [(step.started, 1) for step in response.steps or ()]
        moments += [(step.ended, -1) for step in response.steps or ()]
        count = 0
        for _, change in sorted(moments):
            count += change
            most = max(most, count)
    return most


def _expected(made: Sequence[JourneyStep], *, is_kept: bool) -> tuple[JourneyStep, ...]:
    """Return the steps of a journey that succeeded: it took their answers below 500 for good."""
    found = tuple(
        replace(step, expected=(step.status,)) if step.status and step.status < 500 else step
        for step in made
    )
    return found if is_kept else tuple(replace(step, headers={}, body=b"") for step in found)


def _told(error: BaseException, made: Sequence[JourneyStep]) -> JourneyStep | None:
    """Return the last step where it was answered with an error: what the caller was told."""
    last = max(made, key=lambda step: step.ended, default=None)
    if isinstance(error, TookTooLong) or last is None or last.status is None:
        return None
    return last if last.status >= 400 else None


def _failure(error: BaseException, steps: JourneySteps) -> tuple[RequestFailure, str]:
    leaf: BaseException = error
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    if isinstance(leaf, TookTooLong):
        return RequestFailure.TIMED_OUT, str(leaf)
    if isinstance(leaf, AskedNothing):
        return RequestFailure.JOURNEY, str(leaf)
    cause: BaseException | None = leaf
    while cause is not None:
        for raised, failure in steps.raised:
            if cause is raised:
                return failure, _worded(leaf)
        cause = cause.__cause__
    return RequestFailure.JOURNEY, _worded(leaf)


def _worded(error: BaseException) -> str:
    """Return an exception as one line."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - a user's own exception may raise whatever it likes
        lines = []
    kind = type(error).__name__
    return shortened(f"{kind}: {' '.join(lines[0].split())}" if lines else kind, LONGEST)
