"""Infers a breaker's phases from the wire: what reached the dependency, and what was kept back."""

from dataclasses import dataclass

from windtunnel.conformance.experiment_recording import Recording, reached
from windtunnel.records import Attempt

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in one state, as far as can be seen from outside."""

    state: str
    began: float
    ended: float


def phases(recording: Recording) -> tuple[Phase, ...]:
    """Return the phases of a recording without gaps, in order of time.

    It is open from the call after which a request was kept back, half-open from the next call, and
    closed once a call starts after a half-open one has succeeded. An inference for pictures: no
    verdict rests on it.
    """
    run = recording.whole
    seen = recording.calls
    state, since, found = CLOSED, run.began, list[Phase]()
    last, good = run.began, float("inf")
    for at, attempt in _moments(recording, seen):
        following, change = state, at
        if attempt is None:
            following, change = OPEN, max(last, since) if state != OPEN else at
        elif state == OPEN:
            following, good = HALF_OPEN, float("inf")
        elif state == HALF_OPEN and at >= good:
            following = CLOSED
        if attempt is not None:
            ended = at if attempt.ended is None else attempt.ended
            last = max(last, ended if attempt.failed else at)
            good = good if attempt.failed else min(good, ended)
        if following != state:
            found.append(Phase(state, since, change))
            state, since = following, change
    return tuple(p for p in (*found, Phase(state, since, run.ended)) if p.ended > p.began)


def _moments(recording: Recording, seen: list[Attempt]) -> list[tuple[float, Attempt | None]]:
    """Return each call's start, and the start of each request that was kept back, as None."""
    # One that was cut off may have met a connection that the service was closing.
    kept = [
        response.started
        for response in recording.whole.responses
        if response.status is not None and not reached(response, seen)
    ]
    moments = [(a.started, a) for a in seen] + [(at, None) for at in kept]
    return sorted(moments, key=lambda moment: moment[0])
