"""Picks the backend, and says why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from harness.backends.backend import Backend
from harness.backends.embedded import EmbeddedBackend
from harness.backends.local import LocalBackend, find_programs
from harness.configuration import Configuration
from harness.errors import BackendUnavailable, ConfigurationError, suggestion
from harness.extensions import BACKENDS, extensions

NAMES = ("auto", "embedded", "local", "docker")
"""Our own; other distributions may add theirs by entry point."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend's name and the reason for it."""

    name: str
    reason: str


def choose(wanted: str) -> Choice:
    """Return the backend to use; ConfigurationError where no backend has the name.

    `auto` takes local where both its programs are found, else embedded; docker only when asked
    for, because it builds images first.
    """
    if wanted not in NAMES:
        known = (*NAMES, *extensions(BACKENDS, taken=NAMES))
        if wanted not in known:
            raise ConfigurationError(
                f"--windtunnel-backend={wanted}: no such backend{suggestion(wanted, known)}"
            )
    if wanted != "auto":
        return Choice(wanted, "as asked")
    try:
        find_programs()
    except BackendUnavailable:
        return Choice("embedded", "auto: toxiproxy-server and redis-server are not both on PATH")
    return Choice("local", "auto: toxiproxy-server and redis-server are on PATH")


def create(name: str, configuration: Configuration, *, run: str, seed: int) -> Backend:
    """Return a backend that is not started yet; BackendUnavailable says what it lacks."""
    match name:
        case "embedded":
            return EmbeddedBackend(configuration, run=run, seed=seed)
        case "local":
            return LocalBackend(configuration, run=run, seed=seed)
        case "docker":
            # Imported here: the docker package takes long to load, and only this backend needs it.
            from harness.backends.docker import DockerBackend  # noqa: PLC0415 - the reason above

            return DockerBackend(configuration, run=run, seed=seed)
        case _:
            extension = extensions(BACKENDS, taken=NAMES)[name]
            made = extension.load()
            if not callable(made):
                raise ConfigurationError(f"{extension}: expected a callable; found {made!r}")
            return cast("Callable[..., Backend]", made)(configuration, run=run, seed=seed)
