"""The page is self-contained, bounded, semantic and safe, whatever the session found."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.reports.made import EVERY_KIND, MEAN, OPENS, OUTAGE, session, tried, with_text
from windtunnel import Ruling
from windtunnel.reports.html import LIMIT, page
from windtunnel.reports.scenario_result import ScenarioOutcome

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Reads a page as a browser does: elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def test_it_is_well_formed_with_headings_in_order_and_nothing_from_elsewhere() -> None:
    read = Reader(page(session()))
    assert read.open == []
    headings = [tag for tag, _ in read.elements if tag in {"h1", "h2", "h3"}]
    assert headings[:3] == ["h1", "h2", "h3"]
    assert headings.count("h1") == 1
    assert not read.named("script", "link", "img", "iframe", "object")
    for _, attributes in read.elements:
        for name, value in attributes.items():
            assert name not in {"src", "onclick", "onload"}
            assert name != "href" or (value or "").startswith("#")


def test_it_shows_verdict_interval_evidence_matrix_environment_and_replay() -> None:
    text = " ".join("".join(Reader(page(session(minimum=80))).texts).split())
    for expected in (
        "30 of 100 points, below the asked 80",
        "breaker opens within 3 failures, prices",
        "17 to 17",
        "20.40 ms to 25.40 ms",
        "It needs about 90 requests.",
        "connection refused",
        "pytest tests/test_it.py::test_opens --windtunnel-seed=42",
        "Never injected: Latency, Kill",
        "vacuous",
        "test_flaky, attempt 1: why test_flaky did not pass",
        "one of ours",
        "CACHE_TTL=0 (in 2)",
        "4 of 5 faults touched traffic",
    ):
        assert expected in text, text


def test_no_text_becomes_an_element_or_an_attribute() -> None:
    hostile = "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&<!--"
    plain, attacked = Reader(page(with_text("text"))), Reader(page(with_text(hostile)))
    assert attacked.open == []
    assert [tag for tag, _ in attacked.elements] == [tag for tag, _ in plain.elements]
    assert [set(each) for _, each in attacked.elements] == [set(e) for _, e in plain.elements]
    assert any(hostile in text for text in attacked.texts)


@pytest.mark.parametrize(
    ("count", "length"), [(300, 50), (3_000, 400)], ids=["evidence", "verdicts"]
)
def test_it_stays_under_its_limit_and_counts_what_it_left_out(count: int, length: int) -> None:
    """What failed comes first: it keeps its evidence for as long as anything does."""
    verdict = replace(OPENS, statement="x" * length)
    tests = [
        replace(
            tried(
                f"t{n}",
                ScenarioOutcome.FAILED if n % 10 == 0 else ScenarioOutcome.PASSED,
                [replace(verdict, ruling=Ruling.FAIL if n % 10 == 0 else Ruling.PASS)],
                (OUTAGE,),
            ),
            plot="<svg></svg>" + " " * 3_000,
        )
        for n in range(count)
    ]
    text = page(session(tests))
    assert len(text.encode()) <= LIMIT
    assert text.count('class="verdict FAIL"') == count // 10
    assert "left out to keep this file small" in text


def test_a_text_that_nobody_would_read_to_its_end_is_cut() -> None:
    tests = [tried("t", ScenarioOutcome.FAILED, [replace(OPENS, statement="x" * 3_000_000)])]
    text = page(session(tests))
    assert len(text.encode()) <= LIMIT
    assert "… (3000000 characters)" in text


def test_little_is_shown_whole_without_a_word_of_what_is_left_out() -> None:
    assert "left out" not in page(session())


def test_a_session_that_judged_nothing_is_a_page_too() -> None:
    assert "No verdict was judged." in page(session([]))


def test_a_plot_is_shown_with_its_test() -> None:
    drawn = replace(
        tried("t", ScenarioOutcome.PASSED, [MEAN]), plot="<svg><title>a plot</title></svg>"
    )
    assert "a plot" in page(session([*EVERY_KIND, drawn]))
