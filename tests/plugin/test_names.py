"""The plugin's names among others': prefixed ones always, short ones where nobody else has them."""

import pytest

from tests.plugin.conftest import THREAD

IMPORTS = "import pytest\nfrom windtunnel import Outage\n"
OTHER = """
import pytest

def pytest_configure(config):
    config.addinivalue_line("markers", "target(platform, count): what the test runs on")
    config.addinivalue_line("markers", "fault: a test of our fault tree")

@pytest.fixture
def stack():
    return "theirs"
"""
NOTE = "windtunnel: the fixture 'stack' is that of the plugin 'other'; *is windtunnel_stack"


def test_every_name_has_its_prefixed_form(project: pytest.Pytester) -> None:
    project.makepyfile(
        IMPORTS
        + """
from windtunnel import breaker_opens

@pytest.mark.windtunnel_needs("tcp")
@pytest.mark.windtunnel_target(BREAKER=1)
@pytest.mark.windtunnel_fault(Outage("prices"))
@pytest.mark.windtunnel_criterion("breaker_opens", within=3)
def test_marked(windtunnel_stack, windtunnel_judge):
    run = windtunnel_stack.drive("/orders", requests=10)
    windtunnel_judge(breaker_opens(run, "prices", within=3))

@pytest.mark.windtunnel_matrix(faults=[Outage], dependencies=["prices"])
def test_each(stack, windtunnel_stack, fault):
    assert stack is windtunnel_stack
    with stack.inject(fault):
        stack.drive("/orders", requests=1)

@pytest.mark.windtunnel_needs("process")
def test_skipped(windtunnel_async_stack): pass

def test_nothing_to_compare(windtunnel_paired): pass

def test_conformance(windtunnel_breaker_conformance, breaker_conformance):
    assert windtunnel_breaker_conformance is breaker_conformance
"""
    )
    project.runpytest(*THREAD, "--strict-markers").assert_outcomes(passed=3, skipped=2)


def test_a_users_own_fixtures_of_our_short_names_are_theirs(pytester: pytest.Pytester) -> None:
    """No stack is started for them."""
    pytester.makepyfile(
        """
import pytest

@pytest.fixture
def stack(): return ["theirs"]

@pytest.fixture
def judge(stack): return stack.append

@pytest.fixture
def paired(): return 1, 2

def test_x(stack, judge, paired):
    judge("own")
    assert (stack, paired) == (["theirs", "own"], (1, 2))
"""
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("windtunnel*")


@pytest.mark.parametrize("asked", ["stack", "windtunnel_stack"])
def test_a_users_override_that_asks_for_ours_is_ours(project: pytest.Pytester, asked: str) -> None:
    project.makeconftest(
        f"""
import pytest

@pytest.fixture
def stack({asked}):
    {asked}.prepared = True
    return {asked}
"""
    )
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.fault(Outage("prices"))
def test_x(stack):
    assert stack.prepared
    run = stack.drive("/orders", requests=2)
    assert {each.fallback for each in run.responses} == {"prices"}
"""
    )
    result = project.runpytest(*THREAD)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["windtunnel: backend thread *"])


def test_a_marker_works_beside_a_users_own_stack(project: pytest.Pytester) -> None:
    project.makepyfile(
        IMPORTS
        + """
import urllib.request

@pytest.fixture
def stack(): return "theirs"

@pytest.mark.fault(Outage("prices"))
def test_x(stack, windtunnel_stack):
    assert stack == "theirs"
    windtunnel_stack.drive("/orders", requests=1)
"""
    )
    project.runpytest(*THREAD).assert_outcomes(passed=1)


def test_a_marker_where_our_own_stack_is_overridden_says_so(project: pytest.Pytester) -> None:
    project.makepyfile(
        IMPORTS
        + """
@pytest.fixture
def windtunnel_stack(): return "theirs"

@pytest.mark.fault(Outage("prices"))
def test_x(): pass
"""
    )
    result = project.runpytest(*THREAD)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*its fixture `windtunnel_stack` is another one than windtunnel*"])


@pytest.mark.parametrize("loaded", ["before", "after"])
def test_a_fixture_that_another_plugin_has_is_that_plugins(
    project: pytest.Pytester, loaded: str
) -> None:
    """Whichever of the two is loaded first."""
    project.makepyfile(other=OTHER)
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.windtunnel_fault(Outage("prices"))
def test_x(stack, windtunnel_stack):
    assert stack == "theirs"
    windtunnel_stack.drive("/orders", requests=1)

def test_theirs(stack):
    assert stack == "theirs"
"""
    )
    if loaded == "before":  # it names ours, so that ours comes right after it
        project.makepyfile(other=OTHER + 'pytest_plugins = ["windtunnel.plugin"]\n')
        options: tuple[str, ...] = ("-p", "no:windtunnel", "-p", "other")
    else:
        project.makeconftest('pytest_plugins = ["other"]')
        options = ()
    result = project.runpytest_subprocess(*THREAD, *options)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([NOTE])


