"""The plugin's promises, kept without any backend: options, markers, verdicts, score, outputs."""

import json
import shlex

import pytest

from tests.plugin.conftest import PROJECT

PASSING = """
import pytest
from windtunnel import Category, Moment, Ruling, Verdict

def verdict(ruling, category=Category.SUCCESS_RATE, covers=("/api/agents",)):
    return Verdict(
        criterion="error rate", subject=covers[0], ruling=ruling, statement="found 1, allowed 2.",
        category=category, covers=covers, value=1.0, lower=0.5, upper=1.5,
        needs="more" if ruling is Ruling.INCONCLUSIVE else "",
        timeline=(Moment(1.0, "caller", "request 1"), Moment(1.5, "catalog", "refused", True)),
        conditions=("profile loopback",),
    )

def test_one(judge):
    judge(verdict(Ruling.PASS))
"""


def test_an_unknown_backend_is_one_clear_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--windtunnel-backend=dokcer")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *no such backend; did you mean 'docker'?"])
    result.stderr.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--windtunnel-seed=x", "*--windtunnel-seed=x: expected a whole number*"),
        ("--windtunnel-seed=-1", "*--windtunnel-seed=-1: expected a whole number*"),
        ("--windtunnel-min-score=101", "*expected a number from 0 to 100*"),
        ("--windtunnel-min-score=full", "*expected a number from 0 to 100*"),
        ("--windtunnel-json=no/such/folder/x.json", "*expected a file in a folder*"),
        ("--windtunnel-config=nothing.toml", "*nothing.toml: cannot be read: No such file*"),
        ("--windtunnel-inconclusive=ignore", "*invalid choice: 'ignore'*"),
    ],
)
def test_a_bad_option_is_one_clear_error(
    pytester: pytest.Pytester, option: str, message: str
) -> None:
    result = pytester.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    result.stderr.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("option", [(), ("-n1",), ("--windtunnel-setting=port=1",)])
def test_a_bad_configuration_names_the_key(
    pytester: pytest.Pytester, option: tuple[str, ...]
) -> None:
    (pytester.path / "windtunnel.toml").unlink()
    pytester.makepyprojecttoml("[tool.windtunnel]\ncommand = ['x']\nendpoint = ['/a']\n")
    pytester.makepyfile("def test_one(stack): pass")
    result = pytester.runpytest(*option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unknown key 'endpoint'; did you mean 'endpoints'?"])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_only_a_test_that_asks_for_the_stack_needs_a_configuration(
    pytester: pytest.Pytester,
) -> None:
    (pytester.path / "windtunnel.toml").unlink()
    pytester.makepyfile(PASSING + "\ndef test_two(stack): pass\n")
    result = pytester.runpytest("--windtunnel-html=report.html")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no windtunnel.toml and no *`windtunnel init` writes*"])
    result.stdout.no_fnmatch_line("*another exception occurred*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_marked_fault_without_a_configuration_is_one_clear_error(
    pytester: pytest.Pytester,
) -> None:
    (pytester.path / "windtunnel.toml").unlink()
    pytester.makepyfile(
        "import pytest\n@pytest.mark.fault('latency', 'catalog', seconds=1)\ndef test_x(): pass\n"
    )
    result = pytester.runpytest()
    assert result.ret != pytest.ExitCode.OK
    output = "\n".join([*result.errlines, *result.outlines])
    assert "test_x: " in output
    assert "no windtunnel.toml" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("needs('proces')", "*no such capability; did you mean 'process'?*"),
        ("needs()", "*no such capability*"),
        ("target('CACHE_TTL')", "*expected NAME=value pairs only*"),
    ],
)
def test_a_bad_marker_is_refused_where_it_is_written(
    pytester: pytest.Pytester, marker: str, message: str
) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.{marker}\ndef test_x(): pass")
    result = pytester.runpytest()
    assert result.ret != pytest.ExitCode.OK
    output = "\n".join([*result.errlines, *result.outlines])
    assert message.strip("*") in output
    assert "Traceback" not in output


def test_it_is_inert_unless_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_x(): pass")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*windtunnel:*")
    result.stdout.no_fnmatch_line("*architecture score*")


def test_a_passing_verdict_is_shown_with_its_score(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSING)
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*architecture score 8/100*",
            "*success rate*7.5 / 30*",
            "*PASS error rate, /api/agents: found 1, allowed 2.*",
            "*not tested, so zero: /api/workflows, /api/metrics, /api/health*",
        ]
    )


def test_settings_that_scenarios_changed_are_shown(pytester: pytest.Pytester) -> None:
    """A shortened recovery time must be seen beside the score that rests on it."""
    pytester.makepyfile(
        PASSING
        + """
@pytest.fixture
def stack(request):
    from windtunnel.plugin import markers
    from windtunnel.plugin.scenario_state import state_of
    state_of(request.node).settings = markers.environment(request.node)

@pytest.mark.target(RECOVERY_TIMEOUT=1.0)
def test_two(stack, judge):
    judge(verdict(Ruling.PASS))
"""
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["set by scenarios: RECOVERY_TIMEOUT=1.0 (in 1)"])


def test_a_failing_verdict_explains_itself(pytester: pytest.Pytester) -> None:
    """Verdict, interval, evidence, conditions, and the command that replays it."""
    pytester.makepyfile(PASSING + "\ndef test_two(judge): judge(verdict(Ruling.FAIL))\n")
    result = pytester.runpytest("-p", "no:randomly", "--windtunnel-seed=42")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*FAIL error rate of /api/agents: found 1, allowed 2.*",
            "*interval: 0.5 to 1.5*",
            "*under: profile loopback*",
            "*    0.0  caller * request 1*",
            "*>     500.0  catalog  refused*",
            "*replay: pytest *test_two* --windtunnel-backend=* --windtunnel-seed=42*",
        ]
    )


