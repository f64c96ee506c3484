"""The values in a file of settings (ini, properties, TOML, YAML, JSON), and where they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from windtunnel.discovery.compose_yaml import nests_deeper
from windtunnel.discovery.files import Text

YAML = (".yaml", ".yml", ".json")
LINES = (".ini", ".cfg", ".conf", ".properties", ".toml")
LONGEST = 64_000
"""Characters of a file at most: settings that people write are shorter."""
_DEEPEST = 12
_MOST = 2000
_SECTION = re.compile(r"\s*\[+\s*(?P<name>[^\]\n]+?)\s*\]+")
_PAIR = re.compile(
    r"^(?P<key>[ \t]*(?:\"[^\"\n]+\"|[\w.\-\[\]]+))[ \t]*[=:][ \t]*"
    r"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|(?P<bare>[^\n]*))"
)
_COMMENT = re.compile(r"\s+[;#].*$|\s+$")


@dataclass(frozen=True, slots=True)
class FileValue:
    """One value."""

    path: tuple[str, ...]
    """The names that lead to it."""
    value: str
    start: int
    end: int
    """Where it stands in the text, without quotes."""

    @property
    def name(self) -> str:
        """Its path as a variable's name: [prices] url is PRICES_URL."""
        return re.sub(r"\W+", "_", "_".join(self.path)).strip("_").upper()


def values_of(text: Text) -> list[FileValue]:
    """Return the values of a file that is one of these; nothing where it cannot be read."""
    if len(text.text) > LONGEST or "\0" in text.text:
        return []
    if text.name.endswith(YAML):
        return list(_of_yaml(text.text))
    return list(_of_lines(text.text)) if text.name.endswith(LINES) else []


def _of_lines(text: str) -> Iterator[FileValue]:
    section: tuple[str, ...] = ()
    at = 0
    for line in text.splitlines(keepends=True):
        if header := _SECTION.match(line):
            section = _split(header["name"])
        elif (pair := _PAIR.match(line)) and not line.lstrip().startswith(("#", ";", "!")):
            group = next(each for each in ("double", "single", "bare") if pair[each] is not None)
            value = pair[group] if group != "bare" else _COMMENT.sub("", pair[group].rstrip("\r\n"))
            start = at + pair.start(group)
            path = (*section, *_split(pair["key"].strip()))
            yield FileValue(path, value, start, start + len(value))
        at += len(line)


def _split(name: str) -> tuple[str, ...]:
    return tuple(part.strip(" \"'") for part in name.split("."))


def _of_yaml(text: str) -> Iterator[FileValue]:
    if nests_deeper(text):
        return
    try:
        documents = list(yaml.compose_all(text, yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    seen: set[int] = set()
    for document in documents:
        yield from _of_node(document, (), text, seen)


def _of_node(
    node: yaml.Node | None, path: tuple[str, ...], text: str, seen: set[int]
) -> Iterator[FileValue]:
    # What an alias repeats stands in one place only, and may be without end.
    if node is None or id(node) in seen or len(path) > _DEEPEST or len(seen) > _MOST:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _of_node(value, (*path, *_split(str(key.value))), text, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _of_node(value, (*path, str(number)), text, seen)
    elif isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        if text[start : start + 1] in {'"', "'"}:
            start, end = start + 1, end - 1
        if text[start:end] == node.value:
            yield FileValue(path, node.value, start, end)
