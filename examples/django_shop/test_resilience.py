"""What the shop promises when payment, mail or queue fail."""

import time

from windtunnel import HttpLostAnswer, Outage, all_answered, at_most_once, none_lost

WAITING = "SELECT id FROM shop_order WHERE state <> 'confirmed'"


def ordered(client):
    """Order, and wait for the confirmation."""
    order = client.post("/api/orders/", json={"product": 1, "quantity": 2}).raise_for_status()
    number = order.json()["order"]
    until = time.monotonic() + 25
    while client.get(f"/api/orders/{number}/").json()["state"] != "confirmed":
        assert time.monotonic() < until, "not confirmed in time"
        time.sleep(0.1)


def test_a_lost_answer_charges_once(stack, judge):
    with stack.inject(HttpLostAnswer("payment", first=3)):
        run = stack.drive(ordered, requests=20, concurrency=5)
    judge(all_answered(run, within=25))
    judge(at_most_once(run, "payment", key="header:Idempotency-Key", per="json:order"))


def test_a_mail_is_sent_once_though_its_answer_is_lost(stack, judge):
    with stack.inject(HttpLostAnswer("mail", first=3)):
        run = stack.drive(ordered, requests=20, concurrency=5)
    judge(all_answered(run, within=25))
    judge(at_most_once(run, "mail", key="header:Idempotency-Key", per="json:order"))


def test_a_broker_that_is_down_loses_no_order(stack, judge):
    with stack.inject(Outage("broker")):
        run = stack.drive("checkout", requests=20, concurrency=5)
    judge(all_answered(run, within=1.5))
    stack.wait_until(lambda: not stack.query("database", WAITING).rows, within=30)
    done = stack.query("database", "SELECT id FROM shop_order WHERE state = 'confirmed'")
    judge(none_lost(run, done, key="id", told="json:order"))
