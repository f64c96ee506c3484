"""Words that somebody else has as well: there, windtunnel's short names step back.

A marker's word is somebody else's where a line under `markers` that is not ours registers it; a
fixture's where another plugin defines one of that name. A conftest file or a test module that
defines one overrides ours, as pytest always does.
"""

import inspect
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import ModuleType

import pytest


def marker_words(config: pytest.Config, ours: Collection[str]) -> dict[str, str]:
    """Return the words that lines other than `ours` register, each with its line."""
    lines = [line.strip() for line in config.getini("markers")]
    return {
        line.partition(":")[0].partition("(")[0].strip(): line for line in lines if line not in ours
    }


def fixture_words(
    manager: pytest.PytestPluginManager, words: Collection[str], ours: object
) -> dict[str, str]:
    """Return those of `words` that another plugin's fixtures have, each with the plugin's name.

    A fixture that asks for the one of its own name does not count: it extends ours.
    """
    return {
        word: name
        for name, plugin in manager.list_name_plugin()
        if plugin is not None and plugin is not ours and Path(name).name != "conftest.py"
        for word, function in _fixtures(plugin)
        if word in words and word not in inspect.signature(function).parameters
    }


def _fixtures(plugin: object) -> "Iterator[tuple[str, Callable[..., object]]]":
    holder = plugin if isinstance(plugin, ModuleType | type) else type(plugin)
    classes = holder.__mro__ if isinstance(holder, type) else (holder,)
    for attribute, value in ((n, v) for each in classes for n, v in vars(each).items()):
        # pytest exports neither this class nor a list of what plugins define.
        if type(value).__name__ == "FixtureFunctionDefinition":
            marker = vars(value)["_fixture_function_marker"]
            yield marker.name or attribute, value.__wrapped__
