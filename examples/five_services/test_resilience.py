"""What the cinema promises when one of its programs, or what they call, misbehaves."""

from windtunnel import (
    Edge,
    HttpStatus,
    Kill,
    Latency,
    Outage,
    Pause,
    all_answered,
    breaker_opens,
)


def test_bookings_are_shown_while_movies_is_silent(stack, judge):
    """Bookings leaves movies alone after three failures; web may call it all the same."""
    with stack.inject(Pause("movies")):
        run = stack.drive("/bookings", requests=20)
    judge(all_answered(run, within=3.0))
    judge(breaker_opens(run, Edge("movies", caller="bookings"), within=3))


def test_a_fault_of_one_caller_leaves_the_other_alone(stack, judge):
    """Movies is out of reach of bookings alone."""
    with stack.inject(Outage("movies", caller="bookings")):
        bookings = stack.drive("/bookings", requests=20)
        movies = stack.drive("/movies", requests=20)
    judge(all_answered(bookings, within=3.0))
    judge(all_answered(movies, within=3.0))
    assert len(movies.at("movies").exchanges) == 20


def test_a_slow_bank_ends_in_time(stack, judge):
    """Web waits for bookings, bookings for payments, payments for the bank: each has a timeout."""
    with stack.inject(Latency("bank", seconds=10.0)):
        run = stack.drive("/bookings", requests=20, concurrency=20, timeout=15.0)
    judge(all_answered(run, within=6.0, errors_allowed=True))


def test_nobody_waits_for_the_mailer(stack, judge):
    """A program that nobody calls is killed; bookings go on."""
    with stack.inject(Kill("mailer")):
        judge(all_answered(stack.drive("/bookings", requests=20), within=3.0))


def test_an_error_of_the_catalogue_reaches_who_asked(stack):
    """Two programs away, an error is an error of web."""
    with stack.inject(HttpStatus("catalogue", 500)):
        run = stack.drive("/movies", requests=3)
    assert {each.status for each in run.responses} == {502}
