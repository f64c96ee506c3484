"""The markers' words: each has the plugin's prefix, and a short name where nobody else has it."""

from collections.abc import Iterator

import pytest

from windtunnel.errors import MarkerConflict, shown
from windtunnel.plugin import other_plugins
from windtunnel.plugin.fixture_use import uses_stack
from windtunnel.plugin.nearest_configuration import use_nearest
from windtunnel.plugin.stash_keys import SESSION

PREFIX = "windtunnel_"
_MEANINGS = {
    "target": "(**environment): start the scenario's target with these variables",
    "needs": "(capability): skip where the backend lacks it: tcp, http, connect, tls, process,"
    " network",
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
_NAMES = {*WORDS, *(f"{PREFIX}{word}" for word in WORDS)}
MOST = 200
"""Characters of an argument that are shown."""
_TAKEN = pytest.StashKey[dict[str, str]]()


def marks(node: pytest.Item, word: str) -> Iterator[pytest.Mark]:
    """Yield a test's markers of this word that are windtunnel's, the nearest first."""
    for mark in node.iter_markers():
        if mark.name == f"{PREFIX}{word}" or (mark.name == word and _is_ours(node, mark)):
            yield mark


def has_marks(node: pytest.Item) -> bool:
    """Whether a test has a marker that may be windtunnel's."""
    return any(mark.name in _NAMES for mark in node.iter_markers())


def as_written(mark: pytest.Mark) -> str:
    """Return a marker with its arguments, by the name that its author gave it."""
    named = (f"{name}={shown(each, MOST)}" for name, each in mark.kwargs.items())
    given = ", ".join([*(shown(each, MOST) for each in mark.args), *named])
    return f"{mark.name}({given})"


def report_conflicts(item: pytest.Item) -> None:
    """Warn of a short marker that is left alone although it may be meant for windtunnel."""
    taken = _taken(item.config)
    for mark in item.iter_markers():
        if mark.name not in taken or mark.name not in WORDS:
            continue
        if uses_stack(item) or _holds_fault(mark):
            warning = MarkerConflict(
                f"the marker {mark.name!r} is left alone, because others register it too"
                f" ({taken[mark.name]!r}); windtunnel's is {PREFIX}{mark.name!s}"
            )
            try:
                item.warn(warning)
            except MarkerConflict as error:  # warnings are errors in this session
                raise pytest.UsageError(f"{item.nodeid}: {error}") from None


def _is_ours(node: pytest.Item, mark: pytest.Mark) -> bool:
    """Whether a short marker is windtunnel's.

    A project that configures nothing may have the word from somewhere that does not register it:
    there, at a test that uses nothing of ours, only what has our arguments is taken for ours.
    """
    if mark.name in _taken(node.config):
        return False
    use_nearest(node)
    configured = node.config.stash[SESSION].is_configured
    return configured or uses_stack(node) or _holds_fault(mark) or _fits(mark)


def _taken(config: pytest.Config) -> dict[str, str]:
    """Return the words that others registered, each with its line, once all have."""
    if _TAKEN not in config.stash:
        config.stash[_TAKEN] = other_plugins.marker_words(config, LINES)
    return config.stash[_TAKEN]


def _holds_fault(mark: pytest.Mark) -> bool:
    """Whether a fault is among the arguments, which only windtunnel's markers take."""
    given = [*mark.args, *(mark.kwargs.get("faults") or ())]
    return any(hasattr(each, "needs") and hasattr(each, "form") for each in given)


def _fits(mark: pytest.Mark) -> bool:
    """Whether the arguments are of the kinds that windtunnel's marker of this word takes."""
    texts = all(isinstance(each, str) for each in mark.args)
    match mark.name:
        case "fault":
            return texts and len(mark.args) == 2
        case "criterion":
            return texts and len(mark.args) == 1
        case "matrix":
            return "faults" in mark.kwargs
    return False  # the others say nothing to a test without a stack
