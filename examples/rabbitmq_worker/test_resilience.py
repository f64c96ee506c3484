"""What the worker promises when the broker cannot hear it, or it is killed."""

import json
from contextlib import ExitStack

import pika
import pytest

from windtunnel import Kill, Outage, Timeout, all_answered, none_doubled, none_lost

PAYOUTS = "SELECT number FROM payouts"


@pytest.fixture
def pay(stack):
    """Give a journey without a client: it hands one payout to the broker, past the tap."""
    broker = stack.address("broker")

    def hand_over(number):
        with pika.BlockingConnection(pika.ConnectionParameters(broker.host, broker.port)) as opened:
            channel = opened.channel()
            channel.queue_declare("payouts", durable=True)
            channel.confirm_delivery()
            body = json.dumps({"number": number, "amount": 100})
            channel.basic_publish("", "payouts", body, pika.BasicProperties(delivery_mode=2))

    return hand_over


def booked(stack):
    """Return the numbers that are booked."""
    return {number for (number,) in stack.query("database", PAYOUTS).rows}


def test_one_who_dies_before_the_acknowledgement_books_nothing_twice(stack, judge, pay):
    # What the worker says does not arrive: it books, and nobody hears the acknowledgement. That is
    # over before the worker is there again.
    with ExitStack() as killed, stack.inject(Timeout("broker", stream="upstream")):
        run = stack.drive(pay, requests=20)
        stack.wait_until(lambda: booked(stack), within=20, what="a payout is booked")
        killed.enter_context(stack.inject(Kill("worker")))
    stack.wait_until(lambda: len(booked(stack)) == 20, within=40, what="all payouts are booked")
    found = stack.query("database", PAYOUTS)
    judge(none_lost(run, found, key="number", accepted=range(1, 21)))
    judge(none_doubled(found, key="number"))


@pytest.mark.parametrize("dependency", ["broker", "database"])
def test_after_an_outage_all_payouts_are_booked(stack, judge, pay, dependency):
    with stack.inject(Outage(dependency)):
        run = stack.drive(pay, requests=20)
    judge(all_answered(run, within=5))
    stack.wait_until(lambda: len(booked(stack)) == 20, within=40, what="all payouts are booked")
    found = stack.query("database", PAYOUTS)
    judge(none_lost(run, found, key="number", accepted=range(1, 21)))
    judge(none_doubled(found, key="number"))
