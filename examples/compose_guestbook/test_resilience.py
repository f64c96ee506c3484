"""What the guestbook promises when its cache or its database is gone, silent or slow."""

from windtunnel import Outage, Timeout, all_answered, fails_cleanly, none_lost

COUNTED = "SELECT name FROM counts"


def test_readers_of_a_silent_cache_are_answered_in_time(stack, judge):
    with stack.inject(Timeout("cache", caller="web")):
        run = stack.drive("/entries", requests=40, concurrency=4)
    judge(all_answered(run, within=2))


def test_who_writes_while_the_database_is_gone_is_told(stack, judge):
    stack.drive("write", requests=8, concurrency=4)
    with stack.inject(Outage("database")):
        run = stack.drive("write", requests=24, concurrency=4, timeout=10)
    judge(fails_cleanly(run, status={503}, within=6, header="Retry-After"))


def test_each_entry_is_counted_though_the_worker_loses_the_database(stack, judge):
    stack.drive("write", requests=2)
    stack.wait_until(lambda: len(stack.query("database", COUNTED)) == 2, within=20)
    with stack.inject(Outage("database", caller="worker")):
        run = stack.drive("write", requests=20)
    stack.wait_until(lambda: len(stack.query("database", COUNTED)) == 22, within=10)
    judge(none_lost(run, stack.query("database", COUNTED), key="name", told="json:name"))
