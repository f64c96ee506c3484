"""The table at the end of a session: compact, and nothing that matters left out."""

from dataclasses import replace

from windtunnel import Category, Ruling, Verdict
from windtunnel.criteria.score import score
from windtunnel.reports import terminal

OPENS = Verdict(
    criterion="breaker opens within 3 failures",
    criterion_id="breaker_opens",
    subject="catalog",
    ruling=Ruling.PASS,
    statement="0 attempts.",
    category=Category.BREAKERS,
    covers=("catalog",),
)


def table(*verdicts: Verdict) -> list[str]:
    found = terminal.table(score(verdicts, ["/api/agents"], ["catalog"]))
    return [line.text for line in found]


def test_verdicts_that_say_the_same_of_the_same_are_shown_once() -> None:
    again = replace(OPENS, conditions=("seed 2",))
    lines = table(OPENS, again)
    assert "    PASS breaker opens within 3 failures, catalog: 0 attempts. (2 times)" in lines, (
        lines
    )


def test_a_failure_among_passes_is_a_line_of_its_own() -> None:
    failed = replace(OPENS, ruling=Ruling.FAIL, statement="1 attempt.")
    lines = table(OPENS, OPENS, failed)
    assert "    FAIL breaker opens within 3 failures, catalog: 1 attempt." in lines
    assert "  breakers          0.0 / 20" in lines


def test_what_was_not_tested_is_named_and_earns_nothing() -> None:
    lines = table(OPENS)
    assert lines[0] == "architecture score 20/100"
    assert lines.count("    not tested, so zero: /api/agents") == 2
    assert "    not tested, so zero: catalog" in lines


def test_settings_are_one_line_and_none_without_any() -> None:
    assert terminal.settings({"B": 1, "A": 3}) == ["set by scenarios: A (in 3), B (in 1)"]
    assert terminal.settings({}) == []


def test_a_line_is_of_the_ruling_that_it_shows_whatever_it_says() -> None:
    misleading = replace(OPENS, criterion="FAIL", statement="FAIL")
    failed = replace(OPENS, ruling=Ruling.FAIL, criterion="PASS", subject="other")
    found = terminal.table(score([misleading, failed], [], ["catalog"]))
    assert [line.ruling for line in found if line.ruling] == [Ruling.PASS, Ruling.FAIL]
