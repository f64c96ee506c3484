"""Any value in any argument of what a scenario holds in its hands ends in one message, in time.

The arguments come from the signatures of `Stack`, `Target` and `Session`, so that a new one is
tried too.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from tests.configuration.test_any_value import VALUES, refused
from windtunnel.errors import WindtunnelError
from windtunnel.session import Session
from windtunnel.stack import Stack
from windtunnel.target import Target
from windtunnel_faults import Outage

USUAL: dict[str, dict[str, Any]] = {
    "complete": {"given": None, "origin": "a fixture"},
    "drive": {"path": "/", "requests": 1},
    "evidence": {"dependency": "prices"},
    "get": {"path": "/"},
    "inject": {"fault": Outage("prices")},
    "load": {"requests": 2, "connections": 1},
    "network": {"profile": "loopback"},
    "offer": {"rate": 50, "duration": 0.02, "connections": 1},
    "pairs": {"path": "/", "count": 1},
    "query": {"dependency": "prices", "sql": "select 1"},
    "request": {"wanted": "GET", "path": "/"},
    "stack": {"name": "any", "environment": {}, "record": lambda verdict: None},
    "wait_until": {"condition": lambda: True, "within": 0.01},
}
"""What a method needs, beside the argument that is tried."""
ANYTHING = {"record", "poisson"}
"""Arguments that are called or asked for their truth, and nothing else."""
CONFIGURATION = """
command = ["{python}", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
endpoints = ["/"]
health = "/"
control_period = 0.0

[dependencies.prices]
protocol = "http"
upstream = "127.0.0.1:1"
environment = { PRICES = "http://{address}" }
endpoint = "/"
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "windtunnel.toml").write_text(CONFIGURATION)
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    yield session
    session.close()


@pytest.fixture(scope="module")
def stack(session: Session) -> Iterator[Stack]:
    stack = session.stack("test", {}, lambda verdict: None)
    yield stack
    stack.close()


def methods(kind: type) -> Iterator[str]:
    """Yield the public methods that take something."""
    for name, member in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and len(inspect.signature(member).parameters) > 1:
            yield name


def done(call: Callable[[], object]) -> None:
    """Carry a call out, and enter what it gives where that is to be entered."""
    found = call()
    if isinstance(found, AbstractContextManager) and not isinstance(found, Stack):
        with found:
            pass


def tried(owner: object, name: str) -> None:
    method = getattr(owner, name)
    usual = dict(USUAL.get(name, {}))
    if name == "pairs":
        usual["other"] = owner
    for parameter in inspect.signature(method).parameters.values():
        if parameter.name in ANYTHING or parameter.kind in {
            parameter.VAR_KEYWORD,
            parameter.POSITIONAL_ONLY,
        }:
            continue
        for value in VALUES:
            refused(
                partial(done, partial(method, **{**usual, parameter.name: value})),
                *(WindtunnelError, TimeoutError),
            )


@pytest.mark.parametrize("name", list(methods(Stack)))
def test_any_argument_of_a_stack(stack: Stack, name: str) -> None:
    tried(stack, name)


@pytest.mark.parametrize("name", list(methods(Target)))
def test_any_argument_of_a_target(stack: Stack, name: str) -> None:
    tried(stack.default_target, name)


@pytest.mark.parametrize("name", list(methods(Session)))
def test_any_argument_of_a_session(session: Session, name: str) -> None:
    tried(session, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [("A", "a\0b"), ("A", "\ud800"), ("A", 16**4300), ("", "x"), ("A=B", "x"), ("A\0", "x")],
    ids=["NUL", "surrogate", "digits", "no name", "equals", "NUL in the name"],
)
def test_a_variable_that_no_program_can_have(stack: Stack, name: str, value: object) -> None:
    with pytest.raises(WindtunnelError), stack.target(**{name: value}):
        pass


def test_a_condition_whose_value_cannot_be_written_is_recorded_all_the_same(stack: Stack) -> None:
    class Unwritten:
        def __bool__(self) -> bool:
            return False

        def __repr__(self) -> str:
            raise ValueError("its session is closed")

    made = stack.wait_until(Unwritten, within=0.01)
    assert (bool(made), made.value) == (False, "a Unwritten whose repr raises ValueError")
