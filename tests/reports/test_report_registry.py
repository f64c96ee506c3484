"""Each sink says the same in its own form, and no text can break its form."""

import re
import shlex
from dataclasses import replace
from pathlib import Path

import jsonschema
import msgspec
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.reports.made import EVERY_KIND, OPENS, OUTAGE, session, tried, with_text
from windtunnel import Ruling
from windtunnel.errors import ConfigurationError
from windtunnel.reports import (
    annotations,
    job_summary,
    json_report,
    junit,
    openmetrics,
    report_registry,
    terminal,
)
from windtunnel.reports.files import TextFile
from windtunnel.reports.scenario_result import ScenarioOutcome

HOSTILE = "</script><script>alert(1)</script>|`]]>&\"'#{}%\n::error::x\\"


def test_the_published_schema_is_the_one_that_is_written() -> None:
    assert json_report.SCHEMA_FILE.read_text() == json_report.schema()


@pytest.mark.parametrize("report", [session(), session([]), with_text(HOSTILE)])
def test_what_is_written_follows_the_published_schema(report: object, tmp_path: Path) -> None:
    TextFile(tmp_path / "out.json", json_report.text).write(report)  # type: ignore[arg-type]
    written = msgspec.json.decode((tmp_path / "out.json").read_bytes())
    schema = msgspec.json.decode(json_report.SCHEMA_FILE.read_bytes())
    jsonschema.validate(written, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "seed": "x"}, schema)


def test_the_json_has_flaky_tests_the_matrix_and_the_replay_command(tmp_path: Path) -> None:
    TextFile(tmp_path / "out.json", json_report.text).write(session())
    written = msgspec.json.decode((tmp_path / "out.json").read_bytes())
    assert [each["test"] for each in written["flaky"]] == ["tests/test_it.py::test_flaky"]
    assert ["stock", "Outage"] in written["matrix"]["untested"]
    assert {each["status"] for each in written["matrix"]["cells"]} == {
        "failed",
        "passed",
        "inconclusive",
        "vacuous",
    }
    assert all(each["replay"].startswith("pytest ") for each in written["verdicts"])


def test_a_test_case_has_its_faults_verdicts_and_replay_as_properties() -> None:
    properties = junit.properties(EVERY_KIND[0])
    assert [name for name, _ in properties] == [
        "windtunnel.fault",
        "windtunnel.verdict",
        "windtunnel.verdict",
        "windtunnel.replay",
    ]
    assert junit.properties(tried("a", ScenarioOutcome.PASSED)) == []
    assert ("windtunnel.attempt", "2") in junit.properties(EVERY_KIND[4])


def test_the_metrics_are_openmetrics_with_score_verdicts_and_figures() -> None:
    # prometheus_client has types, this function of it has none.
    parsed = text_string_to_metric_families(openmetrics.text(session()))  # type: ignore[no-untyped-call]
    families = {each.name: each for each in parsed}
    rulings = {s.labels["ruling"]: s.value for s in families["windtunnel_verdicts"].samples}
    assert rulings == {"PASS": 5, "FAIL": 2, "INCONCLUSIVE": 1}
    assert families["windtunnel_score"].samples[0].value == 30
    assert families["windtunnel_flaky_tests"].samples[0].value == 1
    figures = {s.labels["criterion"]: s.value for s in families["windtunnel_figure"].samples}
    assert figures["mean response"] == pytest.approx(0.0229)


def test_gitlab_reads_each_metric_as_a_name_and_a_value() -> None:
    """Its parser drops what follows a "#" and splits the rest as a shell does."""
    for line in openmetrics.text(with_text(HOSTILE)).splitlines():
        words = shlex.split(line.partition("#")[0])
        assert len(words) in {0, 2}, line
        assert not words or float(words[1]) >= 0


def test_the_job_summary_shows_what_failed_first_and_how_to_replay_it() -> None:
    text = job_summary.text(session(minimum=80))
    assert text.index("below the asked 80") < text.index("### FAIL") < text.index("### INCONCL")
    assert "`pytest tests/test_it.py::test_opens --windtunnel-seed=42`" in text
    assert "### Flaky" in text
    assert "| prices | Outage |" in text
    assert "Never injected at stock: Latency, Kill." in text


def test_no_text_leaves_its_cell_of_the_job_summarys_tables() -> None:
    lines = job_summary.text(with_text(HOSTILE)).splitlines()
    tables = [line for line in lines if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in tables}
    assert widths <= {4, 5, 6}, tables
    unescaped = re.sub(r"\\.", "", "\n".join(lines))
    assert "<script" not in re.sub(r"(`+).+?\1(?!`)", "", unescaped)


def test_the_job_summary_appends_and_keeps_within_what_github_takes(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("before\n")
    huge = replace(OPENS, statement="x" * 20_000)
    tests = [tried(f"t{n}", ScenarioOutcome.FAILED, [huge], (OUTAGE,)) for n in range(80)]
    job_summary.JobSummary(path).write(session(tests))
    text = path.read_text()
    assert text.startswith("before\n## windtunnel")
    assert len(text) <= job_summary.LIMIT + len("before\n")
    assert text.endswith("(cut here: GitHub takes 1 MiB)\n")


def test_annotations_stand_at_the_test_and_keep_their_form() -> None:
    lines = list(annotations.lines(session(), "service"))
    assert lines[0].startswith("::error file=service/tests/test_it.py,line=9,title=breaker opens")
    assert sum(line.startswith("::warning") for line in lines) == 2
    for line in annotations.lines(with_text(HOSTILE)):
        assert "\n" not in line
        assert re.fullmatch(r"::(error|warning) file=[^:,]+,line=\d+,title=[^:,]+::.*", line)


def test_more_annotations_than_github_shows_are_counted() -> None:
    tests = [tried(f"t{n}", ScenarioOutcome.FAILED, [OPENS], (OUTAGE,)) for n in range(13)]
    lines = list(annotations.lines(session(tests)))
    assert len(lines) == annotations.MOST + 1
    assert lines[-1].endswith("::3 more FAIL")


def test_the_terminal_shows_the_matrix_and_what_a_rerun_would_have_hidden() -> None:
    lines = [line.text for line in terminal.session(session())]
    assert "  prices      Outage   -             FAIL             -              FAIL" in lines
    assert "  never injected at stock: Latency, Kill" in lines
    assert (
        "FLAKY tests/test_it.py::test_flaky: attempt 1 failed, a later one passed:"
        " why test_flaky did not pass" in lines
    )


@pytest.mark.parametrize(
    ("name", "destination", "message"),
    [
        ("htlm", "x", "no report is named 'htlm'; did you mean 'html'?"),
        ("html", "no/such/folder/x.html", "expected a file in a folder that exists"),
        ("json", ".", "expected a file in a folder that can be written to"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_the_session(
    name: str, destination: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        report_registry.make(name, destination, tmp_path)
    assert message in str(raised.value)


@pytest.mark.parametrize("name", sorted(report_registry.FILES))
def test_every_file_of_ours_is_written_whole(name: str, tmp_path: Path) -> None:
    report = session()
    assert report.judged[1].verdict.ruling is Ruling.FAIL
    report_registry.make(name, "out", tmp_path).write(report)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert "breaker opens within 3 failures" in (tmp_path / "out").read_text()
