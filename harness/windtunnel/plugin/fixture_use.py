"""Whether a test uses windtunnel: decided by who defined its fixtures, not by their names."""

from collections.abc import Iterator

import pytest

STACK = "windtunnel_stack"
_USES_STACK = pytest.StashKey[bool]()
_JUDGES = ("windtunnel_judge", "judge")
"""They need no backend, and a test may judge a verdict from anywhere."""


def uses_stack(item: pytest.Item) -> bool:
    """Whether a test starts a stack of windtunnel's, as far as its signature shows."""
    known = item.stash.get(_USES_STACK, None)
    if known is None:
        known = any(_ours(definition) for definition in _reached(item))
        item.stash[_USES_STACK] = known
    return known


def give_stack(item: pytest.Item, names: list[str]) -> None:
    """Let a test that does not ask for the stack have one; `names` are its fixtures' names."""
    if STACK not in names:
        names.append(STACK)
    item.stash[_USES_STACK] = True


def _ours(definition: "pytest.FixtureDef[object]") -> bool:
    module = getattr(definition.func, "__module__", "")
    return module.startswith("windtunnel.plugin.") and definition.argname not in _JUDGES


def _reached(item: pytest.Item) -> "Iterator[pytest.FixtureDef[object]]":
    """Yield the definitions of the test's fixtures: an overridden one where the new one asks it."""
    info = getattr(item, "_fixtureinfo", None)
    if info is None:  # not a function: a doctest, or another plugin's kind of test
        return
    for name, definitions in info.name2fixturedefs.items():
        for definition in reversed(definitions):
            yield definition
            if name not in definition.argnames:
                break
