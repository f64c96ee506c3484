"""Infers a breaker's phases from the wire: what reached the dependency, and what was kept back."""

from dataclasses import dataclass

from harness.conformance.recording import Recording, answered_at, reached

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in one state, as far as can be seen from outside."""

    state: str
    began: float
    ended: float


def phases(recording: Recording) -> tuple[Phase, ...]:
    """Return the phases of a recording without gaps, in order of time.

    It is open from the failure after which a request was kept back, half-open from the next call,
    and closed once a request that follows a success is let through. An inference for pictures:
    no verdict rests on it.
    """
    run = recording.whole
    seen = [attempt for step in recording.steps for attempt in recording.attempts(step.name)]
    moments: list[tuple[float, str, bool]] = [
        (attempt.started, "call", attempt.failed) for attempt in seen
    ]
    moments += [
        (response.started, "kept back", False)
        for response in run.responses
        if not reached(response, seen)
    ]
    moments.sort()
    state, since, found = CLOSED, run.began, []
    last_failure, good = run.began, False
    for number, (at, what, failed) in enumerate(moments):
        following = state
        if what == "kept back" and state != OPEN:
            following, change = OPEN, last_failure if state == CLOSED else moments[number - 1][0]
            change = max(change, since)
        elif what == "call" and state == OPEN:
            following, change, good = HALF_OPEN, at, not failed
        elif what == "call" and state == HALF_OPEN and good:
            following, change = CLOSED, at
        if what == "call" and failed:
            last_failure = next(answered_at(run, a) for a in seen if a.started == at)
        if following != state:
            found.append(Phase(state, since, change))
            state, since = following, change
    return tuple(p for p in (*found, Phase(state, since, run.ended)) if p.ended > p.began)
