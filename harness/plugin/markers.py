"""The markers `needs` and `target`: refused where they are written, read by the fixture `stack`."""

import pytest

from faults import Capability
from harness.errors import suggestion


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse a wrong marker where it is written, not when it is first used."""
    for marker in item.iter_markers("needs"):
        known = [capability.value for capability in Capability]
        for name in marker.args or ("",):
            if name not in known:
                raise pytest.UsageError(
                    f"{item.nodeid}: needs({name!r}): no such capability"
                    f"{suggestion(str(name), known)}"
                )
    for marker in item.iter_markers("target"):
        if marker.args:
            raise pytest.UsageError(
                f"{item.nodeid}: target{marker.args!r}: expected NAME=value pairs only"
            )


def capabilities(item: pytest.Item) -> list[Capability]:
    """Return what the test needs its backend to be capable of."""
    return [Capability(name) for marker in item.iter_markers("needs") for name in marker.args]


def environment(item: pytest.Item) -> dict[str, str]:
    """Return the variables that the test sets for its target."""
    variables: dict[str, str] = {}
    # From the class or module inwards: the nearest marker wins.
    for marker in reversed(list(item.iter_markers("target"))):
        variables.update({name: str(value) for name, value in marker.kwargs.items()})
    return variables
