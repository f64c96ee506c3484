"""A failing test's text: short, with what counts against the service in view."""

from windtunnel import Moment
from windtunnel.reports.explanation import timeline


def moments(count: int, counted: set[int]) -> tuple[Moment, ...]:
    return tuple(
        Moment(place / 1000, "caller", f"{place}", place in counted) for place in range(count)
    )


def test_a_short_timeline_is_shown_whole() -> None:
    lines = timeline(moments(3, {1}))
    assert lines == [
        "          0.0  caller  0",
        "  >       1.0  caller  1",
        "          2.0  caller  2",
    ]


def test_a_long_one_begins_shortly_before_what_counts_and_says_what_is_left_out() -> None:
    lines = timeline(moments(100, {50, 51, 90}), longest=16)
    assert lines[0] == "    at least 42 before"
    assert lines[1].endswith("caller  42")
    assert lines[-2].endswith("caller  57")
    assert lines[-1] == "    at least 42 more, 1 of them marked"
    assert len(lines) == 18


def test_one_without_a_mark_begins_at_the_beginning() -> None:
    assert timeline(moments(100, set()), longest=16)[-1] == "    at least 84 more"


def test_what_counts_at_the_very_end_is_shown() -> None:
    assert timeline(moments(100, {99}), longest=16)[-1].endswith("caller  99")
