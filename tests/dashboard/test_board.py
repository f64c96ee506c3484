"""What is kept is bounded, and what changed is told once, with the witness that says so."""

from dataclasses import replace

from windtunnel.dashboard.board import EVENTS, POINTS, Board, Sample
from windtunnel.dashboard.exposition import BreakerReading, EndpointReading, Reading
from windtunnel.dashboard.wire import WireFigures
from windtunnel.records import RequestFailure, Response

QUIET = WireFigures(
    answered=5, failed=0, unseen=0, under_way=0, opened=0, connections=1, requests=5
)


def reading(state: str, openings: float = 0, requests: float = 0) -> Reading:
    return Reading(
        breakers={"catalog": BreakerReading(state=state, openings=openings)},
        endpoints={"/a": EndpointReading(requests=requests)},
    )


def sample(at: float, **changes: object) -> Sample:
    plain = Sample(
        at=at,
        wall=1000 + at,
        responses=(),
        wire={"catalog": QUIET},
        doubts={},
        reading=reading("closed"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's own changes


def told(board: Board) -> list[tuple[str, str]]:
    return [(event.source, event.text) for event in board.events(0)]


def test_a_breaker_that_opens_and_closes_is_told_once_each() -> None:
    board = Board(["/a"])
    for at, state in enumerate(["closed", "open", "open", "half_open", "closed"]):
        board.add(sample(at, reading=reading(state, openings=float(at > 0))))
    assert told(board) == [
        ("target", "breaker of catalog: closed → open"),
        ("target", "breaker of catalog: open → half-open"),
        ("target", "breaker of catalog: half-open → closed"),
    ]
    assert [point.lanes["catalog"].breaker for point in board.points(0)] == [
        "open",
        "open",
        "half_open",
        "closed",
    ]


def test_an_opening_between_two_looks_is_not_lost() -> None:
    board = Board(["/a"])
    board.add(sample(0, reading=reading("closed", openings=1)))
    board.add(sample(1, reading=reading("closed", openings=2)))
    assert told(board) == [("target", "breaker of catalog opened between two looks; it is closed")]


def test_failing_calls_at_the_wire_are_told_when_they_begin_and_end() -> None:
    board = Board(["/a"])
    failing = replace(QUIET, answered=0, failed=3)
    idle = replace(QUIET, answered=0)
    for at, seen in enumerate([QUIET, failing, idle, failing, QUIET, QUIET]):
        board.add(sample(at, wire={"catalog": seen}))
    assert told(board) == [
        ("wire", "calls at catalog fail"),
        ("wire", "calls at catalog are answered again"),
    ]


def test_a_silent_target_is_told_with_the_reason_and_shows_the_wire_alone() -> None:
    board = Board(["/a"])
    for at in range(3):
        board.add(sample(at, reading=None, silence="GET /metrics answered 404, expected 200"))
    assert told(board) == [
        ("windtunnel", "the target says nothing: GET /metrics answered 404, expected 200")
    ]
    now = board.figures.dependencies["catalog"]
    assert (now.breaker, now.pool, now.wire) == (None, None, QUIET)
    assert board.figures.served == {}
    assert board.points(0)[0].lanes["catalog"].breaker is None


def test_what_is_kept_is_bounded() -> None:
    board = Board(["/a"])
    for at in range(POINTS + 50):
        board.add(sample(at))
        board.record_event(at, "you", "something")
    assert len(board.points(0)) == POINTS
    assert len(board.events(0)) == EVENTS


def test_only_what_is_new_is_given_out() -> None:
    board = Board(["/a"])
    board.add(sample(0))
    board.add(sample(1))
    seen = board.number
    board.record_event(2, "you", "injected")
    board.add(sample(2))
    assert [event.text for event in board.events(seen)] == ["injected"]
    assert [point.at for point in board.points(seen)] == [1002]


def test_endpoints_are_shown_by_both_witnesses() -> None:
    answer = Response(number=1, endpoint="/a", started=0.0, ended=0.25, status=200)
    responses = (
        answer,
        replace(answer, fallback="catalog"),
        replace(answer, status=None, failure=RequestFailure.REFUSED),
        replace(answer, endpoint="/other"),
    )
    board = Board(["/a"])
    board.add(sample(0, reading=reading("closed", requests=100)))
    board.add(sample(2, responses=responses, reading=reading("closed", requests=110)))
    point = board.points(0)[0]
    assert (point.answered, point.fallback, point.failed, point.seconds) == (2, 1, 1, 2)
    assert board.figures.callers["/a"].per_second == 1.5
    assert board.figures.callers["/a"].p99 == 0.25
    assert board.figures.served["/a"].per_second == 5
