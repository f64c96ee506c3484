"""The way from one program to one dependency: each has a tap of its own."""

from collections.abc import Iterable
from typing import Self

from windtunnel.errors import ConfigurationError, shown, suggestion

BETWEEN = "@"
"""Stands in no name of a program or a dependency."""


class Edge(str):
    """The calls of one program to one dependency, wherever a dependency's name is accepted.

    `Edge("movies", caller="bookings")` is the text "movies@bookings", by which its tap, its
    evidence and reports name it. Those of the driven program bear the dependency's name alone.
    """

    __slots__ = ()

    def __new__(cls, dependency: str, *, caller: str = "") -> Self:
        """Return the edge from `caller` to a dependency; without a caller, the driven program's."""
        for value in (dependency, caller):
            if not isinstance(value, str):
                raise ConfigurationError(f"Edge({shown(value)}): expected a name")
        return super().__new__(cls, f"{dependency}{BETWEEN}{caller}" if caller else dependency)

    @property
    def dependency(self) -> str:
        """What is called."""
        return self.partition(BETWEEN)[0]

    @property
    def caller(self) -> str:
        """Who calls it; "" for the driven program."""
        return self.partition(BETWEEN)[2]


def the_edge(edges: Iterable[str], dependency: str, *, target: str, caller: str = "") -> Edge:
    """Return which of the edges is meant by a dependency and its caller. ConfigurationError.

    Without a caller it is the driven program's (`target`), or else the only one there is.
    """
    if not isinstance(dependency, str) or not isinstance(caller, str):
        wrong = caller if isinstance(dependency, str) else dependency
        raise ConfigurationError(f"{shown(wrong)}: expected a name")
    wanted = Edge(dependency)
    name, caller = wanted.dependency, caller or wanted.caller
    known = [Edge(each) for each in edges]
    found = [each for each in known if each.dependency == name]
    if not found:
        names = dict.fromkeys(each.dependency for each in known)
        raise ConfigurationError(f"no dependency is named {shown(name)}{suggestion(name, names)}")
    callers = {each.caller or target: each for each in found}
    if caller:
        if caller not in callers:
            raise ConfigurationError(
                f"no program {shown(caller)} calls {name!r}{suggestion(caller, callers)}"
            )
        return callers[caller]
    if target in callers:
        return callers[target]
    if len(found) > 1:
        first = found[0].caller
        raise ConfigurationError(
            f"{name!r} is called by {' and '.join(callers)}, and not by {target!r}: say whose calls"
            f" are meant, such as Edge({name!r}, caller={first!r})"
        )
    return found[0]
