"""Criteria judge a service on PostgreSQL by its statements; each test has what must fail."""

import pytest

from tests.protocols.postgresql.conftest import Tapped
from tests.protocols.postgresql.notes_stack import direct, stack_with
from windtunnel import (
    ConnectionReset,
    Ruling,
    breaker_opens,
    calls_per_request,
    fallbacks_served,
    opens_no_connection,
    touches_nothing,
)
from windtunnel.session import Session

psycopg = pytest.importorskip("psycopg")
pytest.importorskip("psycopg_pool")
pytestmark = [pytest.mark.slow, pytest.mark.busy]


@pytest.mark.parametrize(("breaker", "expected"), [("on", Ruling.PASS), ("off", Ruling.FAIL)])
def test_a_breaker_in_front_of_resets(session: Session, breaker: str, expected: Ruling) -> None:
    """What reaches the tap are starts of connections: no statement follows on them."""
    with stack_with(session, BREAKER=breaker, POOL="off") as stack:
        stack.drive("/notes", requests=3)
        with stack.inject(ConnectionReset("database")):
            run = stack.drive("/notes", requests=12)
        verdict = breaker_opens(run, "database", within=3)
        assert verdict.ruling is expected, verdict
        assert fallbacks_served(run, "database").ruling is Ruling.PASS


@pytest.mark.parametrize(("breaker", "expected"), [("on", Ruling.PASS), ("off", Ruling.FAIL)])
def test_a_breaker_in_front_of_a_replica(
    session: Session, tapped: Tapped, breaker: str, expected: Ruling
) -> None:
    """25006 is a failure, though BEGIN and ROLLBACK around it get good answers."""
    with stack_with(session, BREAKER=breaker) as stack:
        stack.drive("/add", requests=3)
        read_only = "ALTER SYSTEM SET default_transaction_read_only = "
        try:
            direct(tapped, f"{read_only} on", "SELECT pg_reload_conf()")
            _await_read_only(tapped)
            run = stack.drive("/add", requests=12)
        finally:
            direct(tapped, "SET default_transaction_read_only = off", f"{read_only} off",
                   "SELECT pg_reload_conf()")  # fmt: skip
        verdict = breaker_opens(run, "database", within=3)
        assert verdict.ruling is expected, verdict
        failed = [each for each in run.at("database").attempts if each.failed]
        assert {(each.request, each.reply) for each in failed} == {("INSERT notes", "25006")}


def _await_read_only(tapped: Tapped) -> None:
    for _ in range(1000):
        with psycopg.connect(
            f"postgresql://app@127.0.0.1:{tapped.server.port}/postgres"
        ) as connection:
            if connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",):
                return
    pytest.fail("the server did not take its setting")


def test_a_refusal_is_no_failure(session: Session) -> None:
    """A statement of the service's own that the server refuses opens no breaker."""
    with stack_with(session) as stack:
        run = stack.drive("/twice", requests=8)
        seen = run.at("database").attempts
        assert {(each.request, each.reply) for each in seen} == {("INSERT notes", "23505")}
        assert not any(each.failed for each in seen)
        verdict = breaker_opens(run, "database", within=3)
        assert verdict.ruling is Ruling.INCONCLUSIVE
        assert verdict.value == 0 or "none of them failed" in verdict.statement


def test_statements_are_calls_and_their_transaction_is_none(session: Session) -> None:
    with stack_with(session) as stack:
        once = stack.drive("/notes", requests=10)
        thrice = stack.drive("/thrice", requests=10)
        assert calls_per_request(once, "database", at_most=1).ruling is Ruling.PASS
        verdict = calls_per_request(thrice, "database", at_most=1)
        assert (verdict.ruling, verdict.value) == (Ruling.FAIL, 30.0)


def test_what_touches_no_database(session: Session) -> None:
    with stack_with(session) as stack:
        control = stack.drive("/notes", requests=5)
        assert touches_nothing(stack.drive("/", requests=5), control).ruling is Ruling.PASS
        assert touches_nothing(stack.drive("/notes", requests=5), control).ruling is Ruling.FAIL


@pytest.mark.parametrize(("pool", "expected"), [("on", Ruling.PASS), ("off", Ruling.FAIL)])
def test_a_pool_opens_no_connection(session: Session, pool: str, expected: Ruling) -> None:
    with stack_with(session, POOL=pool) as stack:
        stack.drive("/notes", requests=3)
        run = stack.drive("/notes", requests=10)
        assert opens_no_connection(run, "database").ruling is expected
