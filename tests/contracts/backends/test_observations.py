"""One suite for every backend: what is recorded of requests, and what is looked up past the tap."""

import urllib.request

from windtunnel import HttpAbort
from windtunnel.records import FieldState, WaitOutcome
from windtunnel.stack import Stack

AGENTS = "/api/agents"


def test_the_configured_fields_are_recorded_as_digests(backend_stack: Stack) -> None:
    run = backend_stack.drive(AGENTS, requests=2)
    evidence = run.at("catalog")
    assert evidence.recorded == ("header:host", "json:id")
    found = [each for each in evidence.exchanges if each.started >= run.began]
    assert found
    hosts = [each.field("header:host") for each in found]
    assert {each.state for each in hosts} == {FieldState.PRESENT}
    assert len({each.value for each in hosts}) == 1
    assert ":" not in hosts[0].value
    assert {each.field("json:id").state for each in found} == {FieldState.ABSENT}


def test_a_dependency_is_reached_past_the_tap_and_past_faults(backend_stack: Stack) -> None:
    where = backend_stack.address("catalog")

    def serves() -> bool:
        with urllib.request.urlopen(f"http://{where}/agents") as answer:
            return bool(answer.read())

    with backend_stack.inject(HttpAbort("catalog")):
        run = backend_stack.drive(AGENTS, requests=1)
        looked = backend_stack.wait_until(serves, within=20)
    assert looked.outcome is WaitOutcome.CAME_TRUE
    later = backend_stack.up_to_now(run)
    assert later.at("catalog").exchanges == run.at("catalog").exchanges
