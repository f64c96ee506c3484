"""The plot is an SVG that a browser can draw, bounded in size, with faults as spans."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np

from harness.records import FaultWindow
from harness.reports.latency_plot import COLUMNS, ROWS, svg
from tests.load.made import load_run

SVG = "{http://www.w3.org/2000/svg}"


def marks(text: str, kind: str) -> list[ET.Element]:
    root = ET.fromstring(text)  # noqa: S314 - our own text
    return [each for each in root.iter(f"{SVG}rect") if each.get("class") == kind]


def test_answers_and_errors_are_dots_of_their_own() -> None:
    text = svg(load_run([0.001, 0.002, 0.1], failed=(2,)))
    assert len(marks(text, "answer")) == 2
    assert len(marks(text, "error")) == 1


def test_a_slower_request_lies_higher_and_a_later_one_to_the_right() -> None:
    first, second = marks(svg(load_run([0.001, 0.1])), "answer")
    assert float(first.get("x", "")) < float(second.get("x", ""))
    assert float(first.get("y", "")) > float(second.get("y", ""))


def test_a_fault_is_a_span_at_its_time_with_its_name() -> None:
    window = FaultWindow(fault="Outage('<a>')", dependency="a", began=0.25, ended=0.5)
    open_ = FaultWindow(fault="Pause('a')", dependency="a", began=0.75)
    before = FaultWindow(fault="Kill('a')", dependency="a", began=-2, ended=-1)
    run = replace(load_run([0.001] * 100), faults=(window, open_, before))
    text = svg(run)
    spans = marks(text, "fault")
    assert [span.findtext(f"{SVG}title") for span in spans] == ["Outage('<a>')", "Pause('a')"]
    widths = [float(span.get("width", "")) for span in spans]
    # Both a quarter of the time.
    assert abs(widths[0] - widths[1]) < 3


def test_a_million_requests_make_no_larger_a_file() -> None:
    latencies = np.random.default_rng(2).exponential(0.01, 1_000_000)
    text = svg(load_run(latencies.tolist(), gap=1e-5))
    assert len(marks(text, "answer")) <= COLUMNS * ROWS
    assert len(text) < 4_000_000


def test_an_empty_run_is_a_plot_too() -> None:
    assert not marks(svg(load_run([])), "answer")
