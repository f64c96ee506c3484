"""The markers' words: each has the plugin's prefix, and a short name where nobody else has it."""

from collections.abc import Iterator

import pytest

from windtunnel.errors import MarkerConflict
from windtunnel.plugin import other_plugins
from windtunnel.plugin.fixture_use import uses_stack
from windtunnel_faults import Capability

PREFIX = "windtunnel_"
_MEANINGS = {
    "target": "(**environment): start the scenario's target with these variables",
    "needs": f"(capability): skip where the backend lacks it: {', '.join(Capability)}",
    "fault": "(fault, or name, dependency, **values): inject it for the test;"
    " fails if it is vacuous",
    "criterion": "(name or objective, **arguments): judge the last run that the test made",
    "matrix": f"(faults, dependencies): one test for each fault of each dependency, as {'`fault`'}",
}
WORDS = tuple(_MEANINGS)
LINES = (
    *(f"{PREFIX}{word}{meaning}" for word, meaning in _MEANINGS.items()),
    *(f"{word}: short for {PREFIX}{word}, unless others register it too" for word in WORDS),
)
"""What `pytest --markers` shows."""
_TAKEN = pytest.StashKey[dict[str, str]]()


def marks(node: pytest.Item, word: str) -> Iterator[pytest.Mark]:
    """Yield a test's markers of this word that are windtunnel's, the nearest first."""
    names = {f"{PREFIX}{word}"} if word in _taken(node.config) else {f"{PREFIX}{word}", word}
    return (mark for mark in node.iter_markers() if mark.name in names)


def report_conflicts(item: pytest.Item) -> None:
    """Warn of a short marker that is left alone although it may be meant for windtunnel."""
    taken = _taken(item.config)
    for mark in item.iter_markers():
        if mark.name not in taken or mark.name not in WORDS:
            continue
        if uses_stack(item) or _meant_for_us(mark):
            warning = MarkerConflict(
                f"the marker {mark.name!r} is left alone, because others register it too"
                f" ({taken[mark.name]!r}); windtunnel's is {PREFIX}{mark.name!s}"
            )
            try:
                item.warn(warning)
            except MarkerConflict as error:  # warnings are errors in this session
                raise pytest.UsageError(f"{item.nodeid}: {error}") from None


def _taken(config: pytest.Config) -> dict[str, str]:
    """Return the words that others registered, each with its line, once all have."""
    if _TAKEN not in config.stash:
        config.stash[_TAKEN] = other_plugins.marker_words(config, LINES)
    return config.stash[_TAKEN]


def _meant_for_us(mark: pytest.Mark) -> bool:
    """Whether the arguments are such as only windtunnel's markers take."""
    given = [*mark.args, *(mark.kwargs.get("faults") or ())]
    return any(hasattr(each, "needs") and hasattr(each, "form") for each in given)
