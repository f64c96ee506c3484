"""Puts requests as the caller saw them beside attempts as the dependency's tap saw them."""

from collections.abc import Collection, Sequence

from harness.criteria.attempts import Attempt
from harness.criteria.verdict import Moment
from harness.records import Response


def timeline(
    responses: Sequence[Response],
    dependency: str,
    reached: Sequence[Attempt],
    counted: Collection[Attempt],
    *,
    longest: int = 40,
) -> tuple[Moment, ...]:
    """Return at most `longest` moments in order of time; those in `counted` are marked.

    They are the first ones, or those around the first that is marked, where that comes later.
    """
    moments = [Moment(response.started, "caller", _described(response)) for response in responses]
    moments.extend(
        Moment(attempt.started, dependency, attempt.what, counted=attempt in counted)
        for attempt in reached
    )
    moments.sort(key=lambda moment: (moment.at, moment.place != "caller"))
    first = next((index for index, moment in enumerate(moments) if moment.counted), 0)
    begin = 0 if first < longest else min(first - longest // 2, len(moments) - longest)
    return tuple(moments[begin : begin + longest])


def _described(response: Response) -> str:
    answer = str(response.status) if response.status is not None else response.failure
    fallback = " fallback" if response.fallback else ""
    return (
        f"request {response.number} {response.endpoint}: {answer}{fallback}"
        f" ({response.duration * 1000:.1f} ms)"
    )
