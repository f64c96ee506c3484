"""The fixture `paired` and its rows in pytest-benchmark's table, in sessions like a user's."""

import json
from typing import Any

import pytest

from tests.paired.demonstration import git, make

pytestmark = pytest.mark.slow

TEST = """
from windtunnel import Ruling

def test_busy(paired):
    verdicts = paired.compare("/busy", budget=5)
    assert {v.criterion: v.ruling for v in verdicts}["CPU a request"] is Ruling.FAIL
"""
OPTIONS = ("--windtunnel-base=base", "--windtunnel-backend=embedded")


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a session's folder: the demonstration, and a test that expects its slowdown."""
    make(pytester.path)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(test_it=TEST)
    return pytester


def test_both_arms_stand_in_pytest_benchmarks_table(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess(*OPTIONS, "--benchmark-json=out.json")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*FAIL*CPU a request, /busy: +*", "*paired, /busy*"])
    rows: dict[str, Any] = {
        row["extra_info"]["arm"]: row
        for row in json.loads((project.path / "out.json").read_text())["benchmarks"]
    }
    assert set(rows) == {"base", "head"}
    assert rows["base"]["name"] == "test_busy[base /busy]"
    assert rows["base"]["stats"]["rounds"] == rows["head"]["stats"]["rounds"] >= 200
    assert rows["head"]["stats"]["mean"] > rows["base"]["stats"]["mean"] > 1e-5
    found = rows["head"]["extra_info"]["verdicts"]["CPU a request"]
    assert found["ruling"] == "FAIL"
    assert 0.025 < found["interval"][0] < found["change"] < found["interval"][1]
    assert len(git(project.path, "worktree", "list").splitlines()) == 1


@pytest.mark.busy
@pytest.mark.parametrize("option", ["--benchmark-disable", "--benchmark-skip", "-pno:benchmark"])
def test_it_works_without_the_table(project: pytest.Pytester, option: str) -> None:
    project.makepyfile(
        test_it="def test_note(paired): assert paired.compare('/note', budget=1)",
    )
    project.runpytest_subprocess(*OPTIONS, option).assert_outcomes(passed=1)


@pytest.mark.busy
def test_without_a_base_it_is_skipped_and_says_why(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-rs", "--windtunnel-backend=embedded")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*nothing to compare with: name a revision by --windtunnel-base"])


@pytest.mark.busy
def test_an_unknown_base_is_one_clear_error(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--windtunnel-base=bsae", "--windtunnel-backend=embedded")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no commit is named 'bsae'*did you mean 'base'?"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.busy
def test_a_benchmark_beside_it_is_refused(project: pytest.Pytester) -> None:
    project.makepyfile(test_it="def test_x(paired, benchmark): paired.compare('/note', budget=1)")
    result = project.runpytest_subprocess(*OPTIONS)
    result.stdout.fnmatch_lines(["*do not ask for `benchmark` beside it*"])
