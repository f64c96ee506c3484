"""What the notes service promises when its database is slow, silent, resetting or gone."""

import time

import pytest

from windtunnel import ConnectionReset, Latency, Outage, Timeout, all_answered


@pytest.mark.parametrize(
    "fault",
    [Latency("database", 4.0), Timeout("database"), ConnectionReset("database")],
    ids=lambda fault: type(fault).__name__,
)
def test_callers_get_the_last_known_notes_in_time(stack, judge, fault):
    stack.drive("/notes", requests=3)
    with stack.inject(fault):
        run = stack.drive("/notes", requests=20, concurrency=10, timeout=3.0)
    judge(all_answered(run, within=1.5))


def test_no_caller_finds_a_dead_connection_after_an_outage(stack, judge):
    """The outage cut what lay in the pool; the pool must not hand that out."""
    stack.drive("/notes", requests=5)
    with stack.inject(Outage("database")):
        stack.drive("/notes", requests=3)
    time.sleep(1.0)
    run = stack.drive("/notes", requests=20)
    assert not [each for each in run.responses if each.fallback]
    read = [each for each in run.at("database").attempts if each.request == "SELECT notes"]
    assert len(read) == 20, "the notes did not come from the database"
    judge(all_answered(run, within=1.5))
