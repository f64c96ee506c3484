"""The fixture `windtunnel_configuration`: what a project knows at run time only."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from windtunnel.configuration import Configuration

FIXTURE = "windtunnel_configuration"


@pytest.fixture(scope="session")
def windtunnel_configuration() -> "Configuration | Mapping[str, Any] | None":
    """Give what the project's file does not know: define a fixture of this name in `conftest.py`.

    It returns settings as the file has them, which are laid over it (None removes one), a whole
    Configuration, which takes its place, or None.
    """
    return None


def is_overridden(config: pytest.Config, items: Iterable[pytest.Item] = ()) -> bool:
    """Whether a project has a fixture of this name: among its plugins, or one of these tests."""
    for plugin in config.pluginmanager.get_plugins():
        module = getattr(plugin, "__name__", "")
        if hasattr(plugin, FIXTURE) and not str(module).startswith("windtunnel."):
            return True
    for item in items:
        info = getattr(item, "_fixtureinfo", None)
        definitions = info.name2fixturedefs.get(FIXTURE, ()) if info else ()
        if any(not each.func.__module__.startswith("windtunnel.") for each in definitions):
            return True
    return False
