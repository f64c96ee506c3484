"""Files of a service's own that set the variables by which it is led to its proxies.

Many services load such a file when they start. Most let the environment win, but not all do
(python-dotenv's `override=True`, dotenv's `override: true`): those pass their tap by.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.configuration import topology
from windtunnel.configuration.models import Configuration
from windtunnel.configuration.placeholders import PARTS
from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import read_limited_bytes

NAMES = (
    ".env",
    ".env.local",
    ".env.test",
    ".env.test.local",
    ".env.development",
    ".env.development.local",
    ".env.production",
    ".flaskenv",
)
"""Files that libraries of this kind look for, in the folder where the service starts."""
LARGEST = 1_000_000
"""Bytes of such a file, at most; what is longer is no file of settings."""
_SET = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*[=:]")


def set_elsewhere(configuration: Configuration, dependency: str) -> tuple[str, ...]:
    """Return which variables that lead to a dependency a file sets too, each with its place."""
    wanted = set(_leading(configuration, dependency))
    folders = [Path(configuration.directory)]
    for name in topology.names(configuration):
        own = topology.program(configuration, name).directory
        folders += [Path(own)] if own else []
    found = [
        f"{variable} ({path}:{line})"
        for folder in dict.fromkeys(folders)
        for path in (folder / name for name in NAMES)
        for variable, line in _settings(path)
        if variable in wanted
    ]
    return tuple(found)


def advice(configuration: Configuration, dependency: str) -> str:
    """Return what such files may explain where nothing reached a proxy; "" without any."""
    found = set_elsewhere(configuration, dependency)
    if not found:
        return ""
    return (
        f"a file of your service's own sets {', '.join(found)} too: where it is loaded over the"
        " environment (as by python-dotenv's override=True), the service calls past the proxy; let"
        " the environment win, or remove it from the file"
    )


def _leading(configuration: Configuration, dependency: str) -> Iterator[str]:
    settings = configuration.dependencies.get(dependency)
    if settings is not None:
        yield from settings.environment
    for program in topology.names(configuration):
        for name, text in topology.program(configuration, program).environment.items():
            if any(f"{{{dependency}.{part}}}" in text for part in PARTS):
                yield name


def _settings(path: Path) -> Iterator[tuple[str, int]]:
    try:
        lines = read_limited_bytes(path, LARGEST).decode(errors="replace").splitlines()
    except (OSError, ConfigurationError):
        return
    for number, line in enumerate(lines, 1):
        if match := _SET.match(line):
            yield match[1], number
