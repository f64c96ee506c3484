"""Compose files as Compose reads them: overrides, includes, extends, env files, defaults.

Nothing is run. What cannot be followed is said in `unread`, never passed over.
"""

import os
import re
from collections import ChainMap
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.discovery.compose_merging import Definition, merge_services, merged, plain, table
from windtunnel.discovery.compose_paths import is_path, listed, paths, rebased
from windtunnel.discovery.compose_services import ComposeService, service_of
from windtunnel.discovery.compose_yaml import ComposeYamlError, OverrideTag, Reset, read_yaml
from windtunnel.discovery.env_files import values
from windtunnel.discovery.files import Text, read
from windtunnel.discovery.interpolation import Interpolation
from windtunnel.errors import shown

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml", "compose.override.yaml",
    "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip
DEEPEST = 10
"""How many files may include or extend one another in a row."""
MOST = 200
"""Files that are read at most: one may include many, each of which includes many."""
EXAMPLES = (".example", ".sample", ".template", ".dist")
"""What is at the end of an env file's name where a project shows how it is to be written."""
_FILLED = (
    "image", "build", "ports", "expose", "command", "entrypoint", "healthcheck", "container_name",
    "hostname", "networks", "links", "env_file",
)  # fmt: skip
"""Where names are filled in: what is looked at, beside variables."""


@dataclass(slots=True)
class ComposeDocuments:
    """The services of a project's compose files, merged, and where they are written."""

    folder: Path
    names: tuple[str, ...] = ()
    """The files that were asked for, those that they include or extend left out."""
    env_file: str = ""
    """The example that was read where the project has no .env."""
    texts: list[Text] = field(default_factory=list)
    services: dict[str, ComposeService] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    """What could not be followed, each with its place."""


def compose_documents(folder: Path, chosen: str = "") -> ComposeDocuments | None:
    """Return what the project's compose files say; None where there are none.

    `chosen` are their names as COMPOSE_FILE has them; otherwise those of .env, or Compose's usual
    ones.
    """
    found = ComposeDocuments(folder)
    known = _dotenv(found)
    chosen = chosen or known.get("COMPOSE_FILE", "")
    names = [each for each in re.split("[:;]", chosen) if is_path(each)] or _usual(folder)
    if not names:
        return None
    found.names = tuple(names)
    base = (folder / names[0]).parent
    if base != folder and not found.env_file and (text := read(folder, base / ".env")):
        known = values(text.text) | known
    reading = _Reading(found)
    services: dict[str, Definition] = {}
    for name in names:
        merge_services(services, reading.file(folder / name, base, known, 0))
    for name, service in services.items():
        definition = plain(service)
        # What a file of its own dialect says is filled in by what that file knows.
        reading.give_variables(definition, definition.pop(_KNOWN, known))
        found.services[name] = service_of(name, definition, folder)
    found.unread = list(dict.fromkeys(found.unread))
    return found


_KNOWN = "\0known"
"""Where a service keeps what fills in its names: an included file has a .env of its own."""


def _usual(folder: Path) -> list[str]:
    found = [name for name in NAMES if (folder / name).is_file()][:1]
    further = [name for name in OVERRIDES if (folder / name).is_file()][:1]
    return [*found, *further] if found else []


def _dotenv(found: ComposeDocuments) -> dict[str, str]:
    """Return what the project's .env says, or an example of it where there is none."""
    for name in (".env", *(f".env{end}" for end in EXAMPLES), "env.example", "example.env"):
        if text := read(found.folder, found.folder / name):
            found.env_file = "" if name == ".env" else name
            return values(text.text)
    return {}


