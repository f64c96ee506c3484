"""The breaker's promises, one by one, on a clock that the test turns."""

import asyncio

import pytest

from tests.target.support import Clock
from windtunnel_sample.breaker import CircuitBreaker, Rejected, State
from windtunnel_sample.settings import CircuitBreakerConfig


class Broken(Exception):
    """What a call raises here."""


def make(clock: Clock, **changed: float) -> CircuitBreaker:
    config = CircuitBreakerConfig(
        failure_threshold=3, recovery_timeout=30, half_open_requests=2, monitor_window=60
    )
    return CircuitBreaker("db", config.model_copy(update=changed), clock)


def state(breaker: CircuitBreaker) -> State:
    """Return the state now; mypy would take a property for the same value from line to line."""
    return breaker.state


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Broken), breaker.call():
            raise Broken


def succeed(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with breaker.call():
            pass


def recovering(clock: Clock) -> CircuitBreaker:
    """Return a breaker that has opened, and whose recovery time is over."""
    breaker = make(clock)
    fail(breaker, 3)
    clock.turn(30)
    return breaker


def test_it_opens_at_the_threshold_and_not_before() -> None:
    breaker = make(Clock())
    fail(breaker, 2)
    assert state(breaker) is State.CLOSED
    fail(breaker)
    assert state(breaker) is State.OPEN
    with pytest.raises(Rejected, match="db"), breaker.call():
        pytest.fail("the call was made")
    assert breaker.counters.rejected == 1
    assert breaker.counters.failed == 3


def test_a_success_between_resets_the_count() -> None:
    breaker = make(Clock())
    fail(breaker, 2)
    succeed(breaker)
    fail(breaker, 2)
    assert state(breaker) is State.CLOSED
    fail(breaker)
    assert state(breaker) is State.OPEN


def test_failures_spread_wider_than_the_window_do_not_open_it() -> None:
    clock = Clock()
    breaker = make(clock)
    for _ in range(10):
        fail(breaker)
        clock.turn(31)  # of any three, the first is then 62 s old
    assert state(breaker) is State.CLOSED


def test_failures_that_just_fit_the_window_open_it() -> None:
    clock = Clock()
    breaker = make(clock)
    for _ in range(3):
        fail(breaker)
        clock.turn(30)
    assert state(breaker) is not State.CLOSED


def test_it_stays_open_until_the_recovery_time_is_over() -> None:
    clock = Clock()
    breaker = make(clock)
    fail(breaker, 3)
    clock.turn(29.999)
    assert state(breaker) is State.OPEN
    assert breaker.opened_for == pytest.approx(29.999)
    with pytest.raises(Rejected), breaker.call():
        pytest.fail("the call was made")
    clock.turn(0.002)
    assert state(breaker) is State.HALF_OPEN
    succeed(breaker)


@pytest.mark.asyncio
async def test_of_a_hundred_callers_at_once_two_may_probe() -> None:
    breaker = recovering(Clock())
    answered = asyncio.Event()
    probing = 0

    async def caller() -> bool:
        nonlocal probing
        try:
            with breaker.call():
                probing += 1
                await answered.wait()
        except Rejected:
            return False
        return True

    callers = [asyncio.create_task(caller()) for _ in range(100)]
    await asyncio.sleep(0)
    assert probing == 2
    answered.set()
    assert sum(await asyncio.gather(*callers)) == 2
    assert breaker.counters.rejected == 98
    assert state(breaker) is State.CLOSED


def test_it_closes_only_when_all_probes_have_succeeded() -> None:
    breaker = recovering(Clock())
    succeed(breaker)
    assert state(breaker) is State.HALF_OPEN
    succeed(breaker)
    assert state(breaker) is State.CLOSED
    fail(breaker, 2)
    assert state(breaker) is State.CLOSED, "failures from before it opened were still counted"


def test_a_failed_probe_opens_it_for_another_whole_recovery_time() -> None:
    clock = Clock()
    breaker = recovering(clock)
    succeed(breaker)
    fail(breaker)
    assert state(breaker) is State.OPEN
    assert breaker.counters.opened == 2
    clock.turn(29.9)
    assert state(breaker) is State.OPEN
    clock.turn(0.2)
    succeed(breaker, 2)
    assert state(breaker) is State.CLOSED


def test_a_late_failure_from_before_it_opened_changes_nothing() -> None:
    clock = Clock()
    breaker = make(clock)
    late = breaker.call()
    late.__enter__()
    fail(breaker, 3)
    clock.turn(30)
    succeed(breaker)
    assert not late.__exit__(Broken, Broken(), None), "the failure was swallowed"
    assert state(breaker) is State.HALF_OPEN, "a call from before the outage ended the probing"
    succeed(breaker)
    assert state(breaker) is State.CLOSED


def test_a_late_success_from_before_it_opened_does_not_close_it() -> None:
    clock = Clock()
    breaker = make(clock)
    late = [breaker.call() for _ in range(2)]
    for each in late:
        each.__enter__()
    fail(breaker, 3)
    clock.turn(30)
    succeed(breaker)
    for each in late:
        each.__exit__(None, None, None)
    assert state(breaker) is State.HALF_OPEN, "calls from before the outage passed for probes"
    fail(breaker)
    assert state(breaker) is State.OPEN


def test_a_cancelled_probe_gives_its_place_back_and_counts_as_neither() -> None:
    breaker = recovering(Clock())
    for _ in range(5):
        with pytest.raises(asyncio.CancelledError), breaker.call():
            raise asyncio.CancelledError
    assert state(breaker) is State.HALF_OPEN
    assert breaker.counters.cancelled == 5
    succeed(breaker, 2)
    assert state(breaker) is State.CLOSED


def test_a_cancelled_call_does_not_interrupt_a_row_of_failures() -> None:
    breaker = make(Clock())
    fail(breaker, 2)
    with pytest.raises(asyncio.CancelledError), breaker.call():
        raise asyncio.CancelledError
    assert state(breaker) is State.CLOSED
    fail(breaker)
    assert state(breaker) is State.OPEN


def test_its_changes_are_remembered_with_their_age_and_bounded() -> None:
    clock = Clock()
    breaker = recovering(clock)
    succeed(breaker, 2)
    clock.turn(5)
    seen = [(change.state, ago) for change, ago in breaker.changes()]
    assert seen == [(State.OPEN, 35.0), (State.HALF_OPEN, 5.0), (State.CLOSED, 5.0)]
    for _ in range(100):
        fail(breaker, 3)
        clock.turn(30)
        succeed(breaker, 2)
    assert len(breaker.changes()) == 32
    assert breaker.changes()[-1][0].state is State.CLOSED
