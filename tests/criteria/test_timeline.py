"""The moments that a verdict shows."""

import pytest

from windtunnel.criteria.timeline import timeline
from windtunnel.records import Attempt, AttemptKind, ExchangeOutcome

SEEN = [
    Attempt(
        kind=AttemptKind.EXCHANGE,
        started=float(at),
        ended=at + 0.5,
        request=f"call {at}",
        outcome=ExchangeOutcome.ANSWERED,
    )
    for at in range(100)
]


@pytest.mark.parametrize(
    ("counted", "first"),
    [((), 0), ((0,), 0), ((39,), 0), ((40,), 20), ((50, 90), 30), ((85,), 60), ((99,), 60)],
)
def test_it_shows_the_first_moments_or_those_around_the_first_that_counts(
    counted: tuple[int, ...], first: int
) -> None:
    marked = [SEEN[at] for at in counted]
    shown = timeline((), "catalog", SEEN, marked, longest=40)
    assert [each.at for each in shown] == [float(at) for at in range(first, min(100, first + 40))]
    assert [each.at for each in shown if each.counted] == [
        float(at) for at in counted if at < first + 40
    ]
