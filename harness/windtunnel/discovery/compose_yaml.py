"""The YAML of compose files: Compose's own tags, and limits on what is read."""

import re
from dataclasses import dataclass
from typing import Any

import yaml

NESTED = 100
"""How deep lists and tables in brackets may be nested: what PyYAML takes for them is its square."""


class ComposeYamlError(ValueError):
    """A text cannot be read; the message says why, after its line where that is known."""


class Reset:
    """Stands for `!reset`: what other files say of it goes."""


@dataclass(frozen=True, slots=True)
class OverrideTag:
    """Stands for `!override`: what other files say of it is replaced."""

    value: Any


class _Loader(yaml.SafeLoader):
    """Reads Compose's own tags too, and plain words as YAML 1.2 does.

    By YAML 1.1, PyYAML's, 22:22 is a number to the base of 60, and `on` is true.
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's name, for which it is a class's


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first)
    )


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> object:
    if tag == "reset":
        return Reset()
    if isinstance(node, yaml.MappingNode):
        value: Any = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)  # type: ignore[arg-type]  # what else is there
    return OverrideTag(value) if tag == "override" else value


_Loader.add_multi_constructor("!", _tagged)


def read_yaml(text: str) -> object:
    """Return what a text says; ComposeYamlError, such as ":3: no closing bracket"."""
    if nests_deeper(text):
        raise ComposeYamlError(f": nested more than {NESTED} deep")
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        raise ComposeYamlError(f"{line}: {why}") from None


def nests_deeper(text: str, most: int = NESTED) -> bool:
    """Return whether brackets are nested deeper than that, in quotes or not."""
    depth = 0
    for mark in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if mark[0] in "[{" else max(0, depth - 1)
        if depth > most:
            return True
    return False
