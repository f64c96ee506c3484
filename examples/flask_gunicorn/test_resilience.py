"""What the orders service promises when its price service misbehaves."""

from windtunnel import HttpTruncate, Timeout, all_answered, fallbacks_served


def test_a_silent_price_service_holds_nobody_up(stack, judge):
    """Bytes go in and nothing comes back: only a timeout ends the wait."""
    with stack.inject(Timeout("prices")):
        run = stack.drive("/orders", requests=20, concurrency=20, timeout=3.0)
    judge(all_answered(run, within=1.5))


def test_half_an_answer_is_no_price(stack, judge):
    """The price service dies in the middle of its answer."""
    with stack.inject(HttpTruncate("prices", keep_bytes=10)):
        run = stack.drive("/orders", requests=20)
    judge(fallbacks_served(run, "prices"))
