"""The fixtures' short names: each gives what its prefixed fixture gives.

They are a plugin of their own, so that those whose names another plugin has can be left out.
"""

from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from windtunnel.plugin import other_plugins

if TYPE_CHECKING:
    from windtunnel.async_stack import AsyncStack
    from windtunnel.plugin.base_and_head import Paired
    from windtunnel.plugin.breaker_conformance import BreakerConformance
    from windtunnel.plugin.judgement import Judge
    from windtunnel.stack import Stack

PLUGIN = "windtunnel-short-names"
_LEFT_OUT = pytest.StashKey[dict[str, str]]()


@pytest.fixture
def stack(windtunnel_stack: "Stack") -> "Stack":
    """Give what `windtunnel_stack` gives."""
    return windtunnel_stack


@pytest.fixture
def async_stack(windtunnel_async_stack: "AsyncStack") -> "AsyncStack":
    """Give what `windtunnel_async_stack` gives."""
    return windtunnel_async_stack


@pytest.fixture
def judge(windtunnel_judge: "Judge") -> "Judge":
    """Give what `windtunnel_judge` gives."""
    return windtunnel_judge


@pytest.fixture
def paired(windtunnel_paired: "Paired") -> "Paired":
    """Give what `windtunnel_paired` gives."""
    return windtunnel_paired


@pytest.fixture
def breaker_conformance(
    windtunnel_breaker_conformance: "BreakerConformance",
) -> "BreakerConformance":
    """Give what `windtunnel_breaker_conformance` gives."""
    return windtunnel_breaker_conformance


FIXTURES = {
    "stack": stack,
    "async_stack": async_stack,
    "judge": judge,
    "paired": paired,
    "breaker_conformance": breaker_conformance,
}


def register(manager: pytest.PytestPluginManager) -> None:
    """Register the short names, each as if this session had nobody else with it."""
    plugin = ModuleType(PLUGIN)
    vars(plugin).update(FIXTURES, pytest_sessionstart=pytest_sessionstart)
    manager.register(plugin, PLUGIN)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Leave out the names that another plugin has, before pytest reads the fixtures."""
    manager = session.config.pluginmanager
    plugin = manager.get_plugin(PLUGIN)
    session.config.stash[_LEFT_OUT] = other_plugins.fixture_words(manager, FIXTURES, plugin)
    for name in session.config.stash[_LEFT_OUT]:
        delattr(plugin, name)


def left_out(config: pytest.Config) -> dict[str, str]:
    """Return the short names that are another plugin's in this session, each with its plugin."""
    return config.stash.get(_LEFT_OUT, {})
