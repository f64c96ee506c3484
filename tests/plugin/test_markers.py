"""`fault`, `criterion` and `matrix`: injected, judged, and refused where they are wrong."""

import pytest

from tests.plugin.conftest import THREAD

IMPORTS = "import pytest\nfrom functools import partial\nfrom windtunnel_faults import *\n"


def test_a_marked_fault_is_in_force_for_the_call_alone(project: pytest.Pytester) -> None:
    project.makepyfile(
        IMPORTS
        + """
@pytest.fixture
def warm(stack):
    assert not any(r.fallback for r in stack.drive("/orders", requests=2).responses)
    yield
    assert not any(r.fallback for r in stack.drive("/orders", requests=2).responses)

@pytest.mark.fault(Outage("prices"))
@pytest.mark.fault("latency", "stock", seconds=0.01)
def test_x(warm, stack):
    run = stack.drive("/orders", requests=2)
    assert {r.fallback for r in run.responses} == {"prices"}
    assert [w.dependency for w in run.faults] == ["prices", "stock"]
"""
    )
    project.runpytest(*THREAD).assert_outcomes(passed=1)


def test_a_marked_fault_that_touches_nothing_fails_even_a_test_that_asks_for_nothing(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(IMPORTS + "@pytest.mark.fault(Outage('prices'))\ndef test_x(): pass\n")
    result = project.runpytest(*THREAD)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*FAIL fault touched traffic of Outage(dependency='prices')*"])
    result.stdout.fnmatch_lines(["*prices *Outage *vacuous*"])


def test_a_fault_is_healed_also_when_its_test_fails_or_forgets_it(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.fault(Outage("prices"))
def test_failing(): assert False

def test_forgetful(stack):
    stack.inject(Outage("prices")).__enter__()

def test_after(stack):
    assert not any(r.fallback for r in stack.drive("/orders", requests=2).responses)
"""
    )
    project.runpytest(*THREAD).assert_outcomes(passed=2, failed=1)


def test_criteria_judge_the_last_run(project: pytest.Pytester) -> None:
    """By name, with the subject from the run or from the fault; also one from a plugin."""
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.fault(Outage("prices"))
@pytest.mark.criterion("breaker_opens", within=3)
def test_fails(stack):
    stack.drive("/orders", requests=10)

@pytest.mark.target(BREAKER=1)
@pytest.mark.fault(Outage("prices"))
@pytest.mark.criterion("breaker_opens", within=3)
@pytest.mark.criterion("slowest_response", below=5.0)
def test_passes(stack):
    stack.drive("/orders", requests=10)

@pytest.mark.criterion("error_rate", below=0.05)
def test_open(stack):
    stack.drive("/orders", requests=3)
"""
    )
    result = project.runpytest(*THREAD, "-v", "-rA")
    result.stdout.fnmatch_lines(
        [
            "*test_fails FAILED*",
            "*test_passes PASSED*",
            "*test_open INCONCLUSIVE*",
        ]
    )
    result.stdout.fnmatch_lines(["FAIL breaker opens within 3 failures of prices*"])
    result.stdout.fnmatch_lines(["*PASS slowest response, the run*"])


@pytest.mark.alone  # an engine that a busy machine holds up leaves every objective open
@pytest.mark.alone  # a busy machine keeps the load engine from sending in time
def test_an_objective_judges_the_last_offer(project: pytest.Pytester) -> None:
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.criterion("errors<50% and p50<5s")
@pytest.mark.criterion("error_rate", below=0.9)
@pytest.mark.criterion("calls_per_request", dependency="prices", at_most=9)
def test_offers(stack):
    stack.offer(200, duration=0.5)
"""
    )
    result = project.runpytest(*THREAD, "-v", "-rA")
    result.stdout.fnmatch_lines(
        [
            "*test_offers PASSED*",
            "*PASS error rate*",
            "*PASS errors<50%*",
            "*PASS p50<5s*",
            "*PASS calls per request*",
        ]
    )


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("fault()", "fault(): expected a fault, such as Latency('catalog', 0.2), or its name"),
        ("fault(Outage('price'))", "no dependency is named 'price'; did you mean 'prices'?"),
        ("fault('outag', 'prices')", "no fault is named 'outag'; did you mean 'Outage'?"),
        ("fault('latency', 'prices', second=1)", "no parameter 'second'; did you mean 'seconds'?"),
        ("fault('latency', 'prices', seconds=-1)", "Latency(seconds=-1): expected 0.001 seconds"),
        ("criterion('eror_rate')", "is named 'eror_rate'; did you mean 'error_rate'?"),
        ("criterion('error_rate', under=1)", "error_rate has no argument 'under'; expected one"),
        ("criterion('all_answered')", "all_answered needs within=…"),
        ("criterion('p9x<5ms')", "no figure is named 'p9x'; did you mean 'p99'?"),
        ("criterion(3)", "criterion(3): expected a criterion's name"),
        ("matrix(faults=[Outage], dependency=['prices'])", "did you mean 'dependencies'?"),
        ("matrix(faults=['otage'])", "no fault is named 'otage'; did you mean 'Outage'?"),
        (
            "matrix(faults=[Latency])",
            "matrix: faults: <class 'windtunnel_faults.tcp.latency.Latency'>: ",
        ),
        ("matrix(faults=[])", "matrix: expected faults=[…]"),
        ("matrix(faults=[Outage], dependencies=['stok'])", "did you mean 'stock'?"),
        ("matrix(faults=[Outage], dependencies=['pri'])", "did you mean 'prices'?"),
        ("matrix(faults=[Outage], dependencies=[[]])", "no dependency is named []"),
        ("needs('ht')", "no such capability; did you mean 'http'?"),
        ("windtunnel_fault()", "windtunnel_fault(): expected a fault"),
        ("windtunnel_criterion('eror_rate')", "windtunnel_criterion('eror_rate'): no criterion"),
        ("windtunnel_matrix(faults=[])", "windtunnel_matrix: expected faults=[…]"),
        ("windtunnel_needs('tpc')", "windtunnel_needs('tpc'): no such capability"),
        ("windtunnel_target('x', A=1)", "windtunnel_target('x', A=1): expected NAME=value"),
    ],
)
def test_a_wrong_marker_is_one_clear_error_at_collection(
    project: pytest.Pytester, marker: str, message: str
) -> None:
    argument = "fault" if "matrix(" in marker else ""
    project.makepyfile(IMPORTS + f"@pytest.mark.{marker}\ndef test_x({argument}): pass\n")
    result = project.runpytest(*THREAD)
    assert result.ret != pytest.ExitCode.OK
    output = "\n".join([*result.errlines, *result.outlines])
    assert message in output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output


def test_a_criterion_that_cannot_judge_says_what_to_do(project: pytest.Pytester) -> None:
    project.makepyfile(
        IMPORTS
        + """
@pytest.mark.criterion("mean_response")
def test_nothing(): pass

@pytest.mark.criterion("p99<50ms")
def test_driven(stack): stack.drive("/orders", requests=2)

@pytest.mark.criterion("breaker_opens")
def test_unnamed(stack): stack.drive("/orders", requests=2)
"""
    )
    result = project.runpytest(*THREAD)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "criterion('mean_response'): the test made no run: use stack.drive*",
            "criterion('p99<50ms'): an objective judges what `stack.offer` returned*",
            "criterion('breaker_opens'): name the dependency that it is about",
        ]
    )


def test_a_matrix_runs_each_fault_at_each_dependency_and_shows_what_was_never_tested(
    project: pytest.Pytester,
) -> None:
    """An HTTP fault is left out where the dependency does not speak HTTP."""
    project.makepyfile(
        IMPORTS
        + """
from windtunnel import breaker_opens

@pytest.mark.matrix(faults=[Outage, partial(Latency, seconds=0.01), "http-status first=3"])
def test_x(stack, judge, fault):
    if fault.needs not in stack.backend.capabilities:
        pytest.skip("not here")
    with stack.inject(fault):
        run = stack.drive("/orders", requests=8)
    if isinstance(fault, Outage):
        judge(breaker_opens(run, fault.dependency))
"""
    )
    result = project.runpytest(*THREAD, "-v")
    result.stdout.fnmatch_lines(
        [
            "*test_x?prices-Outage? FAILED*",
            "*test_x?prices-Latency? PASSED*",
            "*test_x?prices-HttpStatus? SKIPPED*",
            "*test_x?stock-Outage? FAILED*",
            "*test_x?stock-Latency? PASSED*",
        ]
    )
    result.stdout.fnmatch_lines(
        [
            "matrix: 4 of 16 pairs of dependency and fault, 4 of 32 cells tested",
            "  dependency  fault    circuit breaker  asserted",
            "  prices      Latency  -                PASS",
            "  prices      Outage   FAIL             -",
            "  never injected at prices: Bandwidth, *",
        ]
    )
    result.stdout.no_fnmatch_line("*stock-HttpStatus*")


WRONG = {
    '@pytest.mark.fault("latency", "prices", seconds=16**5000)': "a number of thousands of digits",
    '@pytest.mark.criterion("error_rate", endpoint="\\ud800")': "expected a text",
    '@pytest.mark.target(MODE="a\\0b")': "expected text in UTF-8 without a NUL",
}


@pytest.mark.parametrize("marker", WRONG)
def test_a_wrong_marker_is_one_message_and_no_traceback(
    marker: str, project: pytest.Pytester
) -> None:
    project.makepyfile(f"{IMPORTS}{marker}\ndef test_x(stack): pass\n")
    result = project.runpytest(*THREAD)
    said = [line for line in result.errlines if line]
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len(said) == 1, said
    assert WRONG[marker] in said[0]
    assert len(said[0]) < 2000
    assert "INTERNALERROR" not in result.stdout.str()
