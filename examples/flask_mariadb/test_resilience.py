"""What the stock service promises when its database is gone, silent or slow."""

import pytest

from windtunnel import Outage, Timeout, all_answered, fails_cleanly


@pytest.mark.parametrize("asked", ["/items", "reserve"])
def test_no_caller_finds_a_dead_connection_after_an_outage(stack, judge, asked):
    """The outage cuts what lies in the pool, and nobody asks meanwhile."""
    stack.drive(asked, requests=40, concurrency=8)
    with stack.inject(Outage("database")):
        stack.drive(asked, requests=1)
    run = stack.drive(asked, requests=40)
    assert all(each.succeeded for each in run.responses)
    judge(all_answered(run, within=2))


@pytest.mark.parametrize("asked", ["/items", "reserve"])
def test_callers_of_a_silent_database_are_told_in_time(stack, judge, asked):
    stack.drive(asked, requests=20, concurrency=8)
    with stack.inject(Timeout("database")):
        run = stack.drive(asked, requests=24, concurrency=8, timeout=10)
    judge(fails_cleanly(run, status={503}, within=6, header="Retry-After"))
