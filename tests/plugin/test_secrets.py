"""Planted secrets, and what acts on a terminal, leave a session by none of its outputs."""

from pathlib import Path

import pytest

from tests.plugin.conftest import PROJECT, THREAD

MARK = "pl4nted"
ORDER = "::error::done by the target"
ESCAPE = "\x1b]0;title\x07"

TOML = f"""
command = ["none", "--password", "{MARK}-command"]
environment = {{ SESSION_TOKEN = "{MARK}-from-toml" }}
endpoints = ["/orders", "/paid?api_key={MARK}-endpoint"]
"""

TESTS = f"""
import pytest
from windtunnel import Category, Moment, Ruling, Verdict
from windtunnel.errors import StartError

SEEN = "{MARK}-of-marker"  # the target's log has the value alone
OUTSIDE = {ESCAPE!r} + "\\n{ORDER}"

def verdict(ruling):
    return Verdict(
        criterion="error rate", subject="/paid?api_key={MARK}-endpoint", ruling=ruling,
        statement="asked http://user:{MARK}-login@host/?token={MARK}-query " + OUTSIDE,
        category=Category.SUCCESS_RATE, covers=("/paid?api_key={MARK}-endpoint",),
        value=1.0, lower=0.5, upper=1.5, needs="more" if ruling is Ruling.INCONCLUSIVE else "",
        timeline=(
            Moment(1.0, "caller", "GET /paid?api_key={MARK}-path"),
            Moment(1.5, "prices", "Authorization: Bearer {MARK}-bearer", True),
        ),
        conditions=("SESSION_TOKEN={MARK}-from-toml", SEEN),
    )

@pytest.mark.target(API_KEY="{MARK}-of-marker")
@pytest.mark.parametrize("ruling", ["PASS", "FAIL", "INCONCLUSIVE"])
def test_judged(stack, judge, ruling):
    stack.drive("/paid?api_key={MARK}-endpoint", requests=2)
    print("captured", SEEN)
    judge(verdict(Ruling(ruling)))

@pytest.mark.target(API_KEY="{MARK}-of-marker")
def test_error(stack):
    raise StartError("the last lines of its log: " + SEEN + OUTSIDE)

@pytest.mark.target(API_KEY="{MARK}-of-marker")
def test_exception(stack):
    key = SEEN
    assert key == "", SEEN + OUTSIDE
"""


@pytest.fixture
def outputs(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Give a project in which secrets stand in every place, and every output is asked for."""
    project.path.joinpath("windtunnel.toml").write_text(
        TOML + PROJECT.split("\n", 3)[3] + "\n[criteria]\nerror_rate = 0.05\n"
    )
    project.makepyfile(TESTS)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path / "summary.md"))
    return project


OPTIONS = (
    *("--windtunnel-json=out.json", "--windtunnel-html=out.html", "--junitxml=out.xml"),
    *("--windtunnel-report=openmetrics=out.txt", "-rA", "-l"),
    f"--windtunnel-setting=command=none --api-key {MARK}-from-option",
)


def test_no_output_has_a_planted_secret_or_an_order(outputs: pytest.Pytester) -> None:
    result = outputs.runpytest_subprocess(*THREAD, *OPTIONS)
    result.assert_outcomes(passed=1, failed=3)
    files = [outputs.path / name for name in ("out.json", "out.html", "out.xml", "out.txt")]
    texts = [*map(Path.read_text, files), (outputs.path / "summary.md").read_text()]
    texts += [result.stdout.str(), result.stderr.str()]
    for text in texts:
        assert [line for line in text.splitlines() if MARK in line] == []
        assert "\x1b]" not in text
    assert all("***" in text for text in (texts[0], texts[1], texts[2], texts[5]))
    # Our own annotations are there, and the target's order is none.
    lines = result.stdout.str().splitlines()
    assert any(line.startswith("::error file=") for line in lines)
    assert not any(line.strip().startswith(ORDER) for line in lines)
    assert '--windtunnel-setting=command="$COMMAND"' in result.stdout.str()
    # The points of an endpoint go by its own name, whatever is masked of it afterwards.
    assert "not tested, so zero: /orders\n" in result.stdout.str()


def test_a_setting_shows_all(outputs: pytest.Pytester) -> None:
    result = outputs.runpytest_subprocess(
        *THREAD, *OPTIONS, "--windtunnel-setting=show_secrets=true"
    )
    for word in ("of-marker", "endpoint", "login", "bearer", "from-option"):
        assert f"{MARK}-{word}" in result.stdout.str()
    assert not any(line.startswith(ORDER) for line in result.stdout.lines)


def test_a_wrong_marker_keeps_its_secret(outputs: pytest.Pytester) -> None:
    outputs.makepyfile(f"""
    import pytest
    @pytest.mark.target("x", API_KEY="{MARK}")
    def test_one(stack): pass
    """)
    result = outputs.runpytest_subprocess(*THREAD)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*target('x', API_KEY='[*][*][*]'): expected NAME=value pairs*"])
