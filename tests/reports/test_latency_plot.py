"""The plot is an SVG that a browser can draw, bounded in size, with faults as spans."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np

from tests.load.hand_made_runs import load_run
from windtunnel.records import FaultWindow, RequestFailure, Response, Run
from windtunnel.reports.latency_plot import COLUMNS, KINDS, ROWS, picture, svg

SVG = "{http://www.w3.org/2000/svg}"


def spans(text: str) -> list[ET.Element]:
    root = ET.fromstring(text)  # noqa: S314 - our own text
    return [each for each in root.iter(f"{SVG}rect") if each.get("class") == "fault"]


def dots(text: str, kind: str) -> list[tuple[float, float]]:
    """Return where the dots of one kind lie."""
    root = ET.fromstring(text)  # noqa: S314 - our own text
    paths = [each.get("d", "") for each in root.iter(f"{SVG}path") if each.get("class") == kind]
    found = [re.findall(r"M([\d.]+) ([\d.]+)h", path) for path in paths]
    return [(float(x), float(y)) for path in found for x, y in path]


def test_answers_and_errors_are_dots_of_their_own() -> None:
    text = svg(load_run([0.001, 0.002, 0.1], failed=(2,)))
    assert len(dots(text, "answer")) == 2
    assert len(dots(text, "error")) == 1


def test_a_closed_loops_run_is_drawn_too_with_its_fallbacks_apart() -> None:
    responses = (
        Response(number=1, endpoint="/a", started=10.0, ended=10.1, status=200),
        Response(number=2, endpoint="/a", started=10.5, ended=10.6, status=200, fallback="b"),
        Response(number=3, endpoint="/a", started=11.0, ended=11.1, failure=RequestFailure.REFUSED),
    )
    run = Run(
        responses=responses,
        evidence=(),
        began=10.0,
        ended=12.0,
        concurrency=1,
        profile="loopback",
        backend="embedded",
        seed=1,
    )
    text = picture([run], ())
    [answer], [fallback], [error] = (dots(text, kind) for kind in KINDS)
    assert answer < fallback < error
    assert answer[1] == fallback[1] == error[1]


def test_a_slower_request_lies_higher_and_a_later_one_to_the_right() -> None:
    first, second = dots(svg(load_run([0.001, 0.1])), "answer")
    assert first[0] < second[0]
    assert first[1] > second[1]


def test_a_fault_is_a_span_at_its_time_with_its_name() -> None:
    window = FaultWindow(fault="Outage('<a>')", dependency="a", began=0.25, ended=0.5)
    open_ = FaultWindow(fault="Pause('a')", dependency="a", began=0.75)
    before = FaultWindow(fault="Kill('a')", dependency="a", began=-2, ended=-1)
    run = replace(load_run([0.001] * 100), faults=(window, open_, before))
    text = svg(run)
    assert [span.findtext(f"{SVG}title") for span in spans(text)] == ["Outage('<a>')", "Pause('a')"]
    widths = [float(span.get("width", "")) for span in spans(text)]
    # Both a quarter of the time.
    assert abs(widths[0] - widths[1]) < 3


def test_a_million_requests_make_no_larger_a_file() -> None:
    latencies = np.random.default_rng(2).exponential(0.01, 1_000_000)
    text = svg(load_run(latencies.tolist(), gap=1e-5))
    assert len(dots(text, "answer")) <= COLUMNS * ROWS
    assert len(text) < 1_000_000


def test_an_empty_run_is_a_plot_too() -> None:
    assert not dots(svg(load_run([])), "answer")