def test_a_plugin_that_extends_our_fixture_keeps_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        helpers="""
import pytest

@pytest.fixture
def stack(stack):
    stack.prepared = True
    return stack
"""
    )
    project.makeconftest('pytest_plugins = ["helpers"]')
    project.makepyfile("def test_x(stack): assert stack.prepared")
    project.runpytest(*THREAD).assert_outcomes(passed=1)


def test_a_marker_that_others_register_is_left_to_them(project: pytest.Pytester) -> None:
    """What may be meant for us is a warning, which -W can make an error; the rest is silent."""
    project.makepyfile(other=OTHER)
    project.makeconftest('pytest_plugins = ["other"]')
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.target("arm64", 2)
@pytest.mark.fault
def test_theirs(): pass

@pytest.mark.target(BREAKER=1)
def test_maybe_ours(windtunnel_stack): pass

@pytest.mark.fault(Outage("prices"))
def test_surely_ours(): pass

@pytest.mark.target("arm64")
@pytest.mark.windtunnel_target(BREAKER=1)
@pytest.mark.windtunnel_fault(Outage("prices"))
@pytest.mark.criterion("breaker_opens", within=3)
def test_both(windtunnel_stack):
    windtunnel_stack.drive("/orders", requests=10)
"""
    )
    result = project.runpytest_subprocess(*THREAD, "--strict-markers")
    result.assert_outcomes(passed=4, warnings=3)
    result.stdout.fnmatch_lines(
        [
            "*the marker 'target' is left alone*'target(platform, count): what the test runs on'*",
            "*MarkerConflict: the marker 'fault' is left alone*is windtunnel_fault",
        ]
    )
    strict = project.runpytest_subprocess(
        *THREAD, "-W", "error::windtunnel.errors.MarkerConflict", "-k", "maybe"
    )
    assert strict.ret == pytest.ExitCode.USAGE_ERROR
    strict.stderr.fnmatch_lines(["ERROR: *test_maybe_ours: the marker 'target' is left alone*"])


def test_a_project_that_configures_nothing_keeps_its_markers(pytester: pytest.Pytester) -> None:
    """Also those that nobody registers, as long as they do not have our arguments."""
    (pytester.path / "windtunnel.toml").unlink()
    pytester.makepyfile(
        """
import pytest

@pytest.mark.fault("tree", 3)
@pytest.mark.criterion(speed=3)
@pytest.mark.matrix(names=["a"], combs=[{"a": [1]}])
@pytest.mark.target("arm64")
@pytest.mark.needs("gpu")
def test_x(): pass
"""
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_wrong_marker_on_a_test_that_uses_nothing_of_ours_says_how_to_keep_it(
    project: pytest.Pytester,
) -> None:
    project.makepyfile("import pytest\n@pytest.mark.fault('tree')\ndef test_x(): pass")
    result = project.runpytest(*THREAD)
    assert result.ret != pytest.ExitCode.OK
    output = "\n".join([*result.errlines, *result.outlines])
    assert "(a marker that is not windtunnel's: name it under `markers` in pytest's" in output
