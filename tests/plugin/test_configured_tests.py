"""Which configuration tests have: the nearest file's, completed by a fixture of the project."""

import pytest

from tests.plugin.conftest import PROJECT, THREAD

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def server():
    return "127.0.0.1:4711"

@pytest.fixture(scope="session")
def windtunnel_configuration(server):
    return {value}
"""
TEST = """
def test_x(stack, judge):
    from windtunnel import error_rate
    known = stack.configuration
    assert known.dependencies["prices"].upstream == "127.0.0.1:4711"
    judge(error_rate(stack.drive("/orders", requests=200), "/orders"))
"""
LAID_OVER = '{"dependencies": {"prices": {"upstream": server, "command": None}}}'
EITHER = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])


def unknown_upstream() -> str:
    """Return the project's settings with a command where its own is not known."""
    return PROJECT.replace('upstream = "127.0.0.1:1"', 'command = ["none"]', 1)


@EITHER
def test_a_fixture_completes_the_file(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    (project.path / "windtunnel.toml").write_text(unknown_upstream())
    project.makeconftest(CONFTEST.format(value=LAID_OVER))
    project.makepyfile(TEST)
    result = project.runpytest_subprocess(*THREAD, *workers)
    result.assert_outcomes(passed=1)
    # Of the configuration that the tests had, points are given.
    result.stdout.fnmatch_lines(["*success rate *30.0 / 30"])


@EITHER
def test_a_fixture_is_all_there_is(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    (project.path / "windtunnel.toml").unlink()
    whole = f"""__import__("windtunnel").configuration.parse(
        __import__("tomllib").loads('''{PROJECT}'''.replace("127.0.0.1:1", server)), "x")"""
    project.makeconftest(CONFTEST.format(value=whole))
    project.makepyfile(TEST)
    result = project.runpytest_subprocess(*THREAD, *workers)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*success rate *30.0 / 30"])


@EITHER
def test_a_mistake_of_a_fixture_is_its_own(
    project: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    project.makeconftest(CONFTEST.format(value='{"dependencies": {"prices": {"upstrem": server}}}'))
    project.makepyfile(TEST)
    result = project.runpytest_subprocess(*THREAD, *workers)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*windtunnel: fixture windtunnel_configuration: unknown key *prices.upstrem'*did you*"]
    )


def test_an_option_comes_before_a_fixture(project: pytest.Pytester) -> None:
    value = LAID_OVER.replace("server", '"127.0.0.1:9"')
    project.makeconftest(CONFTEST.format(value=value))
    project.makepyfile(TEST)
    setting = "--windtunnel-setting=dependencies.prices.upstream=127.0.0.1:4711"
    project.runpytest(*THREAD, setting).assert_outcomes(passed=1)


def test_what_is_no_configuration_is_refused(project: pytest.Pytester) -> None:
    project.makeconftest(CONFTEST.format(value="server"))
    project.makepyfile(TEST)
    result = project.runpytest(*THREAD)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'127.0.0.1:4711': expected settings (a dict), a Conf*"])


def services(project: pytest.Pytester, *names: str) -> None:
    """Write a repository with these services, each with a configuration and a test."""
    (project.path / "windtunnel.toml").unlink()
    for name in names:
        folder = project.path / name / "tests"
        folder.mkdir(parents=True)
        text = PROJECT.replace("/orders", f"/{name}").replace("prices", f"{name}-prices")
        (folder.parent / "windtunnel.toml").write_text(text.replace("PRICES", "P"))
        (folder / f"test_{name}.py").write_text(f"""
import pytest
from windtunnel import Outage

def test_plain(stack):
    assert stack.endpoints == ("/{name}",)

@pytest.mark.fault(Outage("{name}-prices"))
def test_marked(stack):
    stack.drive("/{name}", requests=3)

@pytest.mark.matrix(faults=[Outage], dependencies=["{name}-prices"])
def test_each(stack, fault):
    assert fault.dependency == "{name}-prices"
""")


@EITHER
def test_the_nearest_file_is_used(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    services(project, "orders")
    result = project.runpytest_subprocess(*THREAD, "--rootdir=.", *workers)
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("*no windtunnel.toml*")


def test_a_pyproject_is_a_file_too(project: pytest.Pytester) -> None:
    services(project, "orders")
    folder = project.path / "orders"
    text = (folder / "windtunnel.toml").read_text()
    table = text.replace("[dependencies", "[tool.windtunnel.dependencies")
    (folder / "pyproject.toml").write_text(f"[tool.windtunnel]\n{table}")
    (folder / "windtunnel.toml").unlink()
    project.runpytest(*THREAD, "--rootdir=.").assert_outcomes(passed=3)


def test_a_service_of_two_is_tested_alone(project: pytest.Pytester) -> None:
    services(project, "orders", "bookings")
    project.runpytest(*THREAD, "--rootdir=.", "bookings").assert_outcomes(passed=3)


def test_two_services_in_one_run_are_refused(project: pytest.Pytester) -> None:
    services(project, "orders", "bookings")
    result = project.runpytest(*THREAD, "--rootdir=.")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "*the tests of one run are of several configurations:",
            f"  {project.path}/bookings/windtunnel.toml, for bookings/tests/test_bookings.py::*",
            f"  {project.path}/orders/windtunnel.toml, for orders/tests/test_orders.py::*",
            "one run tests one service: run `pytest bookings` and `pytest orders`, or name*",
        ]
    )


def test_two_services_in_one_run_are_refused_on_workers(project: pytest.Pytester) -> None:
    services(project, "orders", "bookings")
    result = project.runpytest_subprocess(*THREAD, "--rootdir=.", "-n", "2")
    result.assert_outcomes(errors=6)
    result.stdout.fnmatch_lines(["*the tests of one run are of several configurations:"])


def test_a_file_that_is_named_is_that_of_all(project: pytest.Pytester) -> None:
    services(project, "orders")
    (project.path / "other.toml").write_text(PROJECT.replace("/orders", "/other"))
    (project.path / "orders/tests/test_orders.py").write_text(
        "def test_x(stack): assert stack.endpoints == ('/other',)"
    )
    project.runpytest(*THREAD, "--windtunnel-config=other.toml").assert_outcomes(passed=1)