@pytest.mark.parametrize("folder", [".", "inside"])
def test_the_replay_has_all_that_decided_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """What it prints can be pasted into a shell, and runs the same test under the same settings."""
    pytester.makepyfile(
        PASSING
        + """
from windtunnel.plugin.stash_keys import SESSION

@pytest.mark.parametrize("name", ["a b"])
def test_two(name, judge, request):
    session = request.config.stash[SESSION]
    option = request.config.getoption
    print("has", session.seed, session.configuration.criteria.error_rate)
    print("has", option("--windtunnel-base"), option("--windtunnel-build"))
    judge(verdict(Ruling.INCONCLUSIVE))
"""
    )
    (pytester.path / "its own.toml").write_text(PROJECT)
    pytester.path.joinpath(folder).mkdir(exist_ok=True)
    monkeypatch.chdir(pytester.path / folder)
    up = "" if folder == "." else "../"
    first = pytester.runpytest(
        str(pytester.path),
        "--windtunnel-seed=42",
        "--windtunnel-backend=embedded",
        f"--windtunnel-config={up}its own.toml",
        "--windtunnel-setting=criteria.error_rate=0.02",
        "--windtunnel-base=main",
        "--windtunnel-build",
        "--windtunnel-inconclusive=fail",
    )
    first.assert_outcomes(passed=1, failed=1)
    (line,) = {each for each in first.outlines if each.strip().startswith("replay: ")}
    program, *words = shlex.split(line.partition("replay: ")[2])
    assert program == "pytest"
    again = pytester.runpytest(*words)
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["has 42 0.02", "has main True"])


def test_a_failed_verdict_that_an_assertion_does_not_name_is_not_its_cause(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        PASSING
        + """
def test_two():
    other = verdict(Ruling.FAIL)
    one = 1
    assert one == 2
"""
    )
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(["*assert 1 == 2*"])
    result.stdout.no_fnmatch_line("*FAIL error rate*")


def test_an_asserted_failure_is_in_the_reports_and_not_in_the_score(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(PASSING + "\ndef test_two():\n    assert verdict(Ruling.FAIL)\n")
    result = pytester.runpytest("--windtunnel-json=out.json")
    result.stdout.fnmatch_lines(["architecture score 8/100", "FAIL error rate, /api/agents*"])
    report = json.loads((pytester.path / "out.json").read_text())
    assert sorted(each["verdict"]["ruling"] for each in report["verdicts"]) == ["FAIL", "PASS"]


@pytest.mark.parametrize(
    "statement", ["assert verdict(Ruling.FAIL)", "found = verdict(Ruling.FAIL)\n    assert found"]
)
def test_an_asserted_verdict_explains_itself_too(pytester: pytest.Pytester, statement: str) -> None:
    pytester.makepyfile(PASSING + f"\ndef test_two():\n    {statement}\n")
    result = pytester.runpytest("--windtunnel-seed=42")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL error rate of /api/agents: found 1, allowed 2.",
            "*>     500.0  catalog  refused*",
            "*replay: pytest *test_two* --windtunnel-seed=42*",
            "*test_an_asserted_verdict*: in test_two*",
        ]
    )


def test_a_failed_assertion_about_something_else_is_pytests_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_x():\n    one = 1\n    assert one == 2\n")
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(["*assert 1 == 2*"])


def test_inconclusive_is_a_result_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSING + "\ndef test_two(judge): judge(verdict(Ruling.INCONCLUSIVE))\n")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*INCONCLUSIVE error rate*It needs more.*", "*1 inconclusive*"])


def test_inconclusive_can_be_made_to_fail(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSING + "\ndef test_two(judge): judge(verdict(Ruling.INCONCLUSIVE))\n")
    result = pytester.runpytest("--windtunnel-inconclusive=fail")
    result.assert_outcomes(passed=1, failed=1)


def test_an_asserted_inconclusive_verdict_is_neither_passed_nor_failed(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(PASSING + "\ndef test_two(): assert verdict(Ruling.INCONCLUSIVE)\n")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*1 passed, 1 inconclusive*"])


def test_a_score_below_the_minimum_fails_the_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSING)
    assert pytester.runpytest("--windtunnel-min-score=7.5").ret == pytest.ExitCode.OK
    result = pytester.runpytest("--windtunnel-min-score=8")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*the score 7.5 is below --windtunnel-min-score=8*"])


def test_a_minimum_without_any_verdict_fails(pytester: pytest.Pytester) -> None:
    """Silence is never a pass."""
    pytester.makepyfile("def test_x(): pass")
    assert pytester.runpytest("--windtunnel-min-score=1").ret == pytest.ExitCode.TESTS_FAILED


def test_the_json_has_a_version_the_seed_and_every_verdict(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSING + "\ndef test_two(judge): judge(verdict(Ruling.FAIL))\n")
    result = pytester.runpytest("--windtunnel-json=out.json", "--windtunnel-seed=42")
    result.assert_outcomes(passed=1, failed=1)
    report = json.loads((pytester.path / "out.json").read_text())
    assert report["schema"] == "windtunnel/1"
    assert report["seed"] == 42
    assert report["score"] == 0
    assert sorted(each["verdict"]["ruling"] for each in report["verdicts"]) == ["FAIL", "PASS"]
    assert {share["tested"] for share in report["shares"]} == {True, False}


def test_it_works_without_the_plugins_that_it_does_not_need(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PASSING)
    plugins = ("benchmark", "asyncio", "xdist", "randomly", "timeout")
    result = pytester.runpytest_subprocess(*(f"-pno:{name}" for name in plugins))
    result.assert_outcomes(passed=1)
