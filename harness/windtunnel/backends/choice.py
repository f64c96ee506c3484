"""Picks the backend, and gives the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from windtunnel.backends.installed_programs import missing_programs
from windtunnel.configuration import Configuration
from windtunnel.entry_points import BACKENDS, extensions
from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.extras import install_command, missing, require
from windtunnel.supported_system import check_system

if TYPE_CHECKING:
    from windtunnel.backends.backend_contract import Backend

NAMES = ("auto", "embedded", "local", "docker")
"""Our own; other distributions may add theirs by entry point."""

EXTRAS = {"local": "toxiproxy", "docker": "docker"}
"""The backends that need more than the core, each with the extra that installs it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend's name and the reason for it."""

    name: str
    reason: str


def choose(wanted: str | None, configuration: Configuration, place: str = "backend") -> Choice:
    """Return the backend to use, the configured one where none is asked for.

    ConfigurationError, which names `place`, where no backend has the name, or where it cannot
    start what is configured. `auto` takes local where its programs and its extra are there, else
    embedded; docker only where nothing but a compose service is configured, because it builds
    images first.
    """
    name = configuration.backend if wanted is None else wanted
    check_name(name, place)
    as_process = bool(configuration.command or configuration.address)
    if name == "auto" and not as_process:
        return Choice("docker", "auto: only a compose service is configured")
    if name == "docker" and not configuration.service:
        raise ConfigurationError(
            f"{place}=docker: starts a service of a compose file; configure service = 'NAME'"
        )
    if name in {"embedded", "local"} and not as_process:
        raise ConfigurationError(
            f"{place}={name}: starts a command; configured is the compose service"
            f" {configuration.service!r} alone: add command, or use docker"
        )
    if name != "auto":
        return Choice(name, "as configured" if wanted is None else "as asked")
    if programs := missing_programs():
        return Choice("embedded", f"auto: local needs {' and '.join(programs)} on PATH")
    if missing("toxiproxy"):
        return Choice("embedded", f"auto: local needs {install_command('toxiproxy')}")
    return Choice("local", "auto: toxiproxy-server and redis-server are on PATH")


def check_name(name: str, place: str) -> None:
    """Raise ConfigurationError, which names `place`, where no backend has the name."""
    if name not in NAMES:
        known = (*NAMES, *extensions(BACKENDS, taken=NAMES))
        if name not in known:
            raise ConfigurationError(f"{place}={name}: no such backend{suggestion(name, known)}")


def create(name: str, configuration: Configuration, *, run: str, seed: int) -> "Backend":
    """Return a backend that is not started yet; BackendUnavailable names what it lacks."""
    if name in NAMES:
        check_system(f"the backend {name}")
    if name in EXTRAS:
        require(EXTRAS[name], f"the backend {name}")
    # Each is imported where it is taken: every pytest session chooses one, and few start it.
    match name:
        case "embedded":
            from windtunnel.backends.embedded import EmbeddedBackend  # noqa: PLC0415 - for the reason above

            return EmbeddedBackend(configuration, run=run, seed=seed)
        case "local":
            from windtunnel.backends.local import LocalBackend  # noqa: PLC0415 - for the reason above

            return LocalBackend(configuration, run=run, seed=seed)
        case "docker":
            from windtunnel.backends.docker.docker_backend import DockerBackend  # noqa: PLC0415 - for the reason above

            return DockerBackend(configuration, run=run, seed=seed)
        case _:
            extension = extensions(BACKENDS, taken=NAMES)[name]
            made = extension.load()
            if not callable(made):
                raise ConfigurationError(f"{extension}: expected a callable; found {made!r}")
            return cast("Callable[..., Backend]", made)(configuration, run=run, seed=seed)
