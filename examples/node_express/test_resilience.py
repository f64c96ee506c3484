"""What the visits service promises when Redis is gone, silent, or back again."""

import time

from windtunnel import Outage, Timeout, all_answered, calls_per_request, fallbacks_served


def test_a_lost_redis_costs_the_count_and_not_the_answer(stack, judge):
    stack.drive("/visits", requests=3)
    with stack.inject(Outage("redis")):
        run = stack.drive("/visits", requests=20, timeout=2.0)
    judge(fallbacks_served(run, "redis"))
    judge(all_answered(run, within=1.0))


def test_a_silent_redis_holds_nobody_up(stack, judge):
    with stack.inject(Timeout("redis")):
        run = stack.drive("/visits", requests=20, concurrency=20, timeout=2.0)
    judge(all_answered(run, within=1.0))


def test_visits_are_counted_again_once_redis_is_back(stack, judge):
    with stack.inject(Outage("redis")):
        stack.drive("/visits", requests=5)
    time.sleep(1.0)  # twenty times the client's wait between two attempts to connect
    judge(calls_per_request(stack.drive("/visits", requests=20), "redis", at_most=1))
