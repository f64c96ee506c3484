"""Dependencies that need others start after these, past the tap; all else starts at once."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.state.test_fresh import SERVICE, one
from windtunnel.address import Address
from windtunnel.backends.concurrent_starts import concurrent_starts
from windtunnel.configuration import parse
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.session import Session

SERVER = """
import pathlib, socket, sys, time

name, host, port, *rest = sys.argv[1:]
if name == "database":
    time.sleep(0.3)
for each in rest:
    if ":" in each:
        where, _, number = each.rpartition(":")
        socket.create_connection((where, int(number)), 5).close()
    else:
        print(pathlib.Path(each).read_text())
with pathlib.Path("order").open("a") as order:
    order.write(f"{name}\\n")
server = socket.create_server((host, int(port)))
while True:
    server.accept()[0].close()
"""
CONFIGURATION = """
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/"]
control_period = 0.0

[files]
settings = { text = "early" }
addresses = { text = "{database.address}" }

[dependencies.search]
command = ["{python}", "server.py", "search", "{host}", "{port}", "{database.address}"]
environment = { SEARCH = "{address}" }
endpoint = "/"
depends = ["database"]

[dependencies.database]
command = ["{python}", "server.py", "database", "{host}", "{port}", "{files}/settings"]
environment = { DATABASE = "{address}" }
endpoint = "/"
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "service.py").write_text(SERVICE)
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    made = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
    yield made
    made.close()


def test_what_is_needed_serves_first(session: Session, tmp_path: Path) -> None:
    """And is reached by its own address, with the files that name no address."""
    stack = one(session)
    assert (tmp_path / "order").read_text().split() == ["database", "search"]
    assert not stack.evidence("database").connections


def test_what_is_needed_is_the_reason(session: Session, tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("raise SystemExit(7)")
    with pytest.raises(StartError, match=r"^database exited at its start with status 7"):
        one(session)
    assert not (tmp_path / "order").exists()


def test_starts_wait_for_those_before_them() -> None:
    """Whatever their order, and only they."""
    done: list[str] = []
    free = threading.Event()

    def start(name: str) -> Address:
        if name == "first":
            assert free.wait(30), "what nothing needs waits for something"
        done.append(name)
        if name == "free":
            free.set()
        return Address("x", 1)

    starts = {name: partial(start, name) for name in ("last", "first", "free")}
    found = concurrent_starts(starts, {"last": ["first", "free"]})
    assert set(found) == set(starts)
    assert done == ["free", "first", "last"]


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        ({"a": ["b"], "b": ["a"]}, "none that needs 'a' itself, as 'b' does"),
        ({"a": ["a"]}, "none that needs 'a' itself"),
        ({"a": ["c"], "c": ["b"], "b": ["a"]}, "none that needs 'a' itself, as 'c' does"),
        ({"a": ["sea"]}, "names of other dependencies; did you mean 'seal'?"),
    ],
)
def test_an_order_that_cannot_be_is_refused(depends: dict[str, list[str]], expected: str) -> None:
    dependencies = {
        name: {"endpoint": "/", "environment": {"A": "{address}"}, "depends": depends.get(name, [])}
        for name in ("a", "b", "c", "seal")
    }
    table = {"command": ["x"], "endpoints": ["/"], "dependencies": dependencies}
    with pytest.raises(ConfigurationError, match=re.escape(expected)):
        parse(table, "x")
