"""Finds a project's configuration, lays variables and options over it, and knows each origin."""

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from windtunnel.configuration import mistakes, overrides, positions, soundness
from windtunnel.configuration.known_at_run_time import KnownAtRunTime
from windtunnel.configuration.models import Configuration
from windtunnel.configuration.overrides import Override
from windtunnel.configuration.placed_paths import placed
from windtunnel.configuration.positions import Place
from windtunnel.configuration.topology import with_target
from windtunnel.errors import (
    LINES,
    ConfigurationError,
    NotConfigured,
    did_you_mean,
    listed,
    nearest,
    shown,
)
from windtunnel.limited_toml import read_toml

OWN_FILE = "windtunnel.toml"
OPTION = "--setting"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, and where each of its settings comes from."""

    configuration: Configuration
    place: str
    """The file, with the table in it where it holds others too."""
    origins: Mapping[Place, str]
    """Of each setting that was given; the others have their defaults."""
    table: Mapping[str, Any]
    """The settings as they were given."""


def load(
    directory: Path,
    explicit: Path | None = None,
    *,
    options: Sequence[str] = (),
    option: str = OPTION,
) -> Configuration:
    """Return the configuration of a project; see `resolve`."""
    return resolve(directory, explicit, options=options, option=option).configuration


def resolve(
    directory: Path,
    explicit: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    option: str = OPTION,
    known: KnownAtRunTime | None = None,
) -> Loaded:
    """Return a project's configuration with the origin of each setting.

    Reads `explicit`, else `windtunnel.toml`, else `[tool.windtunnel]` in `pyproject.toml`. What is
    `known` at run time only is laid over that, then variables of the environment (os.environ where
    none is given), then `options`, given by `option`. Raises NotConfigured where nothing is there,
    and ConfigurationError, which lists every mistake.
    """
    variables = os.environ if environment is None else environment
    if known is not None and known.is_whole:
        found = _Found({}, known.origin, directory, {})
    else:
        try:
            found = _file(directory, explicit)
        except NotConfigured:
            if known is None:
                raise
            found = _Found({}, known.origin, directory, {})
    table = copy.deepcopy(found.table)
    origins = dict(found.origins)
    if known is not None:
        known.lay_over(table, origins)
    given = [
        *overrides.from_environment(table, variables),
        *overrides.from_options(table, options, option),
    ]
    for override in given:
        _lay(table, override)
        depth = len(override.place)
        origins = {k: v for k, v in origins.items() if k[:depth] != override.place}
        origins[override.place] = override.origin
    configuration = placed(parse(table, found.place, origins), found.folder, origins)
    origins |= _of_target(configuration, origins)
    return Loaded(configuration, found.place, origins, table)


def _of_target(configuration: Configuration, origins: Mapping[Place, str]) -> dict[Place, str]:
    """Return the origins of what a program's own table says of the target."""
    name = configuration.target
    places = {"command": "command", "service": "service", "port": "port", "ready": "health"}
    return {
        (setting,): origins[place]
        for key, setting in places.items()
        if (place := ("programs", name, key)) in origins and (setting,) not in origins
    }


def parse(
    table: Mapping[str, Any], place: str, origins: Mapping[Place, str] | None = None
) -> Configuration:
    """Return the configuration in a TOML table; ConfigurationError lists every mistake."""
    origins = origins or {}
    try:
        configuration = with_target(Configuration.model_validate(table))
    except ValidationError as error:
        raise ConfigurationError(mistakes.of_validation(error, origins, place)) from None
    unsound = soundness.check(configuration)
    if unsound:
        lines = [mistakes.of_soundness(each, table, origins, place) for each in unsound[:LINES]]
        raise ConfigurationError(listed(lines, len(unsound)))
    return configuration


@dataclass(frozen=True, slots=True)
class _Found:
    table: dict[str, Any]
    place: str
    folder: Path
    origins: Mapping[Place, str]


def file_in(directory: Path) -> Path | None:
    """Return the file of a folder that configures something, or seems to be meant to; else None."""
    if (directory / OWN_FILE).is_file():
        return directory / OWN_FILE
    project = directory / "pyproject.toml"
    if project.is_file() and nearest("windtunnel", _tools(read_toml(project)[1]), likeness=0.8):
        return project
    return None


def _file(directory: Path, explicit: Path | None) -> _Found:
    if explicit is not None:
        return _read(explicit)
    found = file_in(directory)
    if found is not None:
        return _read(found)
    raise NotConfigured(
        f"{directory}: no {OWN_FILE} and no [tool.windtunnel] in a pyproject.toml: nothing says"
        " which service to test; `windtunnel init` writes a first configuration"
    )


def _read(path: Path) -> _Found:
    text, table = read_toml(path)
    if path.name == "pyproject.toml":
        tools = _tools(table)
        if "windtunnel" not in tools:
            if near := nearest("windtunnel", tools, likeness=0.8):
                raise ConfigurationError(
                    f"{path}: unknown table 'tool.{near}'{did_you_mean('tool.windtunnel')}"
                )
            raise ConfigurationError(f"{path}: there is no [tool.windtunnel] in it")
        return _of(table["tool"]["windtunnel"], path, text, ("tool", "windtunnel"))
    return _of(table, path, text, ())


def _of(table: Any, path: Path, text: str, prefix: Place) -> _Found:  # noqa: ANN401 - TOML
    place = f"{path} [{'.'.join(map(str, prefix))}]" if prefix else str(path)
    if not isinstance(table, dict):
        raise ConfigurationError(f"{place}: expected a table, found {shown(table)}")
    origins = {
        key[len(prefix) :]: f"{path}:{line}"
        for key, line in positions.lines(text).items()
        if key[: len(prefix)] == prefix and len(key) > len(prefix)
    }
    return _Found(table, place, path.parent, origins)


def _tools(project: dict[str, Any]) -> dict[str, Any]:
    """Return the table `tool`, which may be anything: no other of our business."""
    tools = project.get("tool", {})
    return tools if isinstance(tools, dict) else {}


def _lay(table: dict[str, Any], override: Override) -> None:
    *path, last = override.place
    inside: Any = table
    for part in path:
        inside = inside.setdefault(part, {})
        if not isinstance(inside, dict):
            return  # what is there is a mistake, and will be named
    inside[last] = override.value
