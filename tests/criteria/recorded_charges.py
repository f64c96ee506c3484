"""Charges made by hand, and the verdict of `at_most_once` on them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.criteria.recorded import STEP, responses, run
from windtunnel import at_most_once
from windtunnel.criteria import Verdict
from windtunnel.records import Evidence, Exchange, ExchangeOutcome, FieldState, RecordedField, Run

KEY, ORDER = "header:Idempotency-Key", "json:order.id"
LOST: dict[str, Any] = {"status": "", "outcome": ExchangeOutcome.FAILED, "dependency_status": "201"}
"""What becomes of a call whose answer is lost after the effect."""
NEVER: dict[str, Any] = {"status": "503", "forwarded": False, "faults": ("http_status",)}
"""What becomes of a call that a fault answers."""
CUT: dict[str, Any] = {"status": "", "outcome": ExchangeOutcome.FAILED}
"""What becomes of a call of which nothing more is known."""


def field(name: str, value: str) -> RecordedField:
    if value == "?":
        return RecordedField(name=name, state=FieldState.UNREAD)
    state = FieldState.PRESENT if value else FieldState.ABSENT
    return RecordedField(name=name, state=state, value=value)


def charge(request: float, key: str, order: str = "", **fates: Any) -> Exchange:  # noqa: ANN401 - any field
    """Return a call during the request of that number, counted from 0."""
    made = Exchange(
        dependency="payment",
        connection=1,
        index=0,
        request="POST /charges",
        started=request * STEP + 0.001,
        ended=request * STEP + 0.002,
        outcome=ExchangeOutcome.ANSWERED,
        status="201",
        fields=(field(KEY.lower(), key), field(ORDER, order)),
    )
    return replace(made, **fates)


def good(*numbers: int) -> list[Exchange]:
    """Return one charge, with a key of its own, for each of these requests."""
    return [charge(number, f"k{number}", f"o{number}") for number in numbers]


def made(calls: Iterable[Exchange], *, requests: int = 4, concurrency: int = 1) -> Run:
    seen = Evidence(
        dependency="payment",
        at=100.0,
        exchanges=tuple(sorted(calls, key=lambda each: each.started)),
        recorded=(KEY.lower(), ORDER),
    )
    return run(responses(requests), seen, concurrency=concurrency)


def judged(*calls: Exchange, **arguments: Any) -> Verdict:  # noqa: ANN401 - as it takes them
    return at_most_once(made(calls), "payment", **{"key": KEY, **arguments})
