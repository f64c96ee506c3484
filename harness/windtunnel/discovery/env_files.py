"""Reads .env files and those of `env_file`."""

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from windtunnel.discovery.interpolation import Interpolation

_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*(?:=|:(?=[ \t]))[ \t]*"
    r"(?:'(?P<single>[^']*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"|(?P<bare>[^\n]*))",
    re.MULTILINE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of such a file."""

    name: str
    value: str
    at: int
    """Where it begins in the text."""


def assignments(text: str, known: Mapping[str, str] | None = None) -> Iterator[Assignment]:
    """Yield what a file assigns. Names in its values are those above, and those that are known."""
    above: dict[str, str] = {}
    interpolation = Interpolation(ChainMap(above, dict(known or {})))
    for line in _LINE.finditer(text):
        if line["single"] is not None:
            value = line["single"]
        elif line["double"] is not None:
            plain = _ESCAPE.sub(lambda each: _ESCAPED.get(each[1], each[1]), line["double"])
            value = interpolation.filled(plain)
        else:
            value = interpolation.filled(re.split(r"(?:^|\s)#", line["bare"])[0].strip())
        above[line["name"]] = value
        yield Assignment(line["name"], value, line.start("name"))


def values(text: str, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a file assigns, by name."""
    return {each.name: each.value for each in assignments(text, known)}
