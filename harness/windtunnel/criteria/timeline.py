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
    # By places, so that of a million requests no more is made than is shown.
    places = [(response.started, 0, place) for place, response in enumerate(responses)]
    places += [(attempt.started, 1, place) for place, attempt in enumerate(reached)]
    places.sort()
    marked = set(counted)
    marks = [bool(kind) and reached[place] in marked for _, kind, place in places]
    begin = 0 if any(marks[:longest]) else start(marks, longest)
    return tuple(
        Moment(at, dependency, str(reached[place]), counted=mark)
        if kind
        else Moment(at, "caller", _described(responses[place]))
        for (at, kind, place), mark in zip(
            places[begin : begin + longest], marks[begin : begin + longest], strict=True
        )
    )


def start(marks: Sequence[bool], longest: int) -> int:
    """Return the place from which `longest` moments have the first marked one in their middle.

    It is 0 where none is marked, and never so late that fewer moments would be shown.
    """
    first = next((place for place, mark in enumerate(marks) if mark), 0)
    return max(0, min(first - longest // 2, len(marks) - longest))


def _described(response: Response) -> str:
    fallback = " fallback" if response.fallback else ""
    return (
        f"request {response.number} {response.endpoint}: {response.answer}{fallback}"
        f" ({response.duration * 1000:.1f} ms)"
    )
