"""Beside other plugins: workers' findings are merged, and a rerun hides nothing."""

import json

import pytest

from tests.plugin.conftest import THREAD

TESTS = """
import pytest
from windtunnel import Latency, Outage, all_answered, breaker_opens

@pytest.mark.target(BREAKER=1)
@pytest.mark.parametrize("dependency", ["prices", "stock"])
def test_opens(stack, judge, dependency):
    with stack.inject(Outage(dependency)):
        run = stack.drive("/orders", requests=8)
    judge(breaker_opens(run, dependency))

@pytest.mark.fault(Latency("stock", 0.1))
@pytest.mark.criterion("all_answered", within=5)
def test_late(stack):
    stack.drive("/orders", requests=20)

def test_chance(stack):
    print(f"drawn {stack.random.random()}")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_every_report_is_the_same_from_workers(
    project: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """Each worker has a stack of its own; score, matrix and settings are counted once."""
    project.makepyfile(TESTS)
    options = ("--windtunnel-json=out.json", "--windtunnel-html=out.html", "--junitxml=out.xml")
    run = project.runpytest_subprocess if workers else project.runpytest
    result = run(*THREAD, *workers, *options)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "architecture score 20/100",
            "*set by scenarios: BREAKER=1 (in 2)",
            "matrix: 3 of 16 pairs of dependency and fault, 3 of 32 cells tested",
        ]
    )
    report = json.loads((project.path / "out.json").read_text())
    assert report["seed"] == 42
    assert len(report["verdicts"]) == 6
    assert {each["test"].rpartition("::")[2] for each in report["verdicts"]} == {
        "test_opens[prices]",
        "test_opens[stock]",
        "test_late",
    }
    assert (project.path / "out.html").read_text().count("<figure>") == 3
    assert (project.path / "out.xml").read_text().count('"windtunnel.verdict"') == 6


def test_chance_follows_from_the_seed_whatever_the_order(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    drawn = set()
    for shuffle in ("1", "2"):
        options = ("--windtunnel-backend=thread", "--windtunnel-seed=42", "-rP")
        result = project.runpytest(*options, f"--randomly-seed={shuffle}")
        drawn |= {line for line in result.outlines if line.startswith("drawn")}
    assert len(drawn) == 1


def test_a_rerun_that_passes_does_not_hide_the_fail_before_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
import pytest
from windtunnel import Category, Ruling, Verdict

def verdict(ruling, subject):
    return Verdict(
        criterion="error rate", subject=subject, ruling=ruling, statement=f"found {ruling}.",
        category=Category.SUCCESS_RATE, covers=(subject,),
    )

attempts = []

def test_x(judge):
    attempts.append(1)
    judge(verdict(Ruling.PASS, "first"))
    judge(verdict(Ruling.FAIL if len(attempts) == 1 else Ruling.PASS, "/orders"))
"""
    )
    result = project.runpytest(
        *THREAD, "--reruns=2", "--windtunnel-json=out.json", "--windtunnel-min-score=30"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*success rate      0.0 / 30",
            "FLAKY *::test_x: attempt 1 failed, a later one passed: FAIL error rate of /orders*",
            "*1 passed, 1 rerun*",
        ]
    )
    report = json.loads((project.path / "out.json").read_text())
    reported = [(v["attempt"], v["verdict"]["ruling"]) for v in report["verdicts"]]
    assert reported == [(1, "FAIL"), (2, "PASS"), (2, "PASS")]
    assert [each["attempt"] for each in report["flaky"]] == [1]


def test_a_report_that_is_lost_says_so_and_fails_the_session(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(TESTS)
    (project.path / "rulings").mkdir()
    (project.path / "gone").mkdir()
    project.makeconftest(
        "import pytest, shutil\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_sessionfinish(): shutil.rmtree('gone')\n"
    )
    result = project.runpytest(
        *THREAD, "--windtunnel-report=rulings=rulings", "--windtunnel-html=gone/out.html"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["architecture score 20/100"])
    result.stdout.fnmatch_lines(
        [
            "report html could not be written: *out.html: cannot be written: No such file*",
            "report rulings could not be written: IsADirectoryError*",
        ]
    )


def test_in_github_actions_the_job_gets_its_summary_and_annotations(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.path.parent))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path / "summary.md"))
    project.makepyfile(TESTS.replace("BREAKER=1", "BREAKER=0"))
    result = project.runpytest(*THREAD)
    result.assert_outcomes(passed=2, failed=2)
    file = f"{project.path.name}/test_in_github_actions*.py"
    result.stdout.fnmatch_lines([f"::error file={file},line=*,title=breaker opens within*"])
    assert "### FAIL" in (project.path / "summary.md").read_text()


def test_a_test_that_uses_nothing_of_it_leaves_github_alone(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path / "summary.md"))
    project.makepyfile("def test_x(): pass\n")
    project.runpytest().assert_outcomes(passed=1)
    assert not (project.path / "summary.md").exists()
