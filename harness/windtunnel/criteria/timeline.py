"""One timeline of the callers' requests and the attempts at a dependency's tap."""

from collections.abc import Collection, Sequence

from windtunnel.criteria.verdict import Moment
from windtunnel.records import Attempt, Response


def timeline(
    responses: Sequence[Response],
    dependency: str,
    reached: Sequence[Attempt],
    counted: Collection[Attempt],
    *,
    longest: int = 40,
) -> tuple[Moment, ...]:
    """Return at most `longest` moments in order of time; those in `counted` are marked.

    They are the first moments; where the first marked one comes later, those around it.
    """
    moments = [Moment(response.started, "caller", _described(response)) for response in responses]
    moments.extend(
        Moment(attempt.started, dependency, str(attempt), counted=attempt in counted)
        for attempt in reached
    )
    moments.sort(key=lambda moment: (moment.at, moment.place != "caller"))
    seen_at_once = any(moment.counted for moment in moments[:longest])
    begin = 0 if seen_at_once else start(moments, longest)
    return tuple(moments[begin : begin + longest])


def start(moments: Sequence[Moment], longest: int) -> int:
    """Return the place from which `longest` moments have the first marked one in their middle.

    It is 0 where none is marked, and never so late that fewer moments would be shown.
    """
    first = next((place for place, moment in enumerate(moments) if moment.counted), 0)
    return max(0, min(first - longest // 2, len(moments) - longest))


def _described(response: Response) -> str:
    fallback = " fallback" if response.fallback else ""
    return (
        f"request {response.number} {response.endpoint}: {response.answer}{fallback}"
        f" ({response.duration * 1000:.1f} ms)"
    )
