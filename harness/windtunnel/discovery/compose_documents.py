"""Compose files as Compose reads them: overrides, includes, extends, env files, defaults.

Nothing is run. What cannot be followed is said in `unread`, never passed over.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from windtunnel.discovery.files import Text, read
from windtunnel.errors import shown

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
DEEPEST = 10
"""How many files may include or extend one another in a row."""
NESTED = 100
"""How deep lists and tables in brackets may be nested: what PyYAML takes for them is its square."""
MOST = 200
"""Files that are read at most: one may include many, each of which includes many."""
_SUBSTITUTED = re.compile(
    r"\$(?:\{(?P<name>\w+)(?:(?P<mark>:?[-+?])(?P<word>[^}]*))?\}|(?P<bare>\w+)|(?P<dollar>\$))"
)
_LINE = re.compile(r"^(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>[^\n]*)", re.MULTILINE)
_KEYED = ("environment", "labels", "depends_on", "networks", "volumes_from")
"""What may be written as a list or as a table, and is merged as a table."""


class _Reset:
    """Stands for `!reset`: what other files say of it goes."""


@dataclass(frozen=True, slots=True)
class _Override:
    """Stands for `!override`: what other files say of it is replaced."""

    value: Any


class _Loader(yaml.SafeLoader):
    """Reads Compose's own tags too."""


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> object:
    if tag == "reset":
        return _Reset()
    if isinstance(node, yaml.MappingNode):
        value: Any = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)  # type: ignore[arg-type]  # what else is there
    return _Override(value) if tag == "override" else value


_Loader.add_multi_constructor("!", _tagged)


@dataclass(slots=True)
class ComposeDocuments:
    """The services of a project's compose files, merged, and where they are written."""

    folder: Path
    texts: list[Text] = field(default_factory=list)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    """What could not be followed, each with its place."""


def compose_documents(folder: Path, chosen: str = "") -> ComposeDocuments | None:
    """Return what the project's compose files say; None where there are none.

    `chosen` are their names as COMPOSE_FILE has them; otherwise Compose's usual ones.
    """
    names = [each for each in re.split("[:;]", chosen) if each] or _usual(folder)
    if not names:
        return None
    found = ComposeDocuments(folder)
    reading = _Reading(found, _dotenv(folder))
    for name in names:
        _merge_services(found.services, reading.file(folder / name, 0))
    for name, service in found.services.items():
        found.services[name] = _plain(service)
        reading.give_variables(found.services[name])
    return found


def _usual(folder: Path) -> list[str]:
    for name in NAMES:
        if (folder / name).is_file():
            stem = name.partition(".")[0]
            further = [f"{stem}.override.{end}" for end in ("yaml", "yml")]
            return [name, *[each for each in further if (folder / each).is_file()][:1]]
    return []


def _dotenv(folder: Path) -> dict[str, str]:
    text = read(folder, folder / ".env")
    return dict(_assignments(text.text)) if text else {}


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for hit in _LINE.finditer(text):
        value = hit["value"].strip()
        if value[:1] in {"'", '"'} and value[:1] in value[1:]:
            yield hit["name"], value[1:].partition(value[0])[0]
        else:
            yield hit["name"], re.split(r"\s#", value)[0].strip()


