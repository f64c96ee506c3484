"""How complete a tap's evidence is: bounds on counts, and what a verdict on them needs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from windtunnel.criteria.indistinct_calls import WHY, may_have_called, surely_calls
from windtunnel.records import Attempt, AttemptKind, Certainty, Evidence, Hidden, Refusals


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a count may be."""

    least: int
    most: float
    """math.inf where nothing could be counted."""

    @property
    def exact(self) -> bool:
        """Whether both ends agree."""
        return self.least == self.most

    def __str__(self) -> str:
        return f"{self.least}" if self.exact else f"{self.least} to {self.most:g}"


def between(evidence: Evidence, since: float, until: float) -> Bounds:
    """Return how many attempts started from `since` to `until`, with those that were not seen."""
    seen = evidence.attempts_between(since, until)
    least = surely_calls(evidence, since, until) - doubtful(evidence, seen, until - since)
    return Bounds(
        max(least, 0),
        len(seen)
        + uncounted(evidence, since, until)
        + missed(evidence, since, until)
        + may_have_called(evidence, since, until),
    )


def may_hold_calls(evidence: Evidence, since: float, until: float) -> bool:
    """Return whether a call may have started in this time: what `between` says at most, quickly."""
    return bool(
        evidence.started_between(since, until)
        or missed(evidence, since, until)
        or uncounted(evidence, since, until)
        or may_have_called(evidence, since, until)
    )


def doubtful(evidence: Evidence, seen: Sequence[Attempt], seconds: float) -> int:
    """Return how many of these attempts, made in so many seconds, may be none of a request's.

    They are of a kind that the target also makes without being asked.
    """
    found = 0
    for unasked in evidence.unasked:
        alike = sum(_is_kind(each, unasked.request) for each in seen)
        found += min(alike, unasked.most(seconds))
    return found


def _is_kind(attempt: Attempt, request: str) -> bool:
    if attempt.kind is not AttemptKind.EXCHANGE:
        return not request
    return attempt.request.partition("?")[0] == request


def uncounted(evidence: Evidence, since: float, until: float) -> float:
    """Return how many refused attempts a window may hold beyond those seen one by one."""
    return sum(_uncertain(refusals, since, until) for refusals in evidence.refusals)


def missed(evidence: Evidence, since: float = 0.0, until: float = math.inf) -> float:
    """Return how many attempts of a time the tap may have missed: 0, or math.inf.

    Where the tap discarded records or could not read its traffic, what it saw still counts, but
    silence proves nothing.
    """
    blind = any(
        spot.hides is Hidden.CALLS and spot.overlaps(since, until) for spot in evidence.blind_spots
    )
    return math.inf if evidence.dropped or blind else 0


def needed(evidence: Evidence) -> str:
    """Return what a verdict needs where this evidence may have missed attempts."""
    reasons = partial(evidence)
    return f"complete evidence ({'; '.join(reasons)})" if reasons else "complete evidence"


def partial(evidence: Evidence) -> tuple[str, ...]:
    """Return why this evidence is not complete, each reason as one sentence."""
    reasons = [f"{spot}" for spot in evidence.blind_spots]
    if evidence.dropped:
        reasons.append(f"{evidence.dropped} records were discarded by the tap")
    reasons.extend(
        f"refused attempts were counted by {refusals.certainty}: an upper bound"
        if refusals.certainty is Certainty.COUNTERS
        else "refused attempts could not be counted"
        for refusals in evidence.refusals
        if refusals.certainty is not Certainty.PACKETS
    )
    if not evidence.tells_calls_apart and (evidence.exchanges or evidence.arrivals):
        reasons.append(WHY)
    reasons.extend(f"{unasked}" for unasked in evidence.unasked if unasked.rate)
    return tuple(dict.fromkeys(reasons))


def _uncertain(refusals: Refusals, since: float, until: float) -> float:
    """Return how many refused attempts a window may hold beyond those seen one by one."""
    end = refusals.until if refusals.until is not None else until
    if end < since or refusals.since > until or refusals.certainty is Certainty.PACKETS:
        return 0
    if refusals.certainty is Certainty.NONE:
        return float("inf")
    # The last reading at or before the window, and the first at or after it.
    before = max((count for at, count in refusals.samples if at <= since), default=0)
    after = [count for at, count in refusals.samples if at >= until]
    top = after[0] if after else max((count for _, count in refusals.samples), default=0)
    return max(0, top - before)
