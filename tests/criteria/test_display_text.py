"""No verdict rests on display text: what records and verdicts say can change without changing one.

The judges see the same records twice: once as they are, and once while every text that is made of
them says something else, such as another status or another failure.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from tests.conformance.hand_made import Call, failed, kept, part, real, recording
from tests.criteria.recorded import evidence, exchange, refused, responses, run
from windtunnel import (
    Category,
    Ruling,
    Verdict,
    all_answered,
    breaker_closes,
    breaker_half_opens,
    breaker_opens,
    error_rate,
    fallbacks_served,
    fault_touched,
)
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties import client_errors_do_not_count, opens, several_workers
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.criteria.score import score
from windtunnel.records import (
    Attempt,
    AttemptFailure,
    AttemptKind,
    Connection,
    ExchangeOutcome,
    FaultWindow,
    Handshake,
    HandshakeOutcome,
    RequestFailure,
    Response,
    Run,
)

MISLEADING = (
    "",
    "GET /agents: 404",
    "GET /agents: 200",
    "GET /agents: failed",
    "connection refused",
    "could not be connected",
    "timed out",
    "FAIL",
)
WINDOW = FaultWindow(fault="Outage('catalog')", dependency="catalog", began=0.0, ended=1.0)


def drawn(seed: int) -> Random:
    """Return what a test draws from."""
    return Random(seed)  # noqa: S311 - replayable, not secret


def some_call(random: Random, number: int) -> Call:
    """Return a request of any kind, with what its call to the dependency came to."""
    at, takes = number * 0.01, random.uniform(0.001, 0.008)
    make = random.choice((real, failed, kept))
    call = make(at, takes)
    return replace(
        call,
        answer=random.choice(("200", "200", "404", "500", "503")),
        fallback=call.fallback or random.random() < 0.3,
    )


def some_run(random: Random) -> Run:
    """Return a run with exchanges, refused and failed connections, and failed handshakes."""
    calls = [some_call(random, number) for number in range(random.randrange(1, 30))]
    lost = [
        Connection(
            dependency="catalog",
            number=100 + number,
            opened=random.uniform(0.0, 0.3),
            closed=0.4,
            reached=False,
            handshake=random.choice(
                (None, Handshake(outcome=HandshakeOutcome.FAILED, reason=": 404", began=0.0))
            ),
        )
        for number in range(random.randrange(3))
    ]
    times = [random.uniform(0.0, 0.3) for _ in range(random.randrange(3))]
    seen = evidence(
        *(each.exchange for each in calls if each.reached),
        connections=lost,
        refusals=[refused(times)] if times else [],
    )
    return run([each.response for each in calls], seen, concurrency=random.choice((1, 1, 5)))


def some_recording(random: Random) -> Recording:
    """Return a recording that each of the judges below can read."""
    steps = [
        part(name, *(some_call(random, 100 * first + number) for number in range(count)))
        for first, (name, count) in enumerate(
            {"healthy": 2, "failing": 12, "spread": 25, "client errors": 7, "check": 1}.items()
        )
    ]
    return recording(*steps, claims=Claims(recovery=0.4, workers=random.choice((None, 1, 2))))


def of_run(seen: Run) -> list[Verdict]:
    """Return the verdicts of every criterion that looks at calls or answers one by one."""
    return [
        all_answered(seen, within=0.005),
        breaker_closes(seen, "catalog"),
        breaker_half_opens(seen, "catalog"),
        breaker_opens(seen, "catalog"),
        error_rate(seen, "/api/agents"),
        fallbacks_served(seen, "catalog"),
        fault_touched(WINDOW, seen.at("catalog")),
    ]


def of_recording(seen: Recording) -> list[Verdict]:
    """Return the verdicts of the properties that ask what a call was."""
    return [each.judge(seen) for each in (opens, several_workers, client_errors_do_not_count)]


def decided(verdicts: Sequence[Verdict]) -> list[object]:
    """Return all of the verdicts that is not text."""
    return [
        (
            each.ruling,
            each.value,
            each.lower,
            each.upper,
            [(moment.at, moment.counted) for moment in each.timeline],
        )
        for each in verdicts
    ]


@pytest.fixture
def misled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Random], None]:
    """Give a function that makes all texts of records say anything, from then on."""

    def mislead(random: Random) -> None:
        def text(self: object) -> str:
            return random.choice(MISLEADING)

        monkeypatch.setattr(Attempt, "__str__", text)
        monkeypatch.setattr(Response, "answer", property(text))
        monkeypatch.setattr(RequestFailure, "text", property(text))
        for kind in (AttemptKind, AttemptFailure, ExchangeOutcome, HandshakeOutcome):
            monkeypatch.setattr(kind, "__str__", text)
            monkeypatch.setattr(kind, "__format__", lambda self, spec: text(self))

    return mislead


@pytest.mark.parametrize("seed", range(60))
def test_a_criterion_decides_alike_whatever_the_records_say(
    seed: int, misled: Callable[[Random], None]
) -> None:
    seen = some_run(drawn(seed))
    before = of_run(seen)
    misled(drawn(seed))
    after = of_run(seen)
    assert decided(after) == decided(before)


@pytest.mark.parametrize("seed", range(60))
def test_a_property_decides_alike_whatever_the_records_say(
    seed: int, misled: Callable[[Random], None]
) -> None:
    seen = some_recording(drawn(seed))
    before = of_recording(seen)
    misled(drawn(seed))
    assert decided(of_recording(seen)) == decided(before)


def test_the_texts_above_do_change(misled: Callable[[Random], None]) -> None:
    seen = some_run(drawn(1))
    before = [[moment.what for moment in verdict.timeline] for verdict in of_run(seen)]
    misled(drawn(1))
    after = [[moment.what for moment in verdict.timeline] for verdict in of_run(seen)]
    assert after != before


@pytest.mark.parametrize(
    ("request_", "status", "failing"),
    [
        ("GET /agents", "200", True),
        ("GET /agents", "404", False),
        ("GET /agents?time=12: 45", "200", True),
        ("GET /: 404", "200", True),
    ],
)
def test_only_a_client_error_s_status_excuses_an_answer_that_was_not_used(
    request_: str, status: str, *, failing: bool
) -> None:
    call = replace(exchange(0.001, status=status), request=request_)
    [seen] = matched_attempts(run(responses(1, status=500), evidence(call)), "catalog")
    assert seen.failed is failing
    assert seen.failure is (AttemptFailure.UNUSED if failing else None)


def test_each_kind_of_attempt_has_its_fields() -> None:
    handshake = Handshake(outcome=HandshakeOutcome.FAILED, reason="unknown ca", began=0.0)
    lost = Connection(dependency="catalog", number=7, opened=0.3, reached=False)
    seen = evidence(
        exchange(0.0),
        exchange(0.1, status="503"),
        exchange(0.2, status=""),
        connections=[lost, replace(lost, number=8, opened=0.4, handshake=handshake)],
        refusals=[refused([0.5])],
    ).attempts
    assert [(each.kind, each.status, each.failure) for each in seen] == [
        (AttemptKind.EXCHANGE, 200, None),
        (AttemptKind.EXCHANGE, 503, AttemptFailure.SERVER_ERROR),
        (AttemptKind.EXCHANGE, None, AttemptFailure.NO_ANSWER),
        (AttemptKind.FAILED_CONNECTION, None, AttemptFailure.NOT_CONNECTED),
        (AttemptKind.FAILED_HANDSHAKE, None, AttemptFailure.HANDSHAKE),
        (AttemptKind.REFUSED_CONNECTION, None, AttemptFailure.REFUSED),
    ]
    assert [str(each) for each in seen] == [
        "GET /agents: 200",
        "GET /agents: 503",
        "GET /agents: failed",
        "could not be connected",
        "TLS handshake failed: unknown ca",
        "connection refused",
    ]


@pytest.mark.parametrize(
    ("criterion", "criterion_id", "points"),
    [
        ("breaker trips in time", "breaker_opens", 20),
        ("breaker opens within 3 failures", "", 0),
        ("it opens no connection", "opens_no_connection", 0),
    ],
)
def test_breaker_points_are_earned_by_the_criterion_not_by_its_name(
    criterion: str, criterion_id: str, points: int
) -> None:
    verdict = Verdict(
        criterion=criterion,
        criterion_id=criterion_id,
        subject="db",
        ruling=Ruling.PASS,
        statement="",
        category=Category.BREAKERS,
        covers=("db",),
    )
    assert score([verdict], [], ["db"]).of(Category.BREAKERS) == points