class _Reading:
    """Reads the files of one project."""

    def __init__(self, found: ComposeDocuments, known: Mapping[str, str]) -> None:
        self._found = found
        self._known = known
        self._left = MOST

    def file(self, path: Path, depth: int) -> dict[str, dict[str, Any]]:
        """Return the services of one file, with those that it includes and extends."""
        document = self._document(path)
        services: dict[str, dict[str, Any]] = {}
        for each in _paths(document.get("include")):
            _merge_services(services, self._further(path, each, "include", depth))
        own = document.get("services")
        sound = {str(k): v for k, v in own.items() if isinstance(v, dict)} if own else {}
        for service in sound.values():
            service["env_file"] = [
                str(path.parent / each) for each in _paths(service.get("env_file"))
            ]
        _merge_services(services, sound)
        return {
            name: self._extended(path, each, services, depth) for name, each in services.items()
        }

    def _document(self, path: Path) -> dict[str, Any]:
        text = self._text(path)
        if text is None:
            return {}
        if text not in self._found.texts:
            self._found.texts.append(text)
        if _nests_deeper(text.text):
            self._found.unread.append(f"{text.name}: nested more than {NESTED} deep")
            return {}
        try:
            document = yaml.load(text.text, _Loader)  # noqa: S506 - a SafeLoader
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark else ""
            why = getattr(error, "problem", None) or "it cannot be read"
            self._found.unread.append(f"{text.name}{line}: {why}")
            return {}
        services = document.get("services") if isinstance(document, dict) else {}
        if not isinstance(document, dict) or not isinstance(services, dict | None):
            self._found.unread.append(f"{text.name}: no table of services")
            return {}
        return document

    def _text(self, path: Path) -> Text | None:
        text = None
        self._left -= 1
        if self._left >= 0:
            with suppress(ValueError, OSError):  # outside the project; a loop of links
                text = read(self._found.folder, path)
        if text is None:
            self._found.unread.append(f"{path}: no readable text of this project")
        return text

    def _further(self, path: Path, name: str, what: str, depth: int) -> dict[str, dict[str, Any]]:
        name = self._filled(name)
        if depth >= DEEPEST or "://" in name:
            self._found.unread.append(f"{path.name}: {what} {name}")
            return {}
        return self.file(path.parent / name, depth + 1)

    def _extended(
        self, path: Path, service: dict[str, Any], others: dict[str, dict[str, Any]], depth: int
    ) -> dict[str, Any]:
        for _ in range(DEEPEST):
            base = service.pop("extends", None)
            if base is None:
                break
            table = base if isinstance(base, dict) else {"service": base}
            name, other = table.get("service"), table.get("file")
            known = others
            if _is_path(other):
                known = self._further(path, str(other), "extends", depth)
            if not isinstance(name, str) or name not in known:
                said = f"extends {shown(name)}" if isinstance(name, str) else "extends"
                self._found.unread.append(f"{path.name}: {said}: no such service")
                break
            service = _merged(known[name], service)
        return service

    def give_variables(self, service: dict[str, Any]) -> None:
        """Put the variables of env files below those of the file itself, and fill them in."""
        given: dict[str, str] = {}
        for name in service.get("env_file") or ():
            path = Path(self._filled(name))
            text = self._text(path)
            if text is not None:
                self._found.texts.append(text)
                given |= dict(_assignments(text.text))
        for name, value in _table(service.get("environment")).items():
            # What is no value is no variable, and may be endless: aliases of aliases.
            if not isinstance(value, dict | list):
                given[name] = self._filled("" if value is None else str(value))
        service["environment"] = given

    def _filled(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            if match["dollar"]:
                return "$"
            known = self._known.get(match["name"] or match["bare"] or "", "")
            if match["mark"] in {":+", "+"}:
                return match["word"] if known else ""
            return known or (match["word"] if match["mark"] in {":-", "-"} else "") or ""

        return _SUBSTITUTED.sub(value, text)


def _paths(value: object) -> list[str]:
    """Return the paths of `include` or `env_file`, in whichever of their forms."""
    found: list[str] = []
    for each in value if isinstance(value, list) else [value]:
        path = each.get("path") if isinstance(each, dict) else each
        found += filter(_is_path, path if isinstance(path, list) else [path])
    return found


def _nests_deeper(text: str) -> bool:
    depth = 0
    for mark in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if mark[0] in "[{" else max(0, depth - 1)
        if depth > NESTED:
            return True
    return False


def _is_path(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _table(value: object) -> dict[str, Any]:
    """Return as a table what may be a list of NAME=value or of names."""
    if isinstance(value, list):
        pairs = (str(each).partition("=") for each in value if not isinstance(each, dict | list))
        return {name: text if mark else None for name, mark, text in pairs}
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}


def _merge_services(into: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]) -> None:
    for name, service in more.items():
        into[name] = _merged(into.get(name, {}), service)


def _merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return one service as two files have it, as Compose merges them. Its marks stay on it."""
    found = dict(base)
    for key, value in more.items():
        before = _plain(found.get(key))
        if isinstance(value, _Reset | _Override):
            found[key] = value
        elif key in _KEYED:
            found[key] = _table(before) | _table(value)
        elif isinstance(value, list) and key not in {"command", "entrypoint"}:
            found[key] = [*before, *value] if isinstance(before, list) else value
        elif isinstance(value, dict) and isinstance(before, dict):
            found[key] = before | value
        else:
            found[key] = value
    return found


def _plain(value: object, depth: int = 2) -> Any:  # noqa: ANN401 - any YAML
    """Return a value without the marks of overriding files; None where it was reset.

    Marks are looked for as deep as they mean something: tables of aliases may have no end.
    """
    if isinstance(value, _Reset):
        return None
    if isinstance(value, _Override):
        return value.value
    if isinstance(value, dict) and depth:
        return {k: _plain(v, depth - 1) for k, v in value.items() if not isinstance(v, _Reset)}
    return value
