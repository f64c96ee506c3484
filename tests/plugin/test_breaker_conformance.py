"""The fixture `breaker_conformance` fails a test for what fails, and only for that."""

import pytest

TEST = """
import pytest

@pytest.mark.target(CACHE_TTL=0, RECOVERY_TIMEOUT=0.5)
def test_breaker(breaker_conformance):
    report = breaker_conformance("catalog", recovery=0.5, {options})
    assert report["opens"]
"""


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ('only=["opens"], failures=["reset"]', {"passed": 1}),
        ('only=["opens"], failures=["reset"], threshold=2', {"failed": 1}),
        ('only=["old-failures-expire"]', {"inconclusive": 1}),
    ],
)
@pytest.mark.slow
@pytest.mark.busy
def test_the_verdicts_decide_the_test(
    pytester: pytest.Pytester, options: str, outcome: dict[str, int]
) -> None:
    pytester.makepyfile(TEST.replace("{options}", options))
    result = pytester.runpytest_subprocess("--windtunnel-backend=embedded", "-p", "no:randomly")
    counted = result.parseoutcomes()
    assert {name: counted.get(name, 0) for name in outcome} == outcome, result.stdout.str()
    if "failed" in outcome:
        result.stdout.fnmatch_lines(["*opens (reset)*", "*FAIL breaker opens within 2 failures*"])
