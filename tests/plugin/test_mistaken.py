"""A test that asks for what there is not: it fails, and says nothing of the service."""

import json

import pytest

from tests.plugin.conftest import THREAD

TESTS = """
import pytest
from windtunnel import HttpLostAnswer, Kill, Latency, Outage, at_most_once

def test_unknown_dependency(stack):
    with stack.inject(HttpLostAnswer("pricse")):
        stack.drive("/orders", requests=5)

def test_refused_fault(stack):
    with stack.inject(HttpLostAnswer("stock")):
        stack.drive("/orders", requests=5)

def test_wrong_argument(stack, judge):
    with stack.inject(Outage("prices")):
        run = stack.drive("/orders", requests=5)
    judge(at_most_once(run, "prices", key="heder:Idempotency-Key"))

@pytest.mark.xfail
def test_expected(stack, judge):
    with stack.inject(Outage("stock")):
        run = stack.drive("/orders", requests=5)
    judge(at_most_once(run, "pricse", key="header:Idempotency-Key"))
"""


def test_a_mistake_in_a_test_is_no_pair_no_cell_and_no_failure(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest(*THREAD, "--windtunnel-json=found.json")
    result.assert_outcomes(failed=4)
    result.stdout.no_fnmatch_line("*pairs of dependency and fault*")
    found = json.loads((project.path / "found.json").read_text())["matrix"]
    assert found["cells"] == []
    assert ["prices", "Outage"] in found["untested"]
