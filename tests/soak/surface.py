"""A place where malformed inputs are given: how one is drawn from a number, and what takes it."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from tests.contracts.proxy.servers import OURS, Server
from tests.dashboard.running import Up, begin
from tests.fuzz.http_traffic import damaged
from windtunnel.cli import main


class Wrong(AssertionError):
    """What an input did that none may do."""


def drawn(strategy: st.SearchStrategy[Any], number: int) -> Any:  # noqa: ANN401 - whatever it makes
    """Return the value that follows from a number."""
    found: list[Any] = []

    # The first are always the simplest.
    @seeded(number)
    @settings(
        max_examples=4,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(value: Any) -> None:  # noqa: ANN401 - the same
        found.append(value)

    with without_local_constants():
        take()
    return found[-1]


@contextmanager
def without_local_constants() -> Iterator[None]:
    """Let what is drawn not depend on the modules that are loaded: their constants are mixed in.

    By its private names: it has no public ones for this.
    """
    providers.CONSTANTS_CACHE.cache.clear()
    with mock.patch.object(providers, "_get_local_constants", Constants):
        yield
    providers.CONSTANTS_CACHE.cache.clear()


REPEATED = st.builds(
    lambda piece, times: piece * times,
    st.binary(min_size=1, max_size=6)
    | st.sampled_from([b"a\r\n", b"[", b"*1\r\n", b"a.", b'"a":{']),
    st.integers(100, 10_000),
)
"""A few bytes again and again, whose reader's work must not grow with their square."""


def of_bytes(good: bytes) -> st.SearchStrategy[bytes]:
    """Make a good input with some damage, something repeated in it, or anything."""
    inserted = st.builds(
        lambda place, more: good[:place] + more + good[place:], st.integers(0, len(good)), REPEATED
    )
    return damaged(good) | damaged(good * 3) | inserted | REPEATED | st.binary(max_size=300)


@dataclass
class Here:
    """What inputs are given to: a folder of its own, and servers that start at their first use."""

    held: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def folder(self) -> Path:
        """The working and temporary folder, empty before each input."""
        return Path(self.held.enter_context(tempfile.TemporaryDirectory(prefix="malformed-")))

    @cached_property
    def server(self) -> Server:
        server = Server(OURS)
        self.held.callback(server.close)
        return server

    @cached_property
    def up(self) -> Up:
        up = begin("--backend=embedded")
        self.held.callback(up.stop)
        return up

    @cached_property
    def token(self) -> bytes:
        """What lets one change something at the dashboard, as its page has it."""
        found = re.search(rb'name="windtunnel-token" content="([^"]+)"', self.up.ask("GET", "/")[1])
        assert found
        return found[1]

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


Take = Callable[[Here, Any], str]
"""Gives an input, and returns what is said of it."""


@dataclass(frozen=True, slots=True)
class Surface:
    """One place where inputs come in."""

    draw: Callable[[int], Any]
    take: Take
    usual: Any
    """An input that is right: it is given after each, and must be taken as before."""


def said(call: Callable[[], object], *expected: type[Exception]) -> str:
    """Return how something is refused, if it is."""
    try:
        call()
    except expected as error:
        return str(error) or type(error).__name__
    return ""


def command(*arguments: str) -> str:
    """Run a command in this process; what it says goes to the streams, where it is looked at."""
    status = main(list(arguments))
    if status not in {0, 1, 2, 3}:
        raise Wrong(f"exit status {status}")
    return "refused" if status else ""


def of(strategy: st.SearchStrategy[Any]) -> Callable[[int], Any]:
    return partial(drawn, strategy)


def emptied(folder: Path) -> None:
    """Make a folder empty, and work in it."""
    os.chdir(folder)
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            for inner in each.iterdir():
                inner.unlink()
            each.rmdir()
        else:
            each.unlink()