class _Reading:
    """Reads the files of one project."""

    def __init__(self, found: ComposeDocuments) -> None:
        self._found = found
        self._left = MOST

    def file(
        self, path: Path, base: Path, known: Mapping[str, str], depth: int
    ) -> dict[str, Definition]:
        """Return the services of one file, with those that it includes and extends.

        Its paths are relative to `base`, and its names are filled in by what is `known`.
        """
        document = self._document(path)
        services: dict[str, Definition] = {}
        for each in listed(document.get("include")):
            merge_services(services, self._included(path, each, known, depth))
        own = document.get("services")
        sound = {str(k): dict(v) for k, v in own.items() if isinstance(v, dict)} if own else {}
        for service in sound.values():
            service[_KNOWN] = known
            service["env_file"] = _env_files(service.get("env_file"), base)
            if "build" in service:
                service["build"] = rebased(service["build"], base)
        merge_services(services, sound)
        return {
            name: self._extended(path, dict(each), services, known, depth)
            for name, each in services.items()
        }

    def _document(self, path: Path) -> dict[str, Any]:
        text = self._text(path)
        if text is None:
            return {}
        if text not in self._found.texts:
            self._found.texts.append(text)
        try:
            document = read_yaml(text.text)
        except ComposeYamlError as error:
            self._found.unread.append(f"{text.name}{error}")
            return {}
        services = document.get("services") if isinstance(document, dict) else {}
        if not isinstance(document, dict) or not isinstance(services, dict | None):
            self._found.unread.append(f"{text.name}: no table of services")
            return {}
        return document

    def _text(self, path: Path, *, wanted: bool = True) -> Text | None:
        text = None
        self._left -= 1
        if self._left >= 0:
            with suppress(ValueError, OSError):  # outside the project; a loop of links
                text = read(self._found.folder, Path(os.path.normpath(path)))
        if text is None and wanted:
            self._found.unread.append(f"{path}: no readable text of this project")
        return text

    def _included(
        self, path: Path, entry: object, known: Mapping[str, str], depth: int
    ) -> dict[str, Definition]:
        names = paths(entry)
        if not names:
            return {}
        base = (path.parent / names[0]).parent
        given = entry.get("project_directory") if isinstance(entry, dict) else None
        if is_path(given):
            base = path.parent / given
        # An included file has a .env of its own, below what its includer knows.
        own = paths(entry.get("env_file")) if isinstance(entry, dict) else []
        inner: dict[str, str] = {}
        for each in [path.parent / name for name in own] or [base / ".env"]:
            if text := self._text(each, wanted=bool(own)):
                inner |= values(text.text, known)
        services: dict[str, Definition] = {}
        for name in names:
            both = ChainMap(dict(known), inner)
            found = self._further(path, name, "include", both, depth, base=base)
            merge_services(services, found)
        return services

    def _further(
        self,
        path: Path,
        name: str,
        what: str,
        known: Mapping[str, str],
        depth: int,
        *,
        base: Path | None = None,
    ) -> dict[str, Definition]:
        name = Interpolation(known).filled(name)
        if depth >= DEEPEST or "://" in name:
            self._found.unread.append(f"{path.name}: {what} {name}")
            return {}
        other = path.parent / name
        return self.file(other, base or other.parent, known, depth + 1)

    def _extended(
        self,
        path: Path,
        service: Definition,
        others: dict[str, Definition],
        known: Mapping[str, str],
        depth: int,
    ) -> Definition:
        for _ in range(DEEPEST):
            base = service.pop("extends", None)
            if base is None:
                break
            entry = base if isinstance(base, dict) else {"service": base}
            name, other = entry.get("service"), entry.get("file")
            there = others
            if is_path(other):
                there = self._further(path, str(other), "extends", known, depth)
            if not isinstance(name, str) or name not in there:
                said = f"extends {shown(name)}" if isinstance(name, str) else "extends"
                self._found.unread.append(f"{path.name}: {said}: no such service")
                break
            service = merged(there[name], service)
        return service

    def give_variables(self, definition: Definition, known: Mapping[str, str]) -> None:
        """Put the variables of env files below those of the file itself, and fill in all names."""
        given: dict[str, str] = {}
        for name, wanted in definition.pop("env_file", None) or ():
            path = Path(Interpolation(known).filled(name))
            text = self._text(path, wanted=False) or self._example(path)
            if text is not None:
                self._found.texts.append(text)
                given |= values(text.text, known)
            elif wanted:
                self._text(path)
        interpolation = Interpolation(known)
        for key in _FILLED:
            if key in definition:
                definition[key] = interpolation.deeply_filled(definition[key])
        for name, value in table(definition.get("environment")).items():
            # What is no value is no variable, and may be endless: aliases of aliases.
            if isinstance(value, str):
                given[name] = interpolation.filled(value)
            elif value is None:
                given[name] = known.get(name, given.get(name, ""))
            elif not isinstance(value, dict | list):
                given[name] = value
        definition["environment"] = given
        self._found.unread += [
            f"{self._found.texts[0].name}: {name} has to be set, and is empty here"
            for name in interpolation.demanded
        ]

    def _example(self, path: Path) -> Text | None:
        """Return the example of an env file that is not there."""
        for end in EXAMPLES:
            if text := self._text(path.with_name(path.name + end), wanted=False):
                self._found.unread.append(f"{path.name} is not there; {text.name} was read instead")
                return text
        return None


def _env_files(value: object, base: Path) -> object:
    """Return the paths of `env_file`, and whether each has to be there; marks stay."""
    if isinstance(value, Reset):
        return value
    if isinstance(value, OverrideTag):
        return OverrideTag(_env_files(value.value, base))
    return [
        (str(base / name), not isinstance(each, dict) or each.get("required") is not False)
        for each in listed(value)
        for name in paths(each)
    ]
