"""When a breaker opens that counts as is claimed: simulated over the calls that really came."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from windtunnel.conformance.claims import Claims, Counting

SURE_CALLS = 2000
"""More calls than any claim can need."""


@dataclass(frozen=True, slots=True)
class EndedCall:
    """What a breaker counts of one call, in seconds: it ended between the two moments."""

    began: float
    ended: float
    failed: bool


@dataclass(frozen=True, slots=True)
class ExpectedOpening:
    """After how many failures of a series it may be open, and after how many it must be."""

    earliest: int | None
    latest: int | None
    """None where the series was too short."""


def expected_opening(
    claims: Claims, calls: Sequence[EndedCall], since: float = float("-inf")
) -> ExpectedOpening:
    """Return when it opens in the series of calls that ended after `since`.

    Those before it count too, as the claims say. All in order of their ends.
    """
    earliest: int | None = None
    failures = 0
    for number, call in enumerate(calls, 1):
        if call.ended <= since:
            continue
        failures += call.failed
        may, must = _decides(claims, calls[:number])
        if may and earliest is None:
            earliest = failures
        if must:
            return ExpectedOpening(earliest, failures)
    return ExpectedOpening(earliest, None)


@cache
def failures_needed(claims: Claims, healthy: int) -> int | None:
    """Return how many failures in a row surely open it after so many good calls.

    None where nothing is claimed. They are taken to fit into the window of time.
    """
    if claims.counts is None:
        return None
    calls = [EndedCall(0.0, 0.0, failed=False)] * healthy
    for failures in range(1, SURE_CALLS):
        calls.append(EndedCall(0.0, 0.0, failed=True))
        if _decides(claims, calls)[1]:
            return failures
    return None


@cache
def fewest_failures(claims: Claims) -> int | None:
    """Return after how many failures in a row it may be open, however many good calls came before.

    Good calls count towards the calls that a share needs, so that fewer failures are enough.
    """
    if claims.counts is None:
        return None
    most_healthy = claims.least_calls if claims.counts is Counting.SHARE else 0
    return min(
        (found for healthy in range(most_healthy + 1) if (found := _earliest(claims, healthy))),
        default=None,
    )


def _earliest(claims: Claims, healthy: int) -> int | None:
    calls = [EndedCall(0.0, 0.0, failed=False)] * healthy
    for failures in range(1, SURE_CALLS):
        calls.append(EndedCall(0.0, 0.0, failed=True))
        if _decides(claims, calls)[0]:
            return failures
    return None


def _decides(claims: Claims, calls: Sequence[EndedCall]) -> tuple[bool, bool]:
    """Return whether it may open at the last of these calls, and whether it must."""
    match claims.counts:
        case Counting.SHARE:
            return _by_share(claims, calls)
        case Counting.WINDOW:
            counted = [sum(each.failed for each in part) for part in _windows(claims, calls)]
        case Counting.CONSECUTIVE:
            counted = [sum(1 for _ in _streak(part)) for part in _windows(claims, calls)]
        case None:
            return False, False
    enough = claims.threshold or 1
    return any(count >= enough for count in counted), all(count >= enough for count in counted)


def _by_share(claims: Claims, calls: Sequence[EndedCall]) -> tuple[bool, bool]:
    # "At 50 %" is read by some as "from 50 % on", by others as "above": both are as claimed.
    assert claims.share is not None  # noqa: S101 - checked by Claims
    may, must = False, True
    for part in _windows(claims, calls):
        share = sum(each.failed for each in part) / len(part) if part else 0.0
        enough = len(part) >= claims.least_calls
        may |= enough and share >= claims.share - 1e-9
        must &= enough and (share > claims.share + 1e-9 or share >= 1)
    return may, must


def _streak(calls: Sequence[EndedCall]) -> Sequence[EndedCall]:
    length = 0
    while length < len(calls) and calls[-1 - length].failed:
        length += 1
    return calls[len(calls) - length :]


def _windows(claims: Claims, calls: Sequence[EndedCall]) -> list[Sequence[EndedCall]]:
    """Return the calls that count: as few as may count, and as many.

    Windows of time are kept in buckets of a second or more, and end late or early by one; and a
    busy tap may have noted an end late.
    """
    if claims.window_calls is not None:
        calls = calls[-claims.window_calls :]
    if claims.window is None or not calls:
        return [calls]
    window, last = claims.window, calls[-1]
    surely = last.ended - max(window / 2, window - 1.0)
    perhaps = last.began - window - max(0.1, window / 10)
    return [
        [each for each in calls if each.began >= surely or each is last],
        [each for each in calls if each.ended >= perhaps],
    ]
